/**
 * Tasks: promises, async functions, generators, timers, ticks and microtasks.
 *
 *     records.ts ring.ts           the mirror: what is known of each promise, and of the queue of jobs
 *     promise.ts reactions.ts …    %Promise% over it
 *     async-function.ts …          frames that are stepped, with the promise or object that stands for them
 *     timers.ts ticks.ts           Node's other queues
 *     restore.ts kinds.ts          to and from a snapshot
 */
import { replaceAsyncGeneratorMethods } from './async-generator.js'
import { replaceGeneratorMethods } from './generator.js'
import { isInstalled, markInstalled } from './install.js'
import { installPromise } from './promise.js'
import { notePending } from './pending.js'
import { setOnForeign } from './records.js'
import { installSchedulers } from './schedulers.js'

export { AsyncFrame } from './async-function.js'
export { generatorCall, GeneratorFrame, passed } from './generator.js'
export { asyncGeneratorCall } from './async-generator.js'
export { asyncIterationMethod, asyncIterator } from './async-iterator.js'
export { asyncFunction, asyncGeneratorFunction, generatorFunction } from './dress.js'
export { throughNewPromise as newPromise } from './promise.js'
export { stepTopLevel, topLevelAwaited, topLevelEnd, TopLevelFrame } from './top-level.js'
export { captureTasks, dropTasks, phaseOf, restoreTasks, resumeTask, TaskRoots } from './restore.js'
export { inPhase } from './ticks.js'
export { defineTaskKinds } from './kinds.js'
export { promiseRecordOf, type Operation, type Settleable } from './records.js'

/** Replaces Node's functions by ours: once, before the program starts, and only where it runs under reprise. */
export function installTasks (): void {
  if (isInstalled()) return
  markInstalled()
  installPromise()
  installSchedulers()
  setOnForeign(notePending)
  replaceGeneratorMethods()
  replaceAsyncGeneratorMethods()
}
