/**
 * The slow path of a poll: compiled code comes here when `flag[WANTED]` is set.
 *
 *     for (…) { if ($flag[0]) { $pc = 7000001; $poll() } … }
 *
 * Whether a snapshot is wanted is decided elsewhere (runtime/checkpoint), whether the stack can be captured in native-frames.ts.
 * Without a policy, that is in compiled code that was started without reprise, no flag is ever set and this is never called.
 */
import { inspectStack, type Refusal } from './capture/native-frames.js'
import { CAPTURING, flag, unwind, WANTED } from './capture/signal.js'

export interface PollPolicy {
  /** Asked at each slow path; leaves the flag set where the next poll shall ask again, or clears it. */
  wanted (): boolean
  /** The stack cannot be captured here. The wish is the policy's to keep. */
  postponed (refusal: Refusal): void
}

let policy: PollPolicy | undefined
export function setPollPolicy (chosen: PollPolicy | undefined): void { policy = chosen }

let isPaused = false
/** The runtime works on the state: a built-in that it calls must not ask for a snapshot. */
export function withoutPolls<T> (work: () => T): T {
  const outer = isPaused
  isPaused = true
  try {
    return work()
  } finally {
    isPaused = outer
  }
}

let polls = 0
/** How often the slow path ran. */
export const pollCount = (): number => polls

export function poll (): void {
  if (isPaused) return
  polls++
  // A finally block that runs while the stack is unwound must not begin a second capture.
  if (flag[CAPTURING] !== 0) return
  if (policy === undefined) {
    flag[WANTED] = 0
    return
  }
  if (!policy.wanted()) return
  const inspection = inspectStack()
  if (inspection.ok) unwind()
  policy.postponed(inspection)
}
