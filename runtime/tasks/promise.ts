/**
 * The rest of %Promise%, over records: what the program calls instead of the native functions while it runs under reprise.
 * The constructor itself stays native, since V8's await is two ticks slower for any other; compiled code calls `newPromise`.
 */
import { THROW, type Mode } from '../code/site.js'
import { runtimeSite } from '../code/runtime-sites.js'
import { rerecord, SIGNAL } from '../capture/signal.js'
import { Frame } from '../restore/frame.js'
import { newCapability, promiseResolve, type Capability } from './capability.js'
import { combinators } from './combinators.js'
import { apply, isCallable, isObject, NativePromise, promisePrototype, speciesSymbol, type Callable } from './intrinsics.js'
import { isInstalled, replaceMethods } from './install.js'
import { promiseThen } from './reactions.js'
import { newRecord } from './records.js'
import { rejectRecord, Resolver } from './resolve.js'
import { makers } from './runtime-functions.js'

// ---- new Promise(executor)

/** Stands below an executor that was captured. */
export class NewPromiseFrame extends Frame {
  constructor (readonly resolver: Resolver) {
    super(newPromiseSite, 0, [])
  }

  override resume (mode: Mode, value: unknown): unknown {
    if (mode === THROW) this.resolver.reject(value)
    return this.resolver.record.promise
  }
}
const newPromiseSite = runtimeSite('new Promise')

/** `new Promise(executor)` of compiled code, where the callee is %Promise%. */
export function throughNewPromise (executor: unknown): Promise<unknown> {
  if (!isInstalled() || !isCallable(executor)) return new NativePromise(executor as () => void)
  const record = newRecord()
  const resolver = new Resolver(record)
  try {
    executor(resolver.resolve, resolver.reject)
  } catch (error) {
    if (error === SIGNAL) {
      rerecord(new NewPromiseFrame(resolver), 0, [])
      throw error
    }
    resolver.reject(error)
  }
  return record.promise!
}

// ---- Promise.try

/** Stands below the callback of Promise.try. */
export class TryFrame extends Frame {
  constructor (readonly capability: Capability) {
    super(trySite, 0, [])
  }

  override resume (mode: Mode, value: unknown): unknown {
    return endTry(this.capability, mode, value)
  }
}
const trySite = runtimeSite('Promise.try')

function throughTry (constructor: unknown, callback: unknown, callbackArguments: unknown[]): unknown {
  if (!isObject(constructor)) throw new TypeError('Promise.try called on non-object')
  const capability = newCapability(constructor)
  let result
  try {
    result = apply(callback as Callable, undefined, callbackArguments)
  } catch (error) {
    if (error === SIGNAL) {
      rerecord(new TryFrame(capability), 0, [])
      throw error
    }
    return endTry(capability, THROW, error)
  }
  return endTry(capability, 0, result)
}

function endTry ({ promise, resolve, reject }: Capability, mode: Mode, value: unknown): unknown {
  mode === THROW ? reject(value) : resolve(value)
  return promise
}

// ---- methods and statics

const methods = {
  then: promiseThen,
  catch (this: { then: Callable }, onRejected: unknown): unknown {
    return this.then(undefined, onRejected)
  },
  finally (this: { then: Callable, constructor?: unknown }, onFinally: unknown): unknown {
    if (!isObject(this)) throw new TypeError('Promise.prototype.finally called on a non-object')
    const species = finallySpecies(this)
    if (!isCallable(onFinally)) return this.then(onFinally, onFinally)
    return this.then(makers.finally(onFinally, species, false), makers.finally(onFinally, species, true))
  },
}

function finallySpecies (promise: { constructor?: unknown }): unknown {
  const { constructor } = promise
  if (constructor === undefined) return NativePromise
  if (!isObject(constructor)) throw new TypeError('The .constructor property is not an object')
  return (constructor as { [speciesSymbol]?: unknown })[speciesSymbol] ?? NativePromise
}

const statics = {
  ...combinators,
  resolve (this: unknown, value: unknown): unknown {
    if (!isObject(this)) throw new TypeError('PromiseResolve called on non-object')
    return promiseResolve(this, value)
  },
  reject (this: unknown, reason: unknown): unknown {
    if (!isObject(this)) throw new TypeError('PromiseResolve called on non-object')
    if (this === NativePromise) {
      const record = newRecord()
      rejectRecord(record, reason)
      return record.promise
    }
    const { promise, reject } = newCapability(this)
    reject(reason)
    return promise
  },
  withResolvers (this: unknown): unknown {
    const { promise, resolve, reject } = newCapability(this)
    return { promise, resolve, reject }
  },
  try (this: unknown, callback: unknown, ...callbackArguments: unknown[]): unknown {
    return throughTry(this, callback, callbackArguments)
  },
}

/** Only what this Node has is replaced. */
export function installPromise (): void {
  replaceMethods(promisePrototype, methods)
  replaceMethods(NativePromise, statics)
}
