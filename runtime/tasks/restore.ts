/**
 * What is in flight, as a graph that can be encoded, and back: native jobs are queued again in the exact order in which they
 * stood.
 *
 * Reachable promises are encoded by their records (kinds.ts); here are only the roots: whoever has a job in the queue, and
 * timers, immediates and ticks.
 */
import { type Mode, NORMAL } from '../code/site.js'
import { resumeStack } from '../restore/drive.js'
import type { Frame } from '../restore/frame.js'
import { TaskFrame } from '../restore/task-frame.js'
import { AsyncFrame, resumeAsync } from './async-function.js'
import { AsyncGeneratorFrame, resumeAsyncGenerator } from './async-generator.js'
import { isArray, isCallable, type Callable } from './intrinsics.js'
import { beginGeneration, currentGeneration, FULFILLED, makePromise, noteUnhandled, PENDING, plainThen, type Settleable, type Waiter } from './records.js'
import { capturePending, dropPending, notePending } from './pending.js'
import { withoutNativeWaiters } from './native-waiters.js'
import { rejectRecord, resolveRecord } from './resolve.js'
import { clearRing, inFlight, push } from './ring.js'
import { captureTicks, dropTicks, restoreTicks, type TickRecord } from './ticks.js'
import { captureImmediates, captureTimers, dropTimers, restoreImmediates, restoreTimers, type ImmediateRecord, type TimerRecord } from './timers.js'
import { TopLevelFrame } from './top-level.js'

/** The roots of what a snapshot keeps of the tasks; encoded as an internal. */
export class TaskRoots {
  constructor (
    readonly flight: readonly Waiter[],
    readonly ticks: readonly TickRecord[],
    readonly immediates: readonly ImmediateRecord[],
    readonly timers: readonly TimerRecord[],
    /** Operations that are begun again. */
    readonly pending: readonly Settleable[],
  ) {}
}

/**
 * `isOfProgram` tells the program's callbacks from those of Node's own code, whose ticks and timers (the end of a write to
 * stdout, say) are lost with the process as all of its state is.
 */
export function captureTasks (isOfProgram: (callback: object) => boolean): TaskRoots {
  const kept = <R extends { readonly callback: Callable }>(records: readonly R[]): R[] => {
    const list: R[] = []
    for (let index = 0; index < records.length; index++) {
      if (!isCallable(records[index].callback) || isOfProgram(records[index].callback)) list[list.length] = records[index]
    }
    return list
  }
  return new TaskRoots(withoutNativeWaiters(inFlight()), kept(captureTicks()), kept(captureImmediates()), kept(captureTimers()), capturePending())
}

/** Promises that were decoded and wait to be settled, and their reactions to be attached. */
let decoded: Settleable[] = []

export function noteDecoded (record: Settleable): void {
  decoded[decoded.length] = record
}

const nothing = (): void => {}

/**
 * Makes the decoded tasks run. Called when the whole heap is filled, in the phase of the captured stack (`phaseOf`), with
 * `resumeTask` right behind it.
 */
export function restoreTasks (roots: TaskRoots): void {
  const records = decoded
  decoded = []
  for (let index = 0; index < records.length; index++) settleAgain(records[index])
  for (let index = 0; index < roots.flight.length; index++) {
    const waiter = roots.flight[index]
    push(waiter)
    waiter.reattach()
  }
  for (let index = 0; index < records.length; index++) attachAgain(records[index])
  restoreTicks(roots.ticks)
  restoreImmediates(roots.immediates)
  restoreTimers(roots.timers)
}

/** A rejection that was not handled is rejected again without a handler: its report is still to come. */
function settleAgain (record: Settleable): void {
  if (record.status === PENDING) return
  const { nativeResolve, nativeReject, promise, handled } = record
  record.nativeResolve = undefined
  record.nativeReject = undefined
  if (record.status === FULFILLED) nativeResolve!(record.outcome)
  else {
    if (handled) plainThen(promise!, nothing, nothing)
    else noteUnhandled(record)
    nativeReject!(record.outcome)
  }
}

/** The order counts within each promise only. */
function attachAgain (record: Settleable): void {
  if (record.status !== PENDING) return
  const { reactions, operation } = record
  if (isArray(reactions)) {
    for (let index = 0; index < reactions.length; index++) (reactions[index] as Waiter).reattach()
  } else if (reactions !== undefined) reactions.reattach()
  if (operation !== undefined) {
    const generation = currentGeneration()
    notePending(record)
    void plainThen(operation.start(), value => {
      if (generation === currentGeneration()) resolveRecord(record, value)
    }, reason => {
      if (generation === currentGeneration()) rejectRecord(record, reason)
    })
  }
}

/** Forgets everything in flight: nothing that was started before will do anything any more. */
export function dropTasks (): void {
  beginGeneration()
  clearRing()
  dropTicks()
  dropTimers()
  dropPending()
  decoded = []
}

// ---- the task that was running

/** In which of Node's loops a captured stack ran; undefined if its root is not a task's: a module in progress. */
export function phaseOf (stack: readonly Frame[]): 'microtask' | 'tick' | undefined {
  const root = stack[0]
  if (root instanceof TaskFrame) return root.task.phase
  return root instanceof AsyncFrame ? 'microtask' : undefined
}

/** Goes on with a captured stack in a driver of its own, to its end or to the next await of the frame at its bottom. */
export function resumeTask (stack: Frame[], mode: Mode = NORMAL, value?: unknown): void {
  const root = stack[0]
  if (root instanceof TopLevelFrame && root.promise === undefined) makePromise(root)
  if (root instanceof AsyncGeneratorFrame && root.starter === undefined) resumeAsyncGenerator(root, stack, mode, value)
  else if (root instanceof AsyncFrame && root.promise !== undefined) resumeAsync(root, stack, mode, value)
  else resumeStack(stack, mode, value)
}
