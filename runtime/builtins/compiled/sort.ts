/**
 * sort and toSorted of arrays and typed arrays (ECMA-262, 23.1.3.30 and 23.2.3.29) with a comparison function. Without one
 * there is no callback, and a value that cannot be called is refused before anything else: both are the native one's affair.
 */
import { apply, createProperty, lengthOf, nativeSort, nativeToSorted, NativeArray, sortBisects, toObject, toSortedBisects, type Compare, type Indexed } from '../spec.js'
import { nativeTyped, newTypedArray, typedLengthOf } from '../spec-typed.js'
import { mergeSort, timSort } from './tim-sort.js'

export const ArraySort = {
  sort (this: unknown, compare?: Compare): unknown {
    if (typeof compare !== 'function') return apply(nativeSort, this, [compare])
    const object = toObject(this, 'sort')
    const length = lengthOf(object)
    if (length < 2) return object
    const work: unknown[] = []
    let undefineds = 0
    for (let index = 0; index < length; index++) {
      if (!(index in object)) continue
      const value = object[index]
      if (value === undefined) undefineds++
      else work[work.length] = value
    }
    timSort(work, compare, sortBisects)
    const count = work.length
    let to = 0
    for (; to < count; to++) object[to] = work[to]
    for (; to < count + undefineds; to++) object[to] = undefined
    for (; to < length; to++) delete object[to]
    return object
  },

  toSorted (this: unknown, compare?: Compare): unknown {
    if (typeof compare !== 'function') return apply(nativeToSorted, this, [compare])
    const object = toObject(this, 'toSorted')
    const length = lengthOf(object)
    const result = new NativeArray<unknown>(length)
    const work: unknown[] = []
    for (let index = 0; index < length; index++) {
      const value = object[index]
      if (value !== undefined) work[work.length] = value
    }
    timSort(work, compare, toSortedBisects)
    const count = work.length
    for (let to = 0; to < length; to++) createProperty(result, to, to < count ? work[to] : undefined)
    return result
  },
}

export const TypedArraySort = {
  sort (this: Indexed, compare?: Compare): unknown {
    const length = typedLengthOf(this)
    if (typeof compare !== 'function' || length === 0) return apply(nativeTyped.sort, this, [compare])
    const work: unknown[] = []
    for (let index = 0; index < length; index++) work[index] = this[index]
    const sorted = mergeSort(work, compare)
    for (let index = 0; index < length; index++) this[index] = sorted[index]
    return this
  },

  toSorted (this: Indexed, compare?: Compare): unknown {
    const length = typedLengthOf(this)
    if (typeof compare !== 'function' || length === 0) return apply(nativeTyped.toSorted, this, [compare])
    const result = newTypedArray(this, length)
    const work: unknown[] = []
    for (let index = 0; index < length; index++) work[index] = this[index]
    const sorted = mergeSort(work, compare)
    for (let index = 0; index < length; index++) result[index] = sorted[index]
    return result
  },
}
