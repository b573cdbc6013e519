/**
 * Async generators: a frame and a queue of requests (ECMA-262, 27.6.3). Each `next`, `return` or `throw` is a request with a
 * promise of its own; the machine runs while there are requests.
 *
 * Like an async function's, the first part of a run stands on the stack of whoever called `next`, later parts are roots of
 * their own. `starter` tells them apart: the request whose call runs the machine, and whose promise that call returns.
 *
 * Before a yield the machine has awaited the operand, as it does before a return.
 */
import { AWAIT, NORMAL, RETURN, THROW, YIELD, type Mode, type ModuleSites } from '../code/site.js'
import { SIGNAL } from '../capture/signal.js'
import { resumeStack, rootResume } from '../restore/drive.js'
import { noLocals, resumeFrame, type Frame } from '../restore/frame.js'
import { prepareParameters } from './generator.js'
import { AsyncFrame, awaitable, awaitedPromise } from './async-function.js'
import { promiseResolve } from './capability.js'
import { apply, asyncGeneratorPrototype, create, isObject, NativePromise, Returned, type Callable } from './intrinsics.js'
import { replaceMethods } from './install.js'
import { attach, Reaction } from './reactions.js'
import { currentGeneration, newRecord, promiseRecordOf, type Settleable } from './records.js'
import { rejectRecord, resolveRecord } from './resolve.js'

const START = 0
const RUNNING = 1
const SUSPENDED = 2
const AWAITING_RETURN = 3
const DONE = 4

export class Request {
  constructor (readonly mode: Mode, readonly value: unknown, readonly record: Settleable) {}
}

export class AsyncGeneratorFrame extends AsyncFrame {
  state: number = START
  readonly queue: Request[] = []
  /** The machine stands at a yield and was told to return; the value to be returned is being awaited. */
  unwrapping = false
  starter: Request | undefined = undefined

  /** On a caller's stack the result is the promise of that caller's request; at a root, what the machine returned. */
  override resume (mode: Mode, value: unknown): unknown {
    if (this.starter === undefined) return resumeFrame(this, mode, value)
    return throughAsyncGeneratorRun(this, mode, value)
  }

  override reattach (): void {
    void stepGenerator(this, awaitedPromise(this))
  }
}

class Stamp extends Returned {
  #frame: AsyncGeneratorFrame | undefined
  static set (object: object, frame: AsyncGeneratorFrame): void {
    if (!(#frame in object)) new Stamp(object)
    ;(object as Stamp).#frame = frame
  }

  static get (object: unknown): AsyncGeneratorFrame | undefined {
    return isObject(object) && #frame in object ? (object as Stamp).#frame : undefined
  }
}

export const asyncGeneratorFrameOf: (object: unknown) => AsyncGeneratorFrame | undefined = Stamp.get
export const linkAsyncGenerator: (object: object, frame: AsyncGeneratorFrame) => void = Stamp.set

/** A call of an async generator function: makes its object. `prepares`: the machine begins with the parameters' defaults. */
export function asyncGeneratorCall (module: ModuleSites, siteIndex: number, locals: unknown[], fn: { prototype?: unknown }, prepares?: 1): object {
  const frame = new AsyncGeneratorFrame(module.sites[siteIndex], 0, locals)
  if (prepares === 1) prepareParameters(frame)
  const { prototype } = fn
  const object = create(isObject(prototype) ? prototype : asyncGeneratorPrototype) as object
  Stamp.set(object, frame)
  return object
}

// ---- requests

function throughRequest (frame: AsyncGeneratorFrame, mode: Mode, value: unknown): unknown {
  const record = newRecord()
  const request = new Request(mode, value, record)
  if (frame.state === START && mode === THROW) finishMachine(frame)
  if (frame.state === DONE && mode !== RETURN) {
    answerLate(request)
    return record.promise
  }
  frame.queue[frame.queue.length] = request
  if (mode === RETURN && (frame.state === START || frame.state === DONE)) {
    finishMachine(frame)
    awaitReturn(frame)
  } else if (frame.state === START || frame.state === SUSPENDED) {
    frame.state = RUNNING
    frame.starter = request
    if (mode !== RETURN) return throughAsyncGeneratorRun(frame, mode, value)
    unwrapReturn(frame, value)
    return leaveStarter(frame, true)
  }
  return record.promise
}

/** To a generator that is done. */
function answerLate ({ mode, record, value }: Request): void {
  if (mode === THROW) rejectRecord(record, value)
  else resolveRecord(record, { value: undefined, done: true })
}

/** `return(v)` at a yield awaits `v` first (AsyncGeneratorUnwrapYieldResumption). */
function unwrapReturn (frame: AsyncGeneratorFrame, value: unknown): void {
  frame.unwrapping = true
  frame.value = value
}

// ---- running

/** Runs the machine on the stack of the starter's caller, to its first await or until nothing is asked of it. */
function throughAsyncGeneratorRun (frame: AsyncGeneratorFrame, mode: Mode, value: unknown): unknown {
  for (;;) {
    let result
    let failed = false
    try {
      result = resumeFrame(frame, mode, value)
    } catch (error) {
      if (error === SIGNAL) throw error
      failed = true
      result = error
    }
    if (result === AWAIT && !failed) return leaveStarter(frame, true)
    answerFirst(frame, failed, result)
    if (frame.state !== RUNNING) return leaveStarter(frame, false)
    ;({ mode, value } = frame.queue[0])
    if (mode === RETURN) {
      unwrapReturn(frame, value)
      return leaveStarter(frame, true)
    }
  }
}

/** The starter's caller goes on with its promise; if `frame.value` is to be awaited, an activation of its own does that. */
function leaveStarter (frame: AsyncGeneratorFrame, waits: boolean): unknown {
  const { promise } = frame.starter!.record
  frame.starter = undefined
  if (waits) void stepGenerator(frame, awaitable(frame, frame.value))
  return promise
}

/** The native activation of a run; it ends when the generator is suspended at a yield or done. */
async function stepGenerator (frame: AsyncGeneratorFrame, waited: unknown): Promise<void> {
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
    if (generation !== currentGeneration()) return
    frame.position = -1
    frame.source = undefined
    if (frame.unwrapping) {
      frame.unwrapping = false
      if (mode === NORMAL) mode = RETURN
    }
    if (!runAsRoot(frame, undefined, mode, value)) return
    waited = awaitable(frame, frame.value)
  }
}

/** True: `frame.value` is to be awaited. */
function runAsRoot (frame: AsyncGeneratorFrame, stack: Frame[] | undefined, mode: Mode, value: unknown): boolean {
  const generation = currentGeneration()
  for (;;) {
    let result
    let failed = false
    try {
      result = stack === undefined ? rootResume(frame, mode, value) : resumeStack(stack, mode, value)
    } catch (error) {
      failed = true
      result = error
    }
    if (generation !== currentGeneration()) return false
    if (result === AWAIT && !failed) return true
    answerFirst(frame, failed, result)
    if (frame.state !== RUNNING) return false
    ;({ mode, value } = frame.queue[0])
    if (mode === RETURN) {
      unwrapReturn(frame, value)
      return true
    }
    stack = undefined
  }
}

/** The machine came to a yield, its end or an error: answers the first request. */
function answerFirst (frame: AsyncGeneratorFrame, failed: boolean, result: unknown): void {
  const request = shift(frame.queue)
  if (!failed && result === YIELD) {
    const { value } = frame
    frame.value = undefined
    frame.state = frame.queue.length === 0 ? SUSPENDED : RUNNING
    resolveRecord(request.record, { value, done: false })
    return
  }
  finishMachine(frame)
  if (failed) rejectRecord(request.record, result)
  else resolveRecord(request.record, { value: result, done: true })
  drainQueue(frame)
}

function finishMachine (frame: AsyncGeneratorFrame): void {
  frame.state = DONE
  frame.locals = noLocals
}

/** The requests that came too late. */
function drainQueue (frame: AsyncGeneratorFrame): void {
  frame.state = DONE
  while (frame.queue.length > 0) {
    const request = frame.queue[0]
    if (request.mode === RETURN) return awaitReturn(frame)
    shift(frame.queue)
    answerLate(request)
  }
}

/** A `return(v)` into a generator that is done awaits `v`. */
function awaitReturn (frame: AsyncGeneratorFrame): void {
  frame.state = AWAITING_RETURN
  let promise
  try {
    promise = promiseResolve(NativePromise, frame.queue[0].value)
  } catch (error) {
    rejectRecord(shift(frame.queue).record, error)
    return drainQueue(frame)
  }
  attach(promiseRecordOf(promise as object)!, new ReturnReaction(frame))
}

export class ReturnReaction extends Reaction {
  constructor (readonly frame: AsyncGeneratorFrame) { super() }

  override react (mode: Mode, value: unknown): undefined {
    const { record } = shift(this.frame.queue)
    if (mode === THROW) rejectRecord(record, value)
    else resolveRecord(record, { value, done: true })
    drainQueue(this.frame)
    return undefined
  }
}

function shift (queue: Request[]): Request {
  const first = queue[0]
  for (let index = 1; index < queue.length; index++) queue[index - 1] = queue[index]
  queue.length--
  return first
}

/** Goes on with a restored stack whose outermost frame is an async generator's. */
export function resumeAsyncGenerator (frame: AsyncGeneratorFrame, stack: Frame[], mode: Mode, value: unknown): void {
  if (runAsRoot(frame, stack, mode, value)) void stepGenerator(frame, awaitable(frame, frame.value))
}

// ---- %AsyncGeneratorPrototype%

const native = asyncGeneratorPrototype as { next: Callable, return: Callable, throw: Callable }
const { next: nativeNext, return: nativeReturn, throw: nativeThrow } = native

const methods = {
  next (value: unknown): unknown {
    const frame = Stamp.get(this)
    return frame === undefined ? apply(nativeNext, this, [value]) : throughRequest(frame, NORMAL, value)
  },
  return (value: unknown): unknown {
    const frame = Stamp.get(this)
    return frame === undefined ? apply(nativeReturn, this, [value]) : throughRequest(frame, RETURN, value)
  },
  throw (exception: unknown): unknown {
    const frame = Stamp.get(this)
    return frame === undefined ? apply(nativeThrow, this, [exception]) : throughRequest(frame, THROW, exception)
  },
}

let replaced = false
export function replaceAsyncGeneratorMethods (): void {
  if (replaced) return
  replaced = true
  replaceMethods(asyncGeneratorPrototype, methods)
}
