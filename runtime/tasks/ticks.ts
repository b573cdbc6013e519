/** process.nextTick and queueMicrotask: what waits is known in its order. */
import { passOn, type Task } from '../restore/task-frame.js'
import { type Mode } from '../code/site.js'
import { runTask } from '../restore/drive.js'
import { apply, type Callable } from './intrinsics.js'
import { currentGeneration, type Waiter } from './records.js'
import { push } from './ring.js'

const nativeNextTick: (callback: () => void) => void = process.nextTick.bind(process)
const nativeQueueMicrotask = queueMicrotask

/** First in, first out: those that have run stand before `ticksBegun`. */
let ticks: TickRecord[] = []
let ticksBegun = 0

export class TickRecord implements Task {
  constructor (readonly callback: Callable, readonly callbackArguments: unknown[]) {}

  get phase (): 'tick' { return 'tick' }

  start (): void {
    const generation = currentGeneration()
    ticks[ticks.length] = this
    nativeNextTick(() => { if (generation === currentGeneration()) this.run() })
  }

  private run (): void {
    if (++ticksBegun === ticks.length) {
      ticks = []
      ticksBegun = 0
    }
    runTask(this, () => apply(this.callback, undefined, this.callbackArguments))
  }

  conclude (mode: Mode, value: unknown): unknown { return passOn(mode, value) }
}

export class MicrotaskJob implements Waiter, Task {
  position = -1
  constructor (readonly callback: Callable) {}

  get phase (): 'microtask' { return 'microtask' }

  start (): void {
    push(this)
    this.reattach()
  }

  /** Not a promise's reaction: an error must be an uncaught exception, not a rejection. */
  reattach (): void {
    const generation = currentGeneration()
    nativeQueueMicrotask(() => { if (generation === currentGeneration()) this.run() })
  }

  private run (): void {
    this.position = -1
    const { callback } = this
    runTask(this, () => callback())
  }

  conclude (mode: Mode, value: unknown): unknown { return passOn(mode, value) }
}

export function captureTicks (): TickRecord[] {
  const pending: TickRecord[] = []
  for (let index = ticksBegun; index < ticks.length; index++) pending[pending.length] = ticks[index]
  return pending
}

export function restoreTicks (records: readonly TickRecord[]): void {
  for (let index = 0; index < records.length; index++) records[index].start()
}

export function dropTicks (): void {
  ticks = []
  ticksBegun = 0
}

/** In which a task that was captured goes on: the rest of its queue must come after it. */
export function inPhase (phase: 'microtask' | 'tick', callback: () => void): void {
  phase === 'tick' ? nativeNextTick(callback) : nativeQueueMicrotask(callback)
}
