/**
 * The trampoline at the bottom of every task. It calls compiled code, takes over the frames when a capture unwinds the
 * stack, and resumes them one by one from the innermost: a frame's machine runs on the native stack only while it is the top.
 *
 * The value (or error) that the top frame ends with goes to the frame below it, at the call where that frame stands.
 */
import { AGAIN, NORMAL, THROW, type Mode } from '../code/site.js'
import { flag, CAPTURING, SIGNAL, takeRecorded } from '../capture/signal.js'
import type { Frame } from './frame.js'

/** Called at a root when the stack has been unwound; may save the state. The stack is outermost first and is gone on with. */
export type OnCapture = (stack: Frame[]) => void

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
  return drive([], start) as T
}

/** Resumes a stack of frames (outermost first) with the outcome of the call at which the innermost stands. */
export function resumeStack (stack: Frame[], mode: Mode = NORMAL, value?: unknown): unknown {
  return drive(stack, undefined, mode, value)
}

function drive (stack: Frame[], start: (() => unknown) | undefined, mode: Mode = NORMAL, value?: unknown): unknown {
  const outerStack = heapStack
  heapStack = stack
  depth++
  try {
    if (start !== undefined) {
      try {
        value = start()
      } catch (error) {
        if (!tookOver(error, stack)) throw error
        value = undefined
      }
    }
    for (let frame = stack.pop(); frame !== undefined; frame = stack.pop()) {
      try {
        value = resumeFrame(frame, mode, value)
        mode = NORMAL
      } catch (error) {
        mode = NORMAL
        if (tookOver(error, stack)) { value = undefined } else { mode = THROW; value = error }
      }
    }
    if (mode === THROW) throw value
    return value
  } finally {
    depth--
    heapStack = outerStack
  }
}

/** Runs a frame's machine, and its loops' structured versions, to the frame's end. */
export function resumeFrame (frame: Frame, mode: Mode, value: unknown): unknown {
  for (;;) {
    const { site } = frame
    const machine = site.loops.get(frame.pc) ?? site.resume
    const result = machine!(frame, mode, value)
    if (result !== AGAIN) return result
    mode = frame.again
    value = frame.carried
    frame.again = NORMAL
    frame.carried = undefined
  }
}

function tookOver (error: unknown, stack: Frame[]): boolean {
  if (error !== SIGNAL || flag[CAPTURING] === 0) return false
  for (const frame of takeRecorded()) stack.push(frame)
  onCapture(stack)
  return true
}
