/** An activation as heap data: which function, where it stands, its locals. */
import { AGAIN, NORMAL, type Mode, type Site } from '../code/site.js'
import { withoutObjectPrototype } from '../encoding/natives.js'

/** Resume points are numbered from here. */
export const POINT_BASE = 7_000_000
/** Those of async functions. */
export const ASYNC_POINT_BASE = 7_500_000

/** Of a frame that holds none yet, or no more. */
export const noLocals: unknown[] = []

export class Frame {
  declare site: Site
  /** The resume point at which it stands, or the state at which its machine (or loop) goes on. */
  declare pc: number
  /** Values in the order of `site.layout`. */
  declare locals: unknown[]
  /** How the machine goes on after it has returned AGAIN: an error that left a loop goes to the handler around it. */
  declare again: Mode
  declare carried: unknown
  /** The operand of the await or yield at which the machine has just stopped. */
  declare value: unknown

  /** Assigned, not defined: where classes of many shapes share a field's definition V8 takes 100 ns for each field. */
  constructor (site: Site, pc: number, locals: unknown[]) {
    this.site = site
    this.pc = pc
    this.locals = locals
    this.again = NORMAL
    this.carried = undefined
    this.value = undefined
  }

  /**
   * Goes on with the outcome of the call at which the frame stands; the result goes to the frame below. Frames of
   * generators and async functions turn what their machine returns into what their caller gets.
   */
  resume (mode: Mode, value: unknown): unknown {
    return resumeFrame(this, mode, value)
  }
}

withoutObjectPrototype(Frame)

/** Runs a frame's machine, and its loops' structured versions, to the frame's end or to an AWAIT or YIELD. */
export function resumeFrame (frame: Frame, mode: Mode, value: unknown): unknown {
  for (;;) {
    const { site } = frame
    // Only the states behind the resume points can be loops' heads; the look-up would cost a generator a tenth of its step.
    const machine = frame.pc > POINT_BASE ? site.resume : site.loops.get(frame.pc) ?? site.resume
    const result = machine!(frame, mode, value)
    if (result !== AGAIN) return result
    mode = frame.again
    value = frame.carried
    frame.again = NORMAL
    frame.carried = undefined
  }
}
