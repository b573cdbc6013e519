/** Array.from (ECMA-262, 23.1.2.1). */
import { apply, arrayPrototype, call, createProperty, isConstructor, lengthOf, NativeArray, notCallable, toObject, type Callable, type Indexed } from '../spec.js'
import { checkedIterator, checkedResult, isIteratedNatively, iteratorMethodOf, nativeFrom, type AnyIterator, type Result } from '../spec-iteration.js'

export const ArrayConstructor = {
  from (this: unknown, items: unknown, mapper?: Callable, thisArg?: unknown): unknown {
    if (mapper === undefined ? isIteratedNatively(items) : typeof mapper !== 'function') return apply(nativeFrom, this as Callable, [items, mapper])
    if (items === undefined || items === null) return apply(nativeFrom, this as Callable, [items])
    const Constructor = this !== NativeArray && isConstructor(this) ? this as unknown as new (length?: number) => Indexed : undefined
    const method = iteratorMethodOf(items, nativeFrom, this)
    if (method === undefined) return fromList(items, Constructor, mapper, thisArg)
    const result: Indexed = Constructor === undefined ? [] : new Constructor()
    const iterator = checkedIterator(call(method, items))
    const { next } = iterator
    let index = 0
    for (; ; index++) {
      const step = call(next, iterator) as Result
      checkedResult(step)
      if (step.done) break
      let { value } = step
      try {
        if (mapper !== undefined) value = thisArg === undefined ? mapper(value, index) : call(mapper, thisArg, value, index)
        if (Constructor !== undefined || index in arrayPrototype) createProperty(result, index, value)
        else result[index] = value
      } catch (error) {
        closeQuietly(iterator)
        throw error
      }
    }
    result.length = index
    return result
  },
}

function fromList (items: unknown, Constructor: (new (length?: number) => Indexed) | undefined, mapper: Callable | undefined, thisArg: unknown): Indexed {
  const list = toObject(items, 'from')
  const length = lengthOf(list)
  const result: Indexed = Constructor === undefined ? new NativeArray<unknown>(length) : new Constructor(length)
  for (let index = 0; index < length; index++) {
    let value = list[index]
    if (mapper !== undefined) value = thisArg === undefined ? mapper(value, index) : call(mapper, thisArg, value, index)
    if (Constructor !== undefined || index in arrayPrototype) createProperty(result, index, value)
    else result[index] = value
  }
  result.length = length
  return result
}

/** IteratorClose with an error that wins over all others. */
export function closeQuietly (iterator: AnyIterator): void {
  try {
    const method = iterator.return
    if (method !== undefined && method !== null) {
      if (typeof method !== 'function') notCallable(method)
      call(method as Callable, iterator)
    }
  } catch {}
}
