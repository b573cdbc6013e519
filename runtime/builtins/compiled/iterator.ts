/** Iterator.prototype (ECMA-262, 27.1.4): the methods that use an iterator up. Those that make another iterator stay native. */
import { apply, call, isObject, type Callable } from '../spec.js'
import { append, checkedResult, nativeIterator, type AnyIterator, type Result } from '../spec-iteration.js'
import { closeQuietly } from './array-constructor.js'

export const IteratorPrototype = {
  forEach (this: AnyIterator, callback: Callable): unknown {
    if (!isObject(this) || typeof callback !== 'function') return apply(nativeIterator.forEach, this, [callback])
    const { next } = this
    for (let index = 0; ; index++) {
      const step = call(next, this) as Result
      checkedResult(step)
      if (step.done) return undefined
      const { value } = step
      try {
        callback(value, index)
      } catch (error) {
        closeQuietly(this)
        throw error
      }
    }
  },

  some (this: AnyIterator, callback: Callable): unknown {
    if (!isObject(this) || typeof callback !== 'function') return apply(nativeIterator.some, this, [callback])
    return foundBy(this, callback, true) !== undefined
  },

  every (this: AnyIterator, callback: Callable): unknown {
    if (!isObject(this) || typeof callback !== 'function') return apply(nativeIterator.every, this, [callback])
    return foundBy(this, callback, false) === undefined
  },

  find (this: AnyIterator, callback: Callable): unknown {
    if (!isObject(this) || typeof callback !== 'function') return apply(nativeIterator.find, this, [callback])
    return foundBy(this, callback, true)?.value
  },

  reduce (this: AnyIterator, callback: Callable, ...initial: unknown[]): unknown {
    if (!isObject(this) || typeof callback !== 'function') return apply(nativeIterator.reduce, this, [callback, ...initial])
    const { next } = this
    let index = 0
    let accumulator = initial[0]
    if (initial.length === 0) {
      const first = call(next, this) as Result
      checkedResult(first)
      if (first.done) throw new TypeError('Reduce of a done iterator with no initial value')
      accumulator = first.value
      index = 1
    }
    for (; ; index++) {
      const step = call(next, this) as Result
      checkedResult(step)
      if (step.done) return accumulator
      const { value } = step
      try {
        accumulator = callback(accumulator, value, index)
      } catch (error) {
        closeQuietly(this)
        throw error
      }
    }
  },

  toArray (this: AnyIterator): unknown {
    if (!isObject(this)) return apply(nativeIterator.toArray, this, [])
    const { next } = this
    const items: unknown[] = []
    for (;;) {
      const step = call(next, this) as Result
      checkedResult(step)
      if (step.done) return items
      append(items, step.value)
    }
  },
}

/** The first for which the callback says `wanted`; closes the iterator behind it. */
function foundBy (iterator: AnyIterator, callback: Callable, wanted: boolean): { value: unknown } | undefined {
  const { next } = iterator
  for (let index = 0; ; index++) {
    const step = call(next, iterator) as Result
    checkedResult(step)
    if (step.done) return undefined
    const { value } = step
    let found = false
    try {
      found = !callback(value, index) !== wanted
    } catch (error) {
      closeQuietly(iterator)
      throw error
    }
    if (found) {
      const method = iterator.return
      if (method !== undefined && method !== null) checkedResult(call(method as Callable, iterator))
      return { value }
    }
  }
}
