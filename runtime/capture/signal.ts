/**
 * The two cells that compiled code reads, and the frames that the unwinding stack leaves behind.
 *
 * While `flag[CAPTURING]` is set, the one exception in flight is SIGNAL: compiled catch blocks rethrow it, compiled finally
 * blocks are skipped, and each fast version or machine records its frame, innermost first.
 */
import { Frame } from '../restore/frame.js'
import type { ModuleSites } from '../code/site.js'

export const WANTED = 0
export const CAPTURING = 1

/** Shared, so that the timer thread can set WANTED without the main thread's help. */
export const flag = new Int32Array(new SharedArrayBuffer(8))

class Signal {}
/** The only value ever thrown for a capture. Not an Error: making one would cost a stack trace. */
export const SIGNAL: object = Object.freeze(new Signal())

let recorded: Frame[] = []

/** Called by a fast version's finally block. */
export function record (module: ModuleSites, siteIndex: number, pc: number, locals: unknown[]): void {
  recorded.push(new Frame(module.sites[siteIndex], pc, locals))
}

/** Called by the catch clause of a small fast version, with what is thrown on. */
export function left (error: unknown, module: ModuleSites, siteIndex: number, pc: number, locals: unknown[]): unknown {
  if (flag[CAPTURING] !== 0) record(module, siteIndex, pc, locals)
  return error
}

/** Called by a machine's or loop's finally block: the frame exists already, it only moves on. */
export function rerecord (frame: Frame, pc: number, locals: unknown[]): void {
  frame.pc = pc
  frame.locals = locals
  recorded.push(frame)
}

/** Begins to unwind: the caller must have made sure that every frame down to the root can be captured. */
export function unwind (): never {
  flag[CAPTURING] = 1
  throw SIGNAL
}

/** Ends the unwinding at a root; returns the frames, outermost first. */
export function takeRecorded (): Frame[] {
  flag[CAPTURING] = 0
  const frames = recorded.reverse()
  recorded = []
  return frames
}
