/**
 * Async functions in their fast version: a native async function does the work, and before each await it writes to its frame
 * what a capture must know (emit/function.ts shows the text). So order, ticks, contexts and rejections are the engine's own.
 *
 * Captured in its first part, before its promise was seen by anybody, the activation is abandoned: `asyncBorn` throws the
 * signal on, and the frame is resumed by a machine (async-function.ts). Captured after an await the activation is the root of
 * its task. It goes on in place, as the machine: its promise is settled by the functions that V8 hands to the thenable that
 * the activation returns.
 */
import { AWAIT, THROW, type Mode, type ModuleSites } from '../code/site.js'
import { CAPTURING, flag, rerecord, SIGNAL } from '../capture/signal.js'
import { rootTakeOver } from '../restore/drive.js'
import { errorHooks } from '../restore/error-hooks.js'
import { noLocals } from '../restore/frame.js'
import { AsyncFrame, awaitable, end, step } from './async-function.js'
import { create, type Callable } from './intrinsics.js'
import { isInstalled } from './install.js'
import { currentGeneration, linkRecord } from './records.js'
import { fail, finish, finishThrow } from './resolve.js'

export function asyncFrame (module: ModuleSites, siteIndex: number): AsyncFrame {
  return new AsyncFrame(module.sites[siteIndex], 0, noLocals)
}

/** The first part has ended. */
export function asyncBorn (frame: AsyncFrame, promise: Promise<unknown>): Promise<unknown> {
  if (flag[CAPTURING] !== 0) throw SIGNAL
  if (isInstalled()) linkRecord(promise, frame)
  return promise
}

/** Notes where the frame stands from now on; returns what is really awaited. */
export function awaiting (frame: AsyncFrame, operand: unknown, pc: number, locals: unknown[]): unknown {
  if (!isInstalled()) return operand
  frame.pc = pc
  frame.locals = locals
  return awaitable(frame, operand)
}

/** What the activation returns to V8, behind all finally blocks. */
export function asyncReturn (frame: AsyncFrame, result: unknown): unknown {
  if (!isInstalled()) return result
  frame.position = -1
  return end(frame, finish(frame, result))
}

/** An error or the signal leaves the activation. */
export function asyncLeft (frame: AsyncFrame, error: unknown, pc: number, locals: unknown[]): unknown {
  if (flag[CAPTURING] !== 0) {
    rerecord(frame, pc, locals)
    return frame.promise === undefined ? undefined : goOn(frame)
  }
  if (!isInstalled()) throw error
  if (frame.promise !== undefined) errorHooks.awaited(error, frame)
  frame.position = -1
  end(frame, undefined)
  throw fail(frame, error)
}

/** The activation was captured as the root of its task. */
function goOn (frame: AsyncFrame): unknown {
  frame.position = -1
  frame.source = undefined
  const generation = currentGeneration()
  let result
  try {
    result = rootTakeOver()
  } catch (error) {
    if (generation !== currentGeneration()) return abandoned
    errorHooks.awaited(error, frame)
    return end(frame, finishThrow(frame, error))
  }
  if (generation !== currentGeneration()) return abandoned
  if (result !== AWAIT) return end(frame, finish(frame, result))
  const settling = handOver(frame)
  void step(frame, awaitable(frame, frame.value))
  return settling
}

/** For an activation whose state was rebuilt elsewhere: its promise stays pending. */
const abandoned: object = Object.freeze({ __proto__: null, then () {} })

/**
 * A thenable that gets V8's functions for the promise of an activation that has returned. V8 asks for them in the job behind
 * the one that the frame may be waiting for already, if what it awaits is settled; an outcome of that job waits for them.
 * Nothing runs in between, so the promise is settled in its order.
 */
function handOver (frame: AsyncFrame): object {
  let early: { readonly mode: Mode, readonly value: unknown } | undefined
  frame.nativeResolve = value => { early = { mode: 0, value } }
  frame.nativeReject = value => { early = { mode: THROW, value } }
  const settling = create(null) as { then: (resolve: Callable, reject: Callable) => void }
  settling.then = (resolve, reject) => {
    frame.nativeResolve = resolve
    frame.nativeReject = reject
    if (early !== undefined) (early.mode === THROW ? reject : resolve)(early.value)
  }
  return settling
}
