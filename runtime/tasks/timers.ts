/**
 * setTimeout, setInterval and setImmediate: native timers and real Timeout objects, each with a record beside it. The record
 * keeps callback and arguments; what is left of the time is read from the Timeout itself at a capture, so that `refresh`,
 * `unref` and `close` stay Node's own.
 */
import { createRequire } from 'node:module'
import { runTask } from '../restore/drive.js'
import { passOn, type Task } from '../restore/task-frame.js'
import { type Mode } from '../code/site.js'
import { apply, getPrototypeOf, isObject, Returned, type Callable } from './intrinsics.js'
import { currentGeneration } from './records.js'

const nodeTimers = createRequire(import.meta.url)('node:timers') as typeof import('node:timers')
const { setTimeout: nativeSetTimeout, clearTimeout: nativeClearTimeout, setInterval: nativeSetInterval, setImmediate: nativeSetImmediate, clearImmediate: nativeClearImmediate } = nodeTimers

/** The fields of Node's Timeout that we read and set; they are the same in Node 20 to 26. */
export interface NativeTimeout extends NodeJS.Timeout {
  _idleTimeout: number
  _idleStart: number
  /** Set while it stands in a list of timers. */
  _idleNext: unknown
  _repeat: number | null
  _destroyed: boolean
}

interface NativeImmediate extends NodeJS.Immediate {
  _destroyed: boolean
}

/** A probe tells the event loop's own time, from which Node counts. */
function loopTime (): number {
  const probe = nativeSetTimeout(() => {}, 1) as NativeTimeout
  const { _idleStart } = probe
  nativeClearTimeout(probe)
  return _idleStart
}

export class TimerRecord implements Task {
  timeout: NativeTimeout | undefined = undefined
  /** While its callback is on the stack. */
  firing = false
  /** Of a capture: what is left of the time, or -1 if it is not pending. */
  remainingMs = -1
  refed = true

  constructor (readonly callback: Callable, readonly callbackArguments: unknown[], readonly delayMs: number, readonly repeats: boolean) {}

  get phase (): 'tick' { return 'tick' }

  fire (): void {
    this.firing = true
    try {
      runTask(this, () => apply(this.callback, this.timeout, this.callbackArguments))
    } finally {
      this.firing = false
    }
  }

  conclude (mode: Mode, value: unknown): unknown { return passOn(mode, value) }

  isPending (): boolean {
    const timeout = this.timeout!
    return Boolean(timeout._idleNext) || (this.firing && timeout._repeat !== null && timeout._idleTimeout !== -1)
  }
}

export class ImmediateRecord implements Task {
  immediate: NativeImmediate | undefined = undefined
  pending = true
  refed = true
  constructor (readonly callback: Callable, readonly callbackArguments: unknown[]) {}

  get phase (): 'tick' { return 'tick' }

  fire (): void {
    this.pending = false
    runTask(this, () => apply(this.callback, this.immediate, this.callbackArguments))
  }

  conclude (mode: Mode, value: unknown): unknown { return passOn(mode, value) }
}

// ---- from Timeout and Immediate objects to records

class Stamp extends Returned {
  #record: TimerRecord | ImmediateRecord | undefined
  static set (object: object, record: TimerRecord | ImmediateRecord): void {
    if (!(#record in object)) new Stamp(object)
    ;(object as Stamp).#record = record
  }

  static get (object: unknown): TimerRecord | ImmediateRecord | undefined {
    return isObject(object) && #record in object ? (object as Stamp).#record : undefined
  }
}

export const timerRecordOf: (object: unknown) => TimerRecord | ImmediateRecord | undefined = Stamp.get

// ---- what is pending, in the order of creation; those that have ended are swept out now and then

let timers: TimerRecord[] = []
let timersSweptAt = 64
let immediates: ImmediateRecord[] = []
let immediatesSweptAt = 64

function remember (record: TimerRecord): void {
  if (timers.length >= timersSweptAt) {
    timers = pendingTimers()
    timersSweptAt = 64 + timers.length * 2
  }
  timers[timers.length] = record
}

function rememberImmediate (record: ImmediateRecord): void {
  if (immediates.length >= immediatesSweptAt) {
    immediates = pendingImmediates()
    immediatesSweptAt = 64 + immediates.length * 2
  }
  immediates[immediates.length] = record
}

export function pendingTimers (): TimerRecord[] {
  const pending: TimerRecord[] = []
  for (let index = 0; index < timers.length; index++) if (timers[index].isPending()) pending[pending.length] = timers[index]
  return pending
}

export function pendingImmediates (): ImmediateRecord[] {
  const pending: ImmediateRecord[] = []
  for (let index = 0; index < immediates.length; index++) {
    const record = immediates[index]
    if (record.pending && !record.immediate!._destroyed) pending[pending.length] = record
  }
  return pending
}

// ---- creation

/** Native delays: what is not between 1 and 2^31-1 is 1. */
function delayOf (delay: unknown): number {
  const ms = Number(delay)
  return ms >= 1 && ms <= 2147483647 ? Math.trunc(ms) : 1
}

export function startTimer (callback: Callable, callbackArguments: unknown[], delay: unknown, repeats: boolean): NativeTimeout {
  const record = new TimerRecord(callback, callbackArguments, delayOf(delay), repeats)
  makeTimeout(record, repeats ? nativeSetInterval : nativeSetTimeout, delay)
  remember(record)
  return record.timeout!
}

function makeTimeout (record: TimerRecord, create: (callback: () => void, ms?: number) => unknown, delay: unknown): void {
  const generation = currentGeneration()
  record.timeout = create(() => { if (generation === currentGeneration()) record.fire() }, delay as number) as NativeTimeout
  Stamp.set(record.timeout, record)
}

export function startImmediate (callback: Callable, callbackArguments: unknown[]): NodeJS.Immediate {
  const record = new ImmediateRecord(callback, callbackArguments)
  makeImmediate(record)
  rememberImmediate(record)
  return record.immediate!
}

function makeImmediate (record: ImmediateRecord): void {
  const generation = currentGeneration()
  record.immediate = nativeSetImmediate(() => { if (generation === currentGeneration()) record.fire() }) as NativeImmediate
  Stamp.set(record.immediate, record)
}

// ---- capture and restore

/** The pending timers, each with what is left of its time, by due time and then by creation. */
export function captureTimers (): TimerRecord[] {
  const now = loopTime()
  for (let index = 0; index < timers.length; index++) {
    const record = timers[index]
    const timeout = record.timeout!
    record.refed = timeout.hasRef()
    record.remainingMs = -1
    if (!record.isPending()) continue
    const dueIn = timeout._idleStart + timeout._idleTimeout - now
    record.remainingMs = Math.max(0, record.firing ? dueIn + record.delayMs : dueIn)
  }
  const pending = pendingTimers()
  const { sort } = Array.prototype
  return apply(sort, pending, [(first: TimerRecord, second: TimerRecord) => first.remainingMs - second.remainingMs]) as TimerRecord[]
}

export function captureImmediates (): ImmediateRecord[] {
  const pending = pendingImmediates()
  for (let index = 0; index < pending.length; index++) pending[index].refed = pending[index].immediate!.hasRef()
  return pending
}

/** A real Timeout for a decoded record, not running. */
export function makeIdleTimeout (): object {
  const timeout = nativeSetTimeout(() => {}, 1)
  nativeClearTimeout(timeout)
  return timeout
}

export function makeIdleImmediate (): object {
  const immediate = nativeSetImmediate(() => {})
  nativeClearImmediate(immediate)
  return immediate
}

/** Joins what was decoded: the object is the one that the program holds. */
export function linkTimeout (timeout: object, record: TimerRecord): void {
  const generation = currentGeneration()
  record.timeout = timeout as NativeTimeout
  Stamp.set(timeout, record)
  ;(timeout as unknown as { _onTimeout: () => void })._onTimeout = () => { if (generation === currentGeneration()) record.fire() }
}

export function linkImmediate (immediate: object, record: ImmediateRecord): void {
  record.immediate = immediate as NativeImmediate
  Stamp.set(immediate, record)
}

/**
 * Starts pending timers, in the order given. The first time they wait for what was left of their delay; `_repeat` then gives
 * an interval's whole one, as Node itself does it.
 */
export function restoreTimers (records: readonly TimerRecord[]): void {
  for (let index = 0; index < records.length; index++) {
    const record = records[index]
    const timeout = record.timeout!
    timeout._idleTimeout = Math.max(1, record.remainingMs)
    timeout._repeat = record.repeats ? record.delayMs : null
    apply(nativeRefresh, timeout, [])
    record.refed ? timeout.ref() : timeout.unref()
    remember(record)
  }
}

const nativeRefresh = (getPrototypeOf(makeIdleTimeout()) as NativeTimeout).refresh as unknown as Callable

/** An Immediate cannot be started again, so the object of a pending one stays idle and a second one does its work. */
export function restoreImmediates (records: readonly ImmediateRecord[]): void {
  for (let index = 0; index < records.length; index++) {
    const record = records[index]
    const held = record.immediate!
    makeImmediate(record)
    Stamp.set(held, record)
    if (!record.refed) record.immediate!.unref()
    rememberImmediate(record)
  }
}

export function dropTimers (): void {
  for (let index = 0; index < timers.length; index++) nativeClearTimeout(timers[index].timeout)
  for (let index = 0; index < immediates.length; index++) nativeClearImmediate(immediates[index].immediate)
  timers = []
  immediates = []
}

// ---- of restored timers, Node itself does not know all

/** An Immediate that was pending is another one now. */
export function clearImmediate (immediate: unknown): void {
  const record = Stamp.get(immediate)
  nativeClearImmediate((record instanceof ImmediateRecord ? record.immediate : immediate) as NativeImmediate)
}

/** `refresh` of a restored timer that still waits for what was left: from now on it is its own delay again. */
export function refreshTimer (timeout: object): unknown {
  const record = Stamp.get(timeout)
  const native = timeout as NativeTimeout
  if (record instanceof TimerRecord && native._idleTimeout !== -1 && native._idleTimeout !== record.delayMs) native._idleTimeout = record.delayMs
  return apply(nativeRefresh, timeout, [])
}
