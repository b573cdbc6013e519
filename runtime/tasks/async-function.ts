/**
 * Async functions: a machine over a frame, stepped by one native async function, so that ticks, contexts and rejections are
 * the engine's own.
 *
 * The first part, up to the first await, runs on the caller's stack without a native activation: captured there, the frame
 * simply stands on the stack like any other, for its promise does not exist yet. After an await the frame is the root of its
 * task: its activation (`step`) drives the stack above it, and goes on in place.
 *
 * A frame is the record of the promise that it settles, and a waiter on what it awaits.
 */
import { AWAIT, NORMAL, THROW, type Mode } from '../code/site.js'
import { SIGNAL } from '../capture/signal.js'
import { resumeStack, rootResume } from '../restore/drive.js'
import { errorHooks } from '../restore/error-hooks.js'
import { Frame, noLocals, resumeFrame } from '../restore/frame.js'
import { apply, isObject, isPromise, NativePromise, nativeReject, nativeResolve, type Callable } from './intrinsics.js'
import { isInstalled } from './install.js'
import { addRareFields, currentGeneration, FULFILLED, linkRecord, never, newRecord, noteUnhandled, PENDING, PromiseRecord, recordOf, REJECTED, settledRecord, trackForeign, wait, type Operation, type Settleable, type Status, type Waiter } from './records.js'
import { finish, finishThrow, resolveRecord } from './resolve.js'
import { push } from './ring.js'

export class AsyncFrame extends Frame implements Settleable, Waiter {
  status: Status = PENDING
  outcome: unknown = undefined
  reactions: Waiter | Waiter[] | undefined = undefined
  promise: Promise<unknown> | undefined = undefined
  declare nativeResolve: Callable | undefined
  declare nativeReject: Callable | undefined
  declare handled: boolean
  declare foreign: boolean
  declare operation: Operation | undefined
  /** What it awaits; undefined while it awaits a plain value, which stands in `value`. */
  source: Settleable | undefined = undefined
  position = -1

  /** With a promise it is the root of its task, and `step` takes the machine's result; else a caller waits for the promise. */
  override resume (mode: Mode, value: unknown): unknown {
    if (this.promise !== undefined) return resumeFrame(this, mode, value)
    return throughAsyncStart(this, mode, value)
  }

  reattach (): void {
    void step(this, awaitedPromise(this))
  }
}
addRareFields(AsyncFrame.prototype)

/** What the native await of a waiting frame waits for. */
export function awaitedPromise (frame: AsyncFrame): Promise<unknown> {
  return frame.source !== undefined ? frame.source.promise! : apply(nativeResolve, NativePromise, [frame.value]) as Promise<unknown>
}

function throughAsyncStart (frame: AsyncFrame, mode: Mode, value: unknown): Promise<unknown> {
  let result
  try {
    result = resumeFrame(frame, mode, value)
  } catch (error) {
    if (error === SIGNAL) throw error
    return rejected(error)
  }
  if (!isInstalled()) return result === AWAIT ? stepPlainly(frame) : returned(result)
  if (result !== AWAIT) return isObject(result) ? ended(result) : fulfilled(result)
  const promise = step(frame, awaitable(frame, frame.value))
  linkRecord(promise, frame)
  return promise
}

/** Steps a frame's machine from await to await; what it returns or throws is the promise's outcome. */
export async function step (frame: AsyncFrame, waited: unknown): Promise<unknown> {
  const generation = currentGeneration()
  for (;;) {
    let mode: Mode = NORMAL
    let value
    try {
      value = await waited
    } catch (error) {
      mode = THROW
      value = error
    }
    if (generation !== currentGeneration()) await never()
    frame.position = -1
    frame.source = undefined
    let result
    try {
      result = rootResume(frame, mode, value)
    } catch (error) {
      errorHooks.awaited(error, frame)
      return end(frame, finishThrow(frame, error))
    }
    if (generation !== currentGeneration()) await never()
    if (result !== AWAIT) return end(frame, finish(frame, result))
    waited = awaitable(frame, frame.value)
  }
}

/** The promise keeps its frame as its record; what the frame held is garbage. */
export function end<T> (frame: AsyncFrame, result: T): T {
  frame.locals = noLocals
  frame.value = undefined
  return result
}

/**
 * Notes on the frame what it waits for; returns what is really awaited. Only a promise of %Promise% itself is awaited as it
 * is; a thenable or a promise of a subclass resolves a new one, as in the engine.
 */
export function awaitable (frame: AsyncFrame, operand: unknown): unknown {
  if (!isObject(operand)) {
    frame.source = undefined
    frame.value = operand
    push(frame)
    return operand
  }
  frame.value = undefined
  let record = recordOf(operand)
  if (record === undefined) {
    if (isPromise(operand) && operand.constructor === NativePromise) record = trackForeign(operand)
  } else if ((operand as Promise<unknown>).constructor !== NativePromise) record = undefined
  if (record === undefined) {
    record = newRecord()
    resolveRecord(record, operand)
  }
  frame.source = record
  frame.position = -1
  wait(record, frame)
  return record.promise
}

// ---- functions that ended in their first part

function fulfilled (value: unknown): Promise<unknown> {
  const promise = apply(nativeResolve, NativePromise, [value]) as Promise<unknown>
  linkRecord(promise, settledRecord(FULFILLED, value))
  return promise
}

function rejected (reason: unknown): Promise<unknown> {
  const promise = apply(nativeReject, NativePromise, [reason]) as Promise<unknown>
  if (isInstalled()) {
    const record = settledRecord(REJECTED, reason)
    linkRecord(promise, record)
    noteUnhandled(record)
  }
  return promise
}

/** An object may be a thenable: the native engine resolves with it. */
function ended (value: object): Promise<unknown> {
  const record = new PromiseRecord()
  const promise = endNatively(record, value)
  linkRecord(promise, record)
  return promise
}

async function endNatively (record: Settleable, value: object): Promise<unknown> {
  return finish(record, value)
}

// ---- started without reprise: no mirror

async function returned (value: unknown): Promise<unknown> {
  return value
}

async function stepPlainly (frame: Frame): Promise<unknown> {
  for (;;) {
    let mode: Mode = NORMAL
    let value
    try {
      value = await frame.value
    } catch (error) {
      mode = THROW
      value = error
    }
    const result = resumeFrame(frame, mode, value)
    if (result !== AWAIT) return result
  }
}

// ---- after a restore

/**
 * Goes on with a restored stack whose outermost frame is an async function's, in a new activation at its bottom. Its promise
 * is settled by hand.
 */
export function resumeAsync (frame: AsyncFrame, stack: Frame[], mode: Mode, value: unknown): void {
  const generation = currentGeneration()
  let result
  try {
    result = resumeStack(stack, mode, value)
  } catch (error) {
    if (generation === currentGeneration()) end(frame, finishThrow(frame, error))
    return
  }
  if (generation !== currentGeneration()) return
  if (result === AWAIT) void step(frame, awaitable(frame, frame.value))
  else end(frame, finish(frame, result))
}
