/** %TypedArray%.prototype (ECMA-262, 23.2.3): the methods that call back. What is no typed array is refused by the native method. */
import { call, lengthOf, toObject, type Callable, type Indexed } from '../spec.js'
import { checkedResult, isIteratedNatively, iteratorMethodOf, checkedIterator, type Result } from '../spec-iteration.js'
import { apply, createTyped, isConstructor, nativeTyped, nativeTypedFrom, newSpecies, typedLengthOf } from '../spec-typed.js'

export const TypedArrayPrototype = {
  forEach (this: Indexed, callback: Callable, thisArg?: unknown): unknown {
    const length = typedLengthOf(this)
    if (length === 0 || typeof callback !== 'function') return apply(nativeTyped.forEach, this, [callback])
    for (let index = 0; index < length; index++) {
      if (thisArg === undefined) callback(this[index], index, this)
      else call(callback, thisArg, this[index], index, this)
    }
    return undefined
  },

  map (this: Indexed, callback: Callable, thisArg?: unknown): unknown {
    const length = typedLengthOf(this)
    if (length === 0 || typeof callback !== 'function') return apply(nativeTyped.map, this, [callback])
    const result = newSpecies(this, length)
    for (let index = 0; index < length; index++) {
      result[index] = thisArg === undefined ? callback(this[index], index, this) : call(callback, thisArg, this[index], index, this)
    }
    return result
  },

  filter (this: Indexed, callback: Callable, thisArg?: unknown): unknown {
    const length = typedLengthOf(this)
    if (length === 0 || typeof callback !== 'function') return apply(nativeTyped.filter, this, [callback])
    const kept: unknown[] = []
    for (let index = 0; index < length; index++) {
      const value = this[index]
      if (thisArg === undefined ? callback(value, index, this) : call(callback, thisArg, value, index, this)) kept[kept.length] = value
    }
    const result = newSpecies(this, kept.length)
    for (let index = 0; index < kept.length; index++) result[index] = kept[index]
    return result
  },

  some (this: Indexed, callback: Callable, thisArg?: unknown): unknown {
    const length = typedLengthOf(this)
    if (length === 0 || typeof callback !== 'function') return apply(nativeTyped.some, this, [callback])
    for (let index = 0; index < length; index++) {
      if (thisArg === undefined ? callback(this[index], index, this) : call(callback, thisArg, this[index], index, this)) return true
    }
    return false
  },

  every (this: Indexed, callback: Callable, thisArg?: unknown): unknown {
    const length = typedLengthOf(this)
    if (length === 0 || typeof callback !== 'function') return apply(nativeTyped.every, this, [callback])
    for (let index = 0; index < length; index++) {
      if (!(thisArg === undefined ? callback(this[index], index, this) : call(callback, thisArg, this[index], index, this))) return false
    }
    return true
  },

  find (this: Indexed, callback: Callable, thisArg?: unknown): unknown {
    const length = typedLengthOf(this)
    if (length === 0 || typeof callback !== 'function') return apply(nativeTyped.find, this, [callback])
    for (let index = 0; index < length; index++) {
      const value = this[index]
      if (thisArg === undefined ? callback(value, index, this) : call(callback, thisArg, value, index, this)) return value
    }
    return undefined
  },

  findIndex (this: Indexed, callback: Callable, thisArg?: unknown): unknown {
    const length = typedLengthOf(this)
    if (length === 0 || typeof callback !== 'function') return apply(nativeTyped.findIndex, this, [callback])
    for (let index = 0; index < length; index++) {
      if (thisArg === undefined ? callback(this[index], index, this) : call(callback, thisArg, this[index], index, this)) return index
    }
    return -1
  },

  findLast (this: Indexed, callback: Callable, thisArg?: unknown): unknown {
    const length = typedLengthOf(this)
    if (length === 0 || typeof callback !== 'function') return apply(nativeTyped.findLast, this, [callback])
    for (let index = length - 1; index >= 0; index--) {
      const value = this[index]
      if (thisArg === undefined ? callback(value, index, this) : call(callback, thisArg, value, index, this)) return value
    }
    return undefined
  },

  findLastIndex (this: Indexed, callback: Callable, thisArg?: unknown): unknown {
    const length = typedLengthOf(this)
    if (length === 0 || typeof callback !== 'function') return apply(nativeTyped.findLastIndex, this, [callback])
    for (let index = length - 1; index >= 0; index--) {
      if (thisArg === undefined ? callback(this[index], index, this) : call(callback, thisArg, this[index], index, this)) return index
    }
    return -1
  },

  reduce (this: Indexed, callback: Callable, ...initial: unknown[]): unknown {
    const length = typedLengthOf(this)
    if (length === 0 || typeof callback !== 'function') return apply(nativeTyped.reduce, this, [callback, ...initial])
    let index = 0
    let accumulator = initial.length > 0 ? initial[0] : this[index++]
    for (; index < length; index++) accumulator = callback(accumulator, this[index], index, this)
    return accumulator
  },

  reduceRight (this: Indexed, callback: Callable, ...initial: unknown[]): unknown {
    const length = typedLengthOf(this)
    if (length === 0 || typeof callback !== 'function') return apply(nativeTyped.reduceRight, this, [callback, ...initial])
    let index = length - 1
    let accumulator = initial.length > 0 ? initial[0] : this[index--]
    for (; index >= 0; index--) accumulator = callback(accumulator, this[index], index, this)
    return accumulator
  },
}

export const TypedArrayConstructor = {
  from (this: unknown, items: unknown, mapper?: Callable, thisArg?: unknown): unknown {
    const isNative = mapper === undefined ? isIteratedNatively(items) : typeof mapper !== 'function'
    if (isNative || !isConstructor(this) || items === undefined || items === null) return apply(nativeTypedFrom, this as Callable, [items, mapper])
    const values: unknown[] = []
    const method = iteratorMethodOf(items, nativeTypedFrom, this)
    if (method === undefined) {
      const list = toObject(items, 'from')
      const length = lengthOf(list)
      const result = createTyped(this, length)
      for (let index = 0; index < length; index++) result[index] = mapper === undefined ? list[index] : call(mapper, thisArg, list[index], index)
      return result
    }
    const iterator = checkedIterator(call(method, items))
    const { next } = iterator
    for (;;) {
      const step = call(next, iterator) as Result
      checkedResult(step)
      if (step.done) break
      values[values.length] = step.value
    }
    const { length } = values
    const result = createTyped(this, length)
    for (let index = 0; index < length; index++) result[index] = mapper === undefined ? values[index] : call(mapper, thisArg, values[index], index)
    return result
  },
}
