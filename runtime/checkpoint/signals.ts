/**
 * SIGINT and SIGTERM: the first one stops the run with a snapshot, the second goes to the program, as if reprise were not
 * there. SIGUSR2: a snapshot, and the program's own handlers, if it has any.
 *
 * A signal is noticed in one of two ways: by a poll, while the program is busy (the timer thread counts what has arrived),
 * or by the event loop. What a poll has noticed is dispatched later all the same and must then not count again.
 *
 * Node calls `process.emit` as it was when the first listener was added. Ours is a gate for just that moment: it lets through
 * what the program shall see, and the program finds `process.emit` untouched.
 */
import { ARRIVED, DISPATCHED, LET_GO, SIGNALS, type AnsweredSignal, type TimerThread } from './timer-thread.js'
import { steadyMs } from './clock.js'

const { load, store, add } = Atomics
const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor } = Reflect
const { kill, pid, removeListener, listeners } = process

/** Ctrl-C under npx arrives twice: from the terminal and from npm. So much later it is the user's second. */
const SAME_SIGNAL_MS = 250

export type StopSignal = Exclude<AnsweredSignal, 'SIGUSR2'>

export interface SignalAnswers {
  /** From a poll or from the event loop. */
  onStop (signal: StopSignal): void
  /** The signal would end the program, and the process dies of it now. */
  onDeath (signal: StopSignal): void
  onCheckpoint (): void
}

export interface Signals {
  /** Called by the poll's slow path: answers what has arrived meanwhile. */
  look (): void
  /** The first SIGINT or SIGTERM, and when it was noticed. */
  readonly stop: { readonly signal: StopSignal, readonly since: number } | undefined
  /** True once the program gets its signals itself. */
  readonly letGo: boolean
}

export function answerSignals (thread: TimerThread, answers: SignalAnswers): Signals {
  const { cells } = thread
  let stop: Signals['stop']
  let letGo = false
  /** Of each signal, how many the program does not get: they were ours. */
  const ours = [0, 0]

  const ourListener = (): void => {}
  const programListens = (signal: AnsweredSignal): boolean => {
    const all: unknown[] = apply(listeners, process, [signal])
    return all.length > 1 || (all.length === 1 && all[0] !== ourListener)
  }

  /** A signal that is the program's: true if its handlers shall run. Without any it dies, as it would have. */
  const giveToProgram = (signal: StopSignal): boolean => {
    letGo = true
    store(cells, LET_GO, 1)
    if (programListens(signal)) {
      apply(removeListener, process, [signal, ourListener])
      return true
    }
    answers.onDeath(signal)
    apply(removeListener, process, [signal, ourListener])
    apply(kill, process, [pid, signal])
    return false
  }

  /** The `count`-th arrival of a signal; true if it is the program's. */
  const answer = (index: 0 | 1, count: number): boolean => {
    if (count <= ours[index]) return false
    const signal = SIGNALS[index]
    if (letGo) return true
    if (stop === undefined) {
      ours[index] = count
      stop = { signal, since: steadyMs() }
      answers.onStop(signal)
      return false
    }
    if (stop.signal === signal && steadyMs() - stop.since < SAME_SIGNAL_MS) {
      ours[index] = count
      return false
    }
    return giveToProgram(signal)
  }

  const dispatched = (name: AnsweredSignal): boolean => {
    const index = name === 'SIGINT' ? 0 : name === 'SIGTERM' ? 1 : 2
    const count = add(cells, DISPATCHED + index, 1) + 1
    if (load(cells, ARRIVED + index) < count) store(cells, ARRIVED + index, count)
    if (index !== 2) return answer(index, count)
    checkpointsSeen = count
    answers.onCheckpoint()
    return programListens(name)
  }

  let checkpointsSeen = 0
  for (let index = 0; index < SIGNALS.length; index++) listenThroughGate(SIGNALS[index], ourListener, dispatched)

  return {
    look () {
      for (let index: 0 | 1 = 0; ; index = 1) {
        const count = load(cells, ARRIVED + index)
        // With handlers of its own the program gets it when its event loop turns, as under plain Node.
        if (count > ours[index] && !letGo) {
          if (stop === undefined || !programListens(SIGNALS[index])) answer(index, count)
        }
        if (index === 1) break
      }
      if (load(cells, ARRIVED + 2) > checkpointsSeen) {
        checkpointsSeen = load(cells, ARRIVED + 2)
        answers.onCheckpoint()
      }
    },
    get stop () { return stop },
    get letGo () { return letGo }
  }
}

/** Adds the listener so that real signals of this name pass `gate` before they reach any listener. */
function listenThroughGate (signal: AnsweredSignal, listener: () => void, gate: (signal: AnsweredSignal) => boolean): void {
  const before = getOwnPropertyDescriptor(process, 'emit')
  const emit = process.emit as (...parameters: unknown[]) => boolean
  const gated = function (this: unknown, ...parameters: unknown[]): boolean {
    if (parameters[0] === signal && !gate(signal)) return true
    return apply(emit, this, parameters)
  }
  defineProperty(process, 'emit', { value: gated, configurable: true, writable: true })
  try {
    process.on(signal, listener)
  } finally {
    if (before === undefined) deleteProperty(process, 'emit')
    else defineProperty(process, 'emit', before)
  }
}
