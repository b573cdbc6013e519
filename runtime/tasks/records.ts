/**
 * The mirror beside native promises, which a capture reads. Promises, reactions and their order are Node's own; a record
 * says what the engine does not tell: a promise's state, value and reactions.
 *
 * The record of a derived promise is its reaction, that of an async call's promise is its frame: a promise points to its
 * record (by a private field), a record to those that wait for it, a waiter to its own promise. This is the reachability of
 * the engine, so what the program has abandoned is collected.
 *
 * Invariant: a record's status changes in the same breath in which its native promise is settled.
 */
import { defineProperty, getOwnPropertyDescriptor, isPromise, NativePromise, nativeThen, apply, Returned, type Callable } from './intrinsics.js'
import { withoutObjectPrototype } from '../encoding/natives.js'
import { push } from './ring.js'

const nativeSetImmediate = setImmediate

export const PENDING = 0
export const FULFILLED = 1
export const REJECTED = 2
export type Status = typeof PENDING | typeof FULFILLED | typeof REJECTED

/** What a promise's record has; frames of async functions have it too. */
export interface Settleable {
  status: Status
  /** Value or reason. */
  outcome: unknown
  /** Who waits: none, one, or several in the order in which they came. */
  reactions: Waiter | Waiter[] | undefined
  /** Missing where nobody can have seen it yet. */
  promise: Promise<unknown> | undefined
  /** The native promise's own resolving functions, where we settle it by hand. */
  nativeResolve: Callable | undefined
  nativeReject: Callable | undefined
  /** A rejection has a handler, or has been reported. */
  handled: boolean
  /** Settled by code that we did not compile; an observer tells us. */
  foreign: boolean
  /** What settles a foreign promise, where it can be begun again by a restore. */
  operation: Operation | undefined
}

/** What stands in a promise's reactions, and then in the ring until its job runs. */
export interface Waiter {
  /** Index in the ring, or -1. */
  position: number
  /** Starts the native counterpart again after a restore; queues one native job at once if what it waits for is settled. */
  reattach (): void
}

/** An operation in flight that a restore begins again. */
export interface Operation {
  start (): Promise<unknown>
}

export class PromiseRecord implements Settleable {
  declare status: Status
  declare outcome: unknown
  declare reactions: Waiter | Waiter[] | undefined
  declare promise: Promise<unknown> | undefined
  declare nativeResolve: Callable | undefined
  declare nativeReject: Callable | undefined
  declare handled: boolean
  declare foreign: boolean
  declare operation: Operation | undefined

  /** Assigned, as a Frame's. */
  constructor () {
    this.status = PENDING
    this.outcome = undefined
    this.reactions = undefined
    this.promise = undefined
  }
}
withoutObjectPrototype(PromiseRecord)

/** Fields that most records never set stand on the prototype. */
export function addRareFields (prototype: object): void {
  for (const [name, value] of [['nativeResolve'], ['nativeReject'], ['handled', false], ['foreign', false], ['operation']] as [string, unknown?][]) {
    defineProperty(prototype, name, { value, writable: true, configurable: true, enumerable: false })
  }
}
addRareFields(PromiseRecord.prototype)

// ---- from promise to record

/** No constructor of its own and the field set afterwards: half the cost of a constructor with an argument. */
class Stamp extends Returned {
  #record: Settleable | undefined
  static set (promise: object, record: Settleable): void {
    if (!(#record in promise)) new Stamp(promise)
    ;(promise as Stamp).#record = record
  }

  static get (object: object): Settleable | undefined {
    return #record in object ? (object as Stamp).#record : undefined
  }
}

export const recordOf: (object: object) => Settleable | undefined = Stamp.get

export function linkRecord (promise: Promise<unknown>, record: Settleable): void {
  record.promise = promise
  Stamp.set(promise, record)
}

// ---- making

let resolveFunction: Callable
let rejectFunction: Callable
/** One function for all: a closure for each promise would be garbage at once. */
const takeFunctions = (resolve: Callable, reject: Callable): void => { resolveFunction = resolve; rejectFunction = reject }

/** Gives a record a native promise that we settle by hand. */
export function makePromise (record: Settleable): void {
  const promise = new NativePromise(takeFunctions)
  record.nativeResolve = resolveFunction
  record.nativeReject = rejectFunction
  linkRecord(promise, record)
}

/** Has its native functions from the beginning. */
export class OwnRecord extends PromiseRecord {
  override nativeResolve: Callable | undefined = undefined
  override nativeReject: Callable | undefined = undefined
}

export function newRecord (): PromiseRecord {
  const record = new OwnRecord()
  makePromise(record)
  return record
}

/** For promises that were born settled. */
export function settledRecord (status: Status, outcome: unknown): PromiseRecord {
  const record = new PromiseRecord()
  record.status = status
  record.outcome = outcome
  return record
}

let onForeign: (record: Settleable) => void = () => {}
export function setOnForeign (listener: typeof onForeign): void { onForeign = listener }

/**
 * The first sight of a promise that others made. Its observer runs just before our first reaction, so its state and the
 * order of its reactions are known from then on.
 */
export function trackForeign (promise: Promise<unknown>): Settleable {
  const record = new PromiseRecord()
  record.foreign = true
  linkRecord(promise, record)
  onForeign(record)
  plainThen(promise, value => settle(record, FULFILLED, value), reason => settle(record, REJECTED, reason))
  return record
}

/** The record of a promise of any origin; undefined for all else. */
export function promiseRecordOf (value: object): Settleable | undefined {
  return recordOf(value) ?? (isPromise(value) ? trackForeign(value) : undefined)
}

// ---- settling and waiting

/** The mirror's side only; the caller settles the native promise in the same breath. */
export function settle (record: Settleable, status: Status, outcome: unknown): void {
  record.status = status
  record.outcome = outcome
  const { reactions } = record
  if (reactions === undefined) {
    if (status === REJECTED && !record.foreign) noteUnhandled(record)
    return
  }
  if (status === REJECTED) record.handled = true
  record.reactions = undefined
  if (reactions instanceof Array) {
    for (let index = 0; index < reactions.length; index++) push(reactions[index])
  } else push(reactions)
}

/**
 * A rejection that nobody handles is reported by Node when its queues are empty, once. One that has been reported counts as
 * handled, so that a restore does not report it again.
 */
let unhandled: Settleable[] = []

export function noteUnhandled (record: Settleable): void {
  if (unhandled.length === 0) {
    const list = unhandled
    nativeSetImmediate(() => {
      for (let index = 0; index < list.length; index++) list[index].handled = true
      if (unhandled === list) unhandled = []
    }).unref()
  }
  unhandled[unhandled.length] = record
}

/** Lets a waiter wait: it stands among the reactions, or in the ring at once. */
export function wait (record: Settleable, waiter: Waiter): void {
  if (record.status !== PENDING) {
    if (record.status === REJECTED) record.handled = true
    push(waiter)
    return
  }
  const { reactions } = record
  if (reactions === undefined) record.reactions = waiter
  else if (reactions instanceof Array) reactions[reactions.length] = waiter
  else record.reactions = [reactions, waiter]
}

/** PerformPromiseThen without a look at the species: `constructor` is shadowed for the length of the call where it differs. */
export function plainThen (promise: Promise<unknown>, onFulfilled: (value: unknown) => unknown, onRejected: (reason: unknown) => unknown): Promise<unknown> {
  if (promise.constructor === NativePromise) return apply(nativeThen, promise, [onFulfilled, onRejected]) as Promise<unknown>
  const own = getOwnPropertyDescriptor(promise, 'constructor')
  defineProperty(promise, 'constructor', { value: NativePromise, configurable: true })
  try {
    return apply(nativeThen, promise, [onFulfilled, onRejected]) as Promise<unknown>
  } finally {
    delete (promise as { constructor?: unknown }).constructor
    if (own !== undefined) defineProperty(promise, 'constructor', own)
  }
}

/** Torture drops all tasks and builds them anew: jobs and activations of an earlier generation do nothing. */
let generation = 0
export const currentGeneration = (): number => generation
export function beginGeneration (): void {
  generation++
  // Those who were to handle these are gone, and have been rejected again elsewhere.
  for (let index = 0; index < unhandled.length; index++) {
    const { promise } = unhandled[index]
    if (promise !== undefined) void plainThen(promise, nothing, nothing)
  }
  unhandled = []
}
const nothing = (): void => {}

/** For activations that shall never go on; held by nobody, so they are collected. */
export const never = (): Promise<never> => new NativePromise<never>(() => {})
