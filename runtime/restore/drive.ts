/**
 * The trampoline at the bottom of every task. It calls compiled code, takes over the frames when a capture unwinds the
 * stack, and resumes them one by one from the innermost: a frame's machine runs on the native stack only while it is the top.
 *
 * The value (or error) that the top frame ends with goes to the frame below it, at the call where that frame stands.
 */
import { NORMAL, THROW, type Mode } from '../code/site.js'
import { flag, CAPTURING, SIGNAL, takeRecorded } from '../capture/signal.js'
import { errorHooks } from './error-hooks.js'
import type { Frame } from './frame.js'
import { TaskFrame, type Task } from './task-frame.js'

export { resumeFrame } from './frame.js'

/**
 * Called at a root when the stack has been unwound; may save the state. The stack is outermost first and is gone on with,
 * unless the handler returns ABANDON: then the state has been rebuilt elsewhere, and this driver ends without a result.
 */
export type OnCapture = (stack: Frame[]) => typeof ABANDON | void
export const ABANDON = Symbol('abandon')

let onCapture: OnCapture = () => {}
export function setOnCapture (handler: OnCapture): void { onCapture = handler }

/** How many drivers are on the native stack. A capture is possible only where there is just one. */
let depth = 0
export const driverDepth = (): number => depth

/** The heap part of the running task's stack, outermost first: what lies below the running driver's top frame. */
let heapStack: Frame[] = []
export const currentHeapStack = (): readonly Frame[] => heapStack

/** Runs `start` as the root of a task; returns its result as if nothing had happened in between. */
export function runRoot<T> (start: () => T): T {
  return rootDrive([], start) as T
}

/** Runs a task's callback. Where it is captured, what follows it (`task.conclude`) becomes the outermost frame. */
export function runTask (task: Task, callback: () => unknown): unknown {
  return rootDrive([], callback, NORMAL, undefined, task)
}

/** Resumes a stack of frames (outermost first) with the outcome of the call at which the innermost stands. */
export function resumeStack (stack: Frame[], mode: Mode = NORMAL, value?: unknown): unknown {
  return rootDrive(stack, undefined, mode, value)
}

const noFrames: Frame[] = []

/** `resumeStack([frame], …)` for the most frequent root, an async frame after an await: no stack is made unless it is captured. */
export function rootResume (frame: Frame, mode: Mode, value: unknown): unknown {
  const outerStack = heapStack
  heapStack = noFrames
  depth++
  captured: {
    let ended = false
    try {
      const result = frame.resume(mode, value)
      ended = true
      return result
    } finally {
      depth--
      heapStack = outerStack
      // eslint-disable-next-line no-unsafe-finally
      if (!ended && flag[CAPTURING] !== 0) break captured
    }
  }
  return rootTakeOver()
}

/** The stack has just been unwound down to a root that is no driver: takes it over and goes on with it. */
export function rootTakeOver (): unknown {
  return rootDrive([], throwSignal)
}
const throwSignal = (): never => { throw SIGNAL }

function rootDrive (stack: Frame[], start: (() => unknown) | undefined, mode: Mode = NORMAL, value?: unknown, task?: Task): unknown {
  const outerStack = heapStack
  heapStack = stack
  depth++
  try {
    if (start !== undefined) {
      // No catch: an error that nobody catches must keep the position at which it was thrown. Leaving the finally block by a
      // jump drops the signal.
      captured: {
        let ended = false
        try {
          value = start()
          ended = true
        } finally {
          // eslint-disable-next-line no-unsafe-finally
          if (!ended && flag[CAPTURING] !== 0) break captured
        }
        return value
      }
      if (task !== undefined) stack.push(new TaskFrame(task))
      if (tookOver(stack) === ABANDON) return undefined
      value = undefined
    }
    for (let frame = stack.pop(); frame !== undefined; frame = stack.pop()) {
      try {
        value = frame.resume(mode, value)
        mode = NORMAL
      } catch (error) {
        if (isCapture(error)) {
          if (tookOver(stack) === ABANDON) return undefined
          mode = NORMAL
          value = undefined
        } else {
          errorHooks.left(error, stack)
          mode = THROW
          value = error
        }
      }
    }
    if (mode === THROW) throw value
    return value
  } finally {
    depth--
    heapStack = outerStack
  }
}

function isCapture (error: unknown): boolean {
  return error === SIGNAL && flag[CAPTURING] !== 0
}

function tookOver (stack: Frame[]): typeof ABANDON | void {
  const frames = takeRecorded()
  for (let index = 0; index < frames.length; index++) stack.push(frames[index])
  return onCapture(stack)
}
