/** Settling promises by hand: the mirror first, then the native promise, in one breath. */
import type { Callable } from './intrinsics.js'
import { isCallable, isObject } from './intrinsics.js'
import { FULFILLED, REJECTED, settle, type Settleable } from './records.js'
import { makers } from './runtime-functions.js'
import { ThenJob } from './then-job.js'

/** The pair of functions that an executor or a thenable gets; only the first call of either counts. */
export class Resolver {
  done = false
  readonly resolve: Callable
  readonly reject: Callable

  constructor (readonly record: Settleable) {
    this.resolve = makers.resolve(this)
    this.reject = makers.reject(this)
  }
}

/** The promise resolve function's steps: `then` is looked up once; a thenable is asked in a job of its own. */
export function resolveRecord (record: Settleable, value: unknown): void {
  if (isObject(value)) {
    if (value === record.promise) return rejectRecord(record, selfResolution())
    let then
    try {
      then = (value as { then?: unknown }).then
    } catch (error) {
      return rejectRecord(record, error)
    }
    if (isCallable(then)) return new ThenJob(record, value, then).enqueue()
  }
  settle(record, FULFILLED, value)
  record.nativeResolve!(value)
}

export function rejectRecord (record: Settleable, reason: unknown): void {
  settle(record, REJECTED, reason)
  record.nativeReject!(reason)
}

/**
 * What an async function or a reaction returns to its native engine, which settles the native promise with it. A thenable
 * becomes an adapter: the tick is then V8's own, and the program's `then` gets our resolving functions, never V8's, which
 * could not be captured. A promise that settles itself would get V8's TypeError, unseen by the mirror; it gets ours.
 */
export function finish (record: Settleable, value: unknown): unknown {
  if (record.nativeResolve !== undefined) { // restored: no native engine waits for us
    resolveRecord(record, value)
    return undefined
  }
  if (isObject(value)) {
    if (value === record.promise) throw fail(record, selfResolution())
    let then
    try {
      then = (value as { then?: unknown }).then
    } catch (error) {
      throw fail(record, error)
    }
    if (isCallable(then)) return new ThenJob(record, value, then).adapter()
  }
  settle(record, FULFILLED, value)
  return value
}

/** As `finish`, for errors: `throw fail(record, error)`. */
export function fail (record: Settleable, reason: unknown): unknown {
  settle(record, REJECTED, reason)
  return reason
}

/** Ends an engine with an outcome; what it returns or throws is for the native promise. */
export function finishThrow (record: Settleable, reason: unknown): undefined {
  if (record.nativeReject === undefined) throw fail(record, reason)
  rejectRecord(record, reason)
  return undefined
}

const selfResolution = (): TypeError => new TypeError('Chaining cycle detected for promise #<Promise>')
