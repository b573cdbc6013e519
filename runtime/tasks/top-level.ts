/**
 * A segment of a module with top-level await. In a fresh run the module's own text awaits, so that its ticks are exact:
 *
 *     waits = stepTopLevel(frame, NORMAL)
 *     while (waits) try { v = await topLevelAwaited(frame); waits = stepTopLevel(frame, NORMAL, v) } catch (e) { … THROW, e }
 *
 * After a restore the frame has its place among the waiters already when the text arrives, so the runtime steps it like any
 * async function's, and the text awaits the end: `await topLevelEnd(frame)`.
 */
import { AWAIT, type Mode } from '../code/site.js'
import { resumeStack } from '../restore/drive.js'
import { resumeFrame } from '../restore/frame.js'
import { AsyncFrame, awaitable } from './async-function.js'
import { isInstalled } from './install.js'
import { makePromise } from './records.js'

export class TopLevelFrame extends AsyncFrame {
  override resume (mode: Mode, value: unknown): unknown {
    return resumeFrame(this, mode, value)
  }

  override reattach (): void {
    topLevelEnd(this)
    super.reattach()
  }
}

/** Runs the machine to its next await (true) or its end (false; the result is `frame.outcome`); throws what it throws. */
export function stepTopLevel (frame: TopLevelFrame, mode: Mode, value?: unknown): boolean {
  frame.position = -1
  frame.source = undefined
  const result = resumeStack([frame], mode, value)
  if (result === AWAIT) return true
  frame.outcome = result
  return false
}

/** What the module's text awaits natively, right after `stepTopLevel` has returned true. */
export function topLevelAwaited (frame: TopLevelFrame): unknown {
  return isInstalled() ? awaitable(frame, frame.value) : frame.value
}

/** The end of a restored segment. */
export function topLevelEnd (frame: TopLevelFrame): Promise<unknown> {
  if (frame.promise === undefined) makePromise(frame)
  return frame.promise!
}
