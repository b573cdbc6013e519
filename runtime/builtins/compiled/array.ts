/** Array.prototype (ECMA-262, 23.1.3): the methods that call back. Compiled by scripts/build.mjs. */
import { arrayPrototype, call, createProperty, isArray, lengthOf, NativeArray, notCallable, speciesOf, toObject, type Callable, type Indexed } from '../spec.js'

export const ArrayPrototype = {
  forEach (this: unknown, callback: Callable, thisArg?: unknown): void {
    const object = toObject(this, 'forEach')
    const length = lengthOf(object)
    if (typeof callback !== 'function') notCallable(callback)
    for (let index = 0; index < length; index++) {
      if (!(index in object)) continue
      if (thisArg === undefined) callback(object[index], index, object)
      else call(callback, thisArg, object[index], index, object)
    }
  },

  map (this: unknown, callback: Callable, thisArg?: unknown): unknown {
    const object = toObject(this, 'map')
    const length = lengthOf(object)
    if (typeof callback !== 'function') notCallable(callback)
    const Species = speciesOf(object)
    if (Species !== undefined) {
      const result = new Species(length)
      for (let index = 0; index < length; index++) {
        if (index in object) createProperty(result, index, (thisArg === undefined ? callback(object[index], index, object) : call(callback, thisArg, object[index], index, object)))
      }
      return result
    }
    const result = new NativeArray<unknown>(length)
    for (let index = 0; index < length; index++) {
      if (index in object) {
        const value = (thisArg === undefined ? callback(object[index], index, object) : call(callback, thisArg, object[index], index, object))
        if (index in arrayPrototype) createProperty(result, index, value)
        else result[index] = value
      }
    }
    return result
  },

  filter (this: unknown, callback: Callable, thisArg?: unknown): unknown {
    const object = toObject(this, 'filter')
    const length = lengthOf(object)
    if (typeof callback !== 'function') notCallable(callback)
    const Species = speciesOf(object)
    const result: Indexed = Species === undefined ? [] : new Species(0)
    let to = 0
    for (let index = 0; index < length; index++) {
      if (index in object) {
        const value = object[index]
        if ((thisArg === undefined ? callback(value, index, object) : call(callback, thisArg, value, index, object))) {
          if (Species !== undefined || to in arrayPrototype) createProperty(result, to, value)
          else result[to] = value
          to++
        }
      }
    }
    return result
  },

  some (this: unknown, callback: Callable, thisArg?: unknown): boolean {
    const object = toObject(this, 'some')
    const length = lengthOf(object)
    if (typeof callback !== 'function') notCallable(callback)
    for (let index = 0; index < length; index++) {
      if (index in object && (thisArg === undefined ? callback(object[index], index, object) : call(callback, thisArg, object[index], index, object))) return true
    }
    return false
  },

  every (this: unknown, callback: Callable, thisArg?: unknown): boolean {
    const object = toObject(this, 'every')
    const length = lengthOf(object)
    if (typeof callback !== 'function') notCallable(callback)
    for (let index = 0; index < length; index++) {
      if (index in object && !(thisArg === undefined ? callback(object[index], index, object) : call(callback, thisArg, object[index], index, object))) return false
    }
    return true
  },

  find (this: unknown, callback: Callable, thisArg?: unknown): unknown {
    const object = toObject(this, 'find')
    const length = lengthOf(object)
    if (typeof callback !== 'function') notCallable(callback)
    for (let index = 0; index < length; index++) {
      const value = object[index]
      if ((thisArg === undefined ? callback(value, index, object) : call(callback, thisArg, value, index, object))) return value
    }
    return undefined
  },

  findIndex (this: unknown, callback: Callable, thisArg?: unknown): number {
    const object = toObject(this, 'findIndex')
    const length = lengthOf(object)
    if (typeof callback !== 'function') notCallable(callback)
    for (let index = 0; index < length; index++) {
      if ((thisArg === undefined ? callback(object[index], index, object) : call(callback, thisArg, object[index], index, object))) return index
    }
    return -1
  },

  findLast (this: unknown, callback: Callable, thisArg?: unknown): unknown {
    const object = toObject(this, 'findLast')
    const length = lengthOf(object)
    if (typeof callback !== 'function') notCallable(callback)
    for (let index = length - 1; index >= 0; index--) {
      const value = object[index]
      if ((thisArg === undefined ? callback(value, index, object) : call(callback, thisArg, value, index, object))) return value
    }
    return undefined
  },

  findLastIndex (this: unknown, callback: Callable, thisArg?: unknown): number {
    const object = toObject(this, 'findLastIndex')
    const length = lengthOf(object)
    if (typeof callback !== 'function') notCallable(callback)
    for (let index = length - 1; index >= 0; index--) {
      if ((thisArg === undefined ? callback(object[index], index, object) : call(callback, thisArg, object[index], index, object))) return index
    }
    return -1
  },

  reduce (this: unknown, callback: Callable, ...initial: unknown[]): unknown {
    const object = toObject(this, 'reduce')
    const length = lengthOf(object)
    if (typeof callback !== 'function') notCallable(callback)
    let index = 0
    let accumulator: unknown
    if (initial.length > 0) accumulator = initial[0]
    else {
      while (index < length && !(index in object)) index++
      if (index >= length) throw new TypeError('Reduce of empty array with no initial value')
      accumulator = object[index++]
    }
    for (; index < length; index++) {
      if (index in object) accumulator = callback(accumulator, object[index], index, object)
    }
    return accumulator
  },

  reduceRight (this: unknown, callback: Callable, ...initial: unknown[]): unknown {
    const object = toObject(this, 'reduceRight')
    const length = lengthOf(object)
    if (typeof callback !== 'function') notCallable(callback)
    let index = length - 1
    let accumulator: unknown
    if (initial.length > 0) accumulator = initial[0]
    else {
      while (index >= 0 && !(index in object)) index--
      if (index < 0) throw new TypeError('Reduce of empty array with no initial value')
      accumulator = object[index--]
    }
    for (; index >= 0; index--) {
      if (index in object) accumulator = callback(accumulator, object[index], index, object)
    }
    return accumulator
  },

  flatMap (this: unknown, callback: Callable, thisArg?: unknown): unknown {
    const object = toObject(this, 'flatMap')
    const length = lengthOf(object)
    if (typeof callback !== 'function') notCallable(callback, 'flatMap')
    const Species = speciesOf(object)
    const result: Indexed = Species === undefined ? [] : new Species(0)
    let to = 0
    for (let index = 0; index < length; index++) {
      if (!(index in object)) continue
      const value = (thisArg === undefined ? callback(object[index], index, object) : call(callback, thisArg, object[index], index, object))
      if (!isArray(value)) {
        append(result, to++, value, Species !== undefined)
        continue
      }
      const inner = value as unknown[]
      const innerLength = lengthOf(inner)
      for (let position = 0; position < innerLength; position++) {
        if (position in inner) append(result, to++, inner[position], Species !== undefined)
      }
    }
    return result
  },
}

function append (result: Indexed, index: number, value: unknown, isForeign: boolean): void {
  if (isForeign || index in arrayPrototype) createProperty(result, index, value)
  else result[index] = value
}
