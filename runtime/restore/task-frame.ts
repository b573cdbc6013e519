/** What is left to do after a task's callback, as the outermost frame of the task's stack. */
import { THROW, type Mode } from '../code/site.js'
import { runtimeSite } from '../code/runtime-sites.js'
import { Frame } from './frame.js'

/** A callback that is run by a job, a timer or a tick. */
export interface Task {
  /** In which of Node's loops the callback runs: the same queue drained from the other one runs in another order. */
  readonly phase: 'microtask' | 'tick'
  /** Called with the callback's outcome; settles the derived promise, or throws on. */
  conclude (mode: Mode, value: unknown): unknown
}

const site = runtimeSite('task')

export class TaskFrame extends Frame {
  constructor (readonly task: Task) {
    super(site, 0, [])
  }

  override resume (mode: Mode, value: unknown): unknown {
    return this.task.conclude(mode, value)
  }
}

/** For tasks that have nothing left to do. */
export function passOn (mode: Mode, value: unknown): unknown {
  if (mode === THROW) throw value
  return value
}
