/**
 * Reactions: who waits for a promise by `then`. The native reaction does the work, at the place and moment of the original;
 * the record beside it says what it will do. One closure serves both outcomes, since the source's record knows which it was.
 */
import { NORMAL, THROW, type Mode } from '../code/site.js'
import { SIGNAL } from '../capture/signal.js'
import { runTask } from '../restore/drive.js'
import type { Task } from '../restore/task-frame.js'
import { newCapability, type Capability } from './capability.js'
import { apply, isCallable, isConstructor, isObject, isPromise, NativePromise, nativeThen, speciesSymbol, type Callable } from './intrinsics.js'
import { currentGeneration, linkRecord, plainThen, PromiseRecord, recordOf, REJECTED, trackForeign, wait, type Settleable, type Waiter } from './records.js'
import { finish, finishThrow, rejectRecord, resolveRecord } from './resolve.js'

export abstract class Reaction extends PromiseRecord implements Waiter {
  declare position: number
  declare source: Settleable | undefined

  constructor () {
    super()
    this.position = -1
    this.source = undefined
  }

  /** What the native reaction does; its result settles the derived native promise. */
  abstract react (mode: Mode, value: unknown): unknown

  reattach (): Promise<unknown> {
    const source = this.source!
    const generation = currentGeneration()
    const job = (value: unknown): unknown => {
      if (generation !== currentGeneration()) return undefined
      this.position = -1
      this.source = undefined
      return this.react(source.status === REJECTED ? THROW : NORMAL, value)
    }
    return plainThen(source.promise!, job, job)
  }
}

/** PerformPromiseThen; returns the native derived promise. */
export function attach (source: Settleable, reaction: Reaction): Promise<unknown> {
  reaction.source = source
  wait(source, reaction)
  return reaction.reattach()
}

/** `promise.then(onFulfilled, onRejected)`, and the record of the promise that it returned. */
export class ThenReaction extends Reaction implements Task {
  constructor (readonly onFulfilled: unknown, readonly onRejected: unknown) { super() }

  get phase (): 'microtask' { return 'microtask' }

  override react (mode: Mode, value: unknown): unknown {
    const handler = mode === THROW ? this.onRejected : this.onFulfilled
    if (!isCallable(handler)) return this.conclude(mode, value)
    const reaction = this
    return runTask(this, function throughReaction () {
      let result
      try {
        result = handler(value)
      } catch (error) {
        if (error === SIGNAL) throw error
        return reaction.conclude(THROW, error)
      }
      return reaction.conclude(NORMAL, result)
    })
  }

  conclude (mode: Mode, value: unknown): unknown {
    return mode === THROW ? finishThrow(this, value) : finish(this, value)
  }
}

/** The same where the derived promise is of a subclass: its own functions settle it. */
export class CapabilityReaction extends ThenReaction {
  constructor (onFulfilled: unknown, onRejected: unknown, readonly capability: Capability) { super(onFulfilled, onRejected) }

  override conclude (mode: Mode, value: unknown): undefined {
    const { resolve, reject } = this.capability
    mode === THROW ? reject(value) : resolve(value)
    return undefined
  }
}

/** A promise was resolved with another one of ours: its outcome is taken over. */
export class AdoptReaction extends Reaction {
  constructor (readonly target: Settleable) { super() }

  override react (mode: Mode, value: unknown): undefined {
    mode === THROW ? rejectRecord(this.target, value) : resolveRecord(this.target, value)
    return undefined
  }
}

/** Functions of the runtime as handlers, whose derived promise nobody sees. */
export class CallReaction extends Reaction {
  constructor (readonly onFulfilled: Callable, readonly onRejected: Callable) { super() }

  override react (mode: Mode, value: unknown): undefined {
    const { onFulfilled, onRejected } = this
    mode === THROW ? onRejected(value) : onFulfilled(value)
    return undefined
  }
}

/**
 * Promise.prototype.then. Node's own code and V8 call it too, whenever they adopt a promise. Not exported as `then`: a module
 * namespace with that name would be a thenable.
 */
export const { then: promiseThen } = {
  then (this: unknown, onFulfilled: unknown, onRejected: unknown): unknown {
    let record = isObject(this) ? recordOf(this) : undefined
    if (record === undefined && !isPromise(this)) return apply(nativeThen, this, [onFulfilled, onRejected]) // the native TypeError
    const promise = this as Promise<unknown>
    const constructor = speciesOf(promise)
    record ??= trackForeign(promise)
    if (constructor === NativePromise) {
      const reaction = new ThenReaction(onFulfilled, onRejected)
      const derived = attach(record, reaction)
      linkRecord(derived, reaction)
      return derived
    }
    const capability = newCapability(constructor)
    attach(record, new CapabilityReaction(onFulfilled, onRejected, capability))
    return capability.promise
  },
}

/** SpeciesConstructor(promise, %Promise%). */
function speciesOf (promise: Promise<unknown>): unknown {
  const { constructor } = promise as { constructor: unknown }
  if (constructor === undefined) return NativePromise
  if (!isObject(constructor)) throw new TypeError('The .constructor property is not an object')
  const species = (constructor as { [speciesSymbol]?: unknown })[speciesSymbol]
  if (species === undefined || species === null) return NativePromise
  if (species !== NativePromise && !isConstructor(species)) throw new TypeError('object.constructor[Symbol.species] is not a constructor')
  return species
}

/** `promise.then(f, g)` for functions of the runtime: no derived promise where nobody could see it. */
export function invokeThen (promise: unknown, onFulfilled: Callable, onRejected: Callable): void {
  const record = isObject(promise) ? recordOf(promise) : undefined
  if (record !== undefined && (promise as Promise<unknown>).then === promiseThen && (promise as Promise<unknown>).constructor === NativePromise) {
    attach(record, new CallReaction(onFulfilled, onRejected))
  } else (promise as Promise<unknown>).then(onFulfilled, onRejected)
}

