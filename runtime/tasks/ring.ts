/**
 * The mirror of the microtask queue: who has a native job in flight, in the order in which the jobs will run.
 *
 * An entry is alive while its `position` is its index. Nothing is removed when a job runs: it sets its entry's position to
 * -1, or the next wait gives it another. Native jobs run first in, first out, so dead entries gather at the head, and each
 * push sweeps two of them. The job that is running stands on the captured stack, not here.
 */
import type { Waiter } from './records.js'

const positionMax = 2 ** 30 - 1 // small integers on every platform

let entries: (Waiter | undefined)[] = emptySlots(1024)
let mask = 1023
let head = 0
let tail = 0

function emptySlots (count: number): undefined[] {
  const slots: undefined[] = []
  for (let index = 0; index < count; index++) slots[index] = undefined
  return slots
}

export function push (waiter: Waiter): void {
  if (head < tail && entries[head & mask]!.position !== head) {
    entries[head++ & mask] = undefined
    if (head < tail && entries[head & mask]!.position !== head) entries[head++ & mask] = undefined
  }
  if (tail - head > mask || tail === positionMax) renumber()
  entries[tail & mask] = waiter
  waiter.position = tail++
}

/** Leaves out the dead and counts from 0 again; doubles the ring if it is more than half full of living ones. */
function renumber (): void {
  const alive = inFlight()
  const size = alive.length * 2 > entries.length ? entries.length * 2 : entries.length
  entries = emptySlots(size)
  mask = size - 1
  head = 0
  tail = 0
  for (let index = 0; index < alive.length; index++) {
    entries[tail] = alive[index]
    alive[index].position = tail++
  }
}

/** The entries whose jobs have not begun, in order. */
export function inFlight (): Waiter[] {
  const alive: Waiter[] = []
  for (let index = head; index < tail; index++) {
    const waiter = entries[index & mask]!
    if (waiter.position === index) alive[alive.length] = waiter
  }
  return alive
}

export function clearRing (): void {
  entries = emptySlots(1024)
  mask = 1023
  head = 0
  tail = 0
}
