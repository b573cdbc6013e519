/** NewPromiseCapability and PromiseResolve. */
import { isCallable, isConstructor, isObject, isPromise, NativePromise, apply, nativeResolve, type Callable } from './intrinsics.js'
import { FULFILLED, linkRecord, newRecord, recordOf, settledRecord } from './records.js'
import { Resolver, resolveRecord } from './resolve.js'

export class Capability {
  constructor (readonly promise: unknown, readonly resolve: Callable, readonly reject: Callable) {}
}

export function newCapability (constructor: unknown): Capability {
  if (constructor === NativePromise) {
    const record = newRecord()
    const { resolve, reject } = new Resolver(record)
    return new Capability(record.promise, resolve, reject)
  }
  if (!isConstructor(constructor)) throw new TypeError('Promise resolve or reject function is not callable')
  let resolve: unknown
  let reject: unknown
  const promise = new constructor((given: unknown, givenReject: unknown) => {
    if (resolve !== undefined || reject !== undefined) throw new TypeError('Promise executor has already been invoked with non-undefined arguments')
    resolve = given
    reject = givenReject
  })
  if (!isCallable(resolve) || !isCallable(reject)) throw new TypeError('Promise resolve or reject function is not callable')
  return new Capability(promise, resolve, reject)
}

export function promiseResolve (constructor: unknown, value: unknown): unknown {
  if (isObject(value)) {
    if ((recordOf(value) !== undefined || isPromise(value)) && (value as { constructor: unknown }).constructor === constructor) return value
    if (constructor === NativePromise) {
      const record = newRecord()
      resolveRecord(record, value)
      return record.promise
    }
  } else if (constructor === NativePromise) {
    const promise = apply(nativeResolve, NativePromise, [value]) as Promise<unknown>
    linkRecord(promise, settledRecord(FULFILLED, value))
    return promise
  }
  const capability = newCapability(constructor)
  apply(capability.resolve, undefined, [value])
  return capability.promise
}
