/**
 * Which snapshots are kept: the newest three, and of the last minute, hour and day the oldest each. So a run that went wrong
 * some time ago can be taken up from before that (`--from`), and no run ever has more than six.
 */
import type { SnapshotEntry } from './store.js'

export const NEWEST_KEPT = 3
const WINDOWS_MS = [60_000, 3_600_000, 86_400_000]

/** `entries` newest first; returns those to remove. */
export function expired (entries: readonly SnapshotEntry[], now: number): SnapshotEntry[] {
  const kept = new Array<boolean>(entries.length)
  for (let index = 0; index < entries.length && index < NEWEST_KEPT; index++) kept[index] = true
  for (let window = 0; window < WINDOWS_MS.length; window++) {
    for (let index = entries.length - 1; index >= 0; index--) {
      if (now - entries[index].time > WINDOWS_MS[window]) continue
      kept[index] = true
      break
    }
  }
  const removed: SnapshotEntry[] = []
  for (let index = 0; index < entries.length; index++) {
    if (kept[index] !== true) removed[removed.length] = entries[index]
  }
  return removed
}
