/** GetIterator(o, async) for lowered `for await` and `yield*`: a sync iterator is wrapped as the specification does (27.1.4). */
import { THROW, type Mode } from '../code/site.js'
import { runtimeSite } from '../code/runtime-sites.js'
import { rerecord, SIGNAL } from '../capture/signal.js'
import { Frame } from '../restore/frame.js'
import { capturableMethod } from '../builtins/index.js'
import { promiseResolve } from './capability.js'
import { apply, asyncIteratorSymbol, isCallable, isObject, iteratorSymbol, NativePromise, type Callable } from './intrinsics.js'
import { attach, Reaction } from './reactions.js'
import { newRecord, promiseRecordOf, type Settleable } from './records.js'
import { rejectRecord, resolveRecord } from './resolve.js'
import { makers } from './runtime-functions.js'

interface SyncIterator { next: Callable, return?: Callable, throw?: Callable }

/**
 * The method that makes an async iterator of `iterable`: its own one, or ours over its sync one. Undefined or no function
 * where there is none.
 */
export function asyncIterationMethod (iterable: unknown): unknown {
  const method = (iterable as { [asyncIteratorSymbol]?: unknown })[asyncIteratorSymbol]
  if (method !== undefined && method !== null) return method
  const syncMethod = (iterable as { [iteratorSymbol]?: unknown })[iteratorSymbol]
  return isCallable(syncMethod) ? makers.openSync(capturableMethod(syncMethod)) : syncMethod
}

/** GetIterator(iterable, async), where nothing on the way has to be a resume point. */
export function asyncIterator (iterable: unknown): unknown {
  const method = asyncIterationMethod(iterable)
  if (!isCallable(method)) throw new TypeError(`${describe(iterable)} is not async iterable`)
  const iterator = apply(method, iterable, [])
  if (!isObject(iterator)) throw new TypeError('Result of the Symbol.asyncIterator method is not an object')
  return iterator
}

/** Stands below a `[Symbol.iterator]()` that was captured. */
export class OpenSyncFrame extends Frame {
  constructor () {
    super(openSite, 0, [])
  }

  override resume (mode: Mode, value: unknown): unknown {
    if (mode === THROW) throw value
    return wrapSyncIterator(value)
  }
}
const openSite = runtimeSite('open sync iterator')

/** What a function made by `makers.openSync` does. */
export function throughOpenSync (method: Callable, iterable: unknown): unknown {
  let iterator
  try {
    iterator = apply(method, iterable, [])
  } catch (error) {
    if (error === SIGNAL) rerecord(new OpenSyncFrame(), 0, [])
    throw error
  }
  return wrapSyncIterator(iterator)
}

function wrapSyncIterator (iterator: unknown): unknown {
  if (!isObject(iterator)) throw new TypeError('Result of the Symbol.iterator method is not an object')
  return new FromSyncIterator(iterator as SyncIterator)
}

const describe = (value: unknown): string => isObject(value) ? 'object' : String(value)

/**
 * Whether a sync iterator is closed when a promise that it gave rejects: newer engines do so (ECMA-262 of 2025), older ones
 * don't. Known some ticks after start, from the engine itself.
 */
let closesOnRejection = false
void (async () => {
  const probe = {
    [iteratorSymbol]: () => probe,
    next: () => ({ value: NativePromise.reject(probe), done: false }),
    return () { closesOnRejection = true; return {} },
  } as unknown as Iterable<Promise<never>>
  try {
    for await (const value of probe) return value
  } catch {}
})()

export class FromSyncIterator {
  /** Looked up once. */
  readonly nextMethod: Callable
  constructor (readonly iterator: SyncIterator) { this.nextMethod = iterator.next }

  /** The number of arguments is passed on, too. */
  next (...values: unknown[]): unknown {
    return throughSyncStep(newRecord(), this.iterator, this.nextMethod, values, true)
  }

  return (...values: unknown[]): unknown {
    const record = newRecord()
    const method = methodOf(record, this.iterator, 'return')
    if (method === undefined) resolveRecord(record, { value: values[0], done: true })
    else if (method !== null) return throughSyncStep(record, this.iterator, method, values, false)
    return record.promise
  }

  throw (reason: unknown): unknown {
    const record = newRecord()
    const method = methodOf(record, this.iterator, 'throw')
    if (method === undefined) {
      closeQuietly(this.iterator)
      rejectRecord(record, new TypeError('The iterator does not provide a \'throw\' method'))
    } else if (method !== null) return throughSyncStep(record, this.iterator, method, [reason], true)
    return record.promise
  }
}

/** null: the look-up threw, and the record is rejected. */
function methodOf (record: Settleable, iterator: SyncIterator, name: 'return' | 'throw'): Callable | undefined | null {
  try {
    return iterator[name] ?? undefined
  } catch (error) {
    rejectRecord(record, error)
    return null
  }
}

/** Stands below a method of the sync iterator that was captured. */
export class FromSyncFrame extends Frame {
  constructor (readonly record: Settleable, readonly iterator: SyncIterator, readonly closes: boolean) {
    super(site, 0, [])
  }

  override resume (mode: Mode, value: unknown): unknown {
    return endSyncStep(this.record, this.iterator, this.closes, mode, value)
  }
}
const site = runtimeSite('for await')

function throughSyncStep (record: Settleable, iterator: SyncIterator, method: Callable, values: unknown[], closes: boolean): unknown {
  let result
  try {
    result = apply(method, iterator, values)
  } catch (error) {
    if (error === SIGNAL) {
      rerecord(new FromSyncFrame(record, iterator, closes), 0, [])
      throw error
    }
    return endSyncStep(record, iterator, closes, THROW, error)
  }
  return endSyncStep(record, iterator, closes, 0, result)
}

/** AsyncFromSyncIteratorContinuation. */
function endSyncStep (record: Settleable, iterator: SyncIterator, closes: boolean, mode: Mode, result: unknown): unknown {
  if (mode === THROW) {
    rejectRecord(record, result)
    return record.promise
  }
  let done = true
  let promise
  try {
    if (!isObject(result)) throw new TypeError(`Iterator result ${String(result)} is not an object`)
    done = Boolean((result as { done?: unknown }).done)
    promise = promiseResolve(NativePromise, (result as { value?: unknown }).value)
  } catch (error) {
    if (closesOnRejection && !done && closes) closeQuietly(iterator)
    rejectRecord(record, error)
    return record.promise
  }
  attach(promiseRecordOf(promise as object)!, new FromSyncReaction(record, done, closesOnRejection && !done && closes ? iterator : undefined))
  return record.promise
}

export class FromSyncReaction extends Reaction {
  constructor (readonly target: Settleable, readonly done: boolean, readonly closing: SyncIterator | undefined) { super() }

  override react (mode: Mode, value: unknown): undefined {
    if (mode === THROW) {
      if (this.closing !== undefined) closeQuietly(this.closing)
      rejectRecord(this.target, value)
    } else resolveRecord(this.target, { value, done: this.done })
    return undefined
  }
}

/** The error that is being passed on wins over one of `return`. */
function closeQuietly (iterator: SyncIterator): void {
  try {
    const { return: method } = iterator
    if (method !== undefined) apply(method, iterator, [])
  } catch {}
}
