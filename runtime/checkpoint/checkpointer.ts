/**
 * Decides at a poll whether a snapshot is taken, and takes it.
 *
 * What can make one due: the interval (the timer thread raises the flag when its time has come), N polls, SIGUSR2, the
 * application's `checkpoint()`, a signal to stop. A wish that finds a stack that cannot be captured stays until it is
 * fulfilled. Nothing here may stop a healthy program: what fails is said in a line, and the snapshot before is kept.
 */
import { flag, WANTED } from '../capture/signal.js'
import type { Frame } from '../restore/frame.js'
import type { DescribedTask, HeldRun, SnapshotHeader } from '../store/store.js'
import { NOTHING, SNAPSHOT, TORTURE, type Checkpointer, type Postponement, type PreparedRun, type SourcePosition, type TortureSettings, type Wish } from './core-contract.js'
import { NotNow } from '../encoding/errors.js'
import { steadyMs, wallMs } from './clock.js'
import { describeStack } from './describe.js'
import type { Pace } from './pace.js'
import { positionOf } from './position.js'
import type { Report } from './report.js'
import type { Signals } from './signals.js'
import { formatDuration, say } from './say.js'
import type { TimerThread } from './timer-thread.js'

/** How long a stop waits for a snapshot before the process ends with the one before. */
export const STOP_GRACE_MS = 5000

/** Torture: after so many refusals in a row every second poll is tried, after twice as many every third. */
const TORTURE_REFUSALS_AT_ONCE = 64

export interface CheckpointerParts {
  readonly run: HeldRun
  readonly pace: Pace
  readonly report: Report
  readonly thread: TimerThread | undefined
  readonly every: number | undefined
  readonly torture: TortureSettings | undefined
  /** What stays the same in every header of this process. */
  readonly header: Omit<SnapshotHeader, 'time' | 'sequence' | 'elapsedMs' | 'position' | 'stack' | 'waiting' | 'code'>
  readonly firstSequence: number
  readonly elapsedMsBefore: number
  /** When the snapshot was taken that this process went on from. */
  readonly wentOnFromTime: number | undefined
  /** Ends the process after a stop's snapshot, or without one when the grace is over. Does not return. */
  endStopped (position: SourcePosition | undefined, withSnapshot: boolean): never
  /** For tests that go through a new process at each snapshot. */
  readonly stopAfter: number | undefined
}

export interface LiveCheckpointer extends Checkpointer {
  begin (core: PreparedRun, signals: Signals | undefined): void
  /** Called from the event loop: takes what is due if the program is waiting. */
  whenIdle (): void
  readonly elapsedMs: number
  /** Why no snapshot could be taken lately; undefined if one could. */
  readonly obstacle: string | undefined
  readonly lastSnapshot: { readonly sequence: number, readonly time: number, readonly position: SourcePosition | undefined } | undefined
}

export function createCheckpointer (parts: CheckpointerParts): LiveCheckpointer {
  const { run, pace, report, thread, every, torture } = parts
  let core: PreparedRun | undefined
  let signals: Signals | undefined
  let beganAt = steadyMs()
  let dueAt = Infinity
  let requested = false
  let sequence = parts.firstSequence
  /** When the last snapshot was taken, or the program started; and whether what holds up the next has been said. */
  let freshAt = beganAt
  let complained = false
  let lastFailure = ''
  let obstacle: Postponement | undefined
  let pausedAt = 0
  let last: LiveCheckpointer['lastSnapshot']
  let tortureDue = false
  let tortureRefusals = 0
  let tortureNextTry = 0
  const tortureEvery = torture === undefined ? 0 : torturePace(torture)

  /** Every poll takes the slow path while polls are counted. */
  const countsPolls = (): boolean =>
    every !== undefined || (torture !== undefined && report.restores < torture.restoresMax)

  const schedule = (ms: number): void => {
    dueAt = steadyMs() + ms
    thread?.dueIn(ms)
  }

  /** The thread's clock and wake-ups are not exact: what it wishes too early it must wish again. */
  const expectAgain = (): void => { if (dueAt !== Infinity) thread?.dueIn(dueAt - pausedAt) }

  const overdue = (): boolean => signals?.stop !== undefined && !signals.letGo && steadyMs() - signals.stop.since >= STOP_GRACE_MS

  const noteFailure = (error: unknown): void => {
    report.failed++
    const message = error instanceof Error ? error.message : `${error as string}`
    if (message !== lastFailure) {
      const time = last?.time ?? parts.wentOnFromTime
      const kept = time === undefined ? 'there is none yet' : `the last one is ${formatDuration(wallMs() - time)} old`
      say(`a snapshot failed: ${message}; the program goes on, ${kept}`)
    }
    lastFailure = message
    obstacle = { reason: message }
  }

  const failed = (error: unknown): void => {
    noteFailure(error)
    pace.took(steadyMs() - pausedAt)
    // A stop has little time; otherwise what failed now fails again in a moment.
    schedule(signals?.stop !== undefined ? pace.retryMs(0) : pace.intervalMs)
  }

  const complain = (postponement: Postponement): void => {
    obstacle = postponement
    if (complained || steadyMs() - freshAt < pace.patienceMs) return
    complained = true
    say(`no snapshot could be taken for ${formatDuration(steadyMs() - freshAt)}: ${describeObstacle(postponement)}`)
  }

  /** A program that only waits goes on when the operation is over: its first poll is the one to take the snapshot. */
  const notNow = ({ message, where }: NotNow, isIdle: boolean): void => {
    report.postponed++
    complain({ reason: message, where })
    if (every !== undefined || isIdle) requested = true
    if (isIdle) flag[WANTED] = 1
    schedule(pace.retryMs(steadyMs() - pausedAt))
  }

  const takeSnapshot = (stack: readonly Frame[]): void => {
    if (core === undefined) return
    const position = positionOf(stack)
    let bytes: number
    const now = wallMs()
    try {
      const payload = core.encodeState(stack)
      const code = core.savedCode?.()
      const header: SnapshotHeader = {
        ...parts.header, time: now, sequence, elapsedMs: Math.round(elapsedMs()), ...(position === undefined ? {} : { position }), ...describe(core, stack), code
      }
      bytes = run.writeSnapshot(header, payload).bytes
    } catch (error) {
      if (error instanceof NotNow) notNow(error, stack.length === 0)
      else failed(error)
      return
    }
    last = { sequence, time: now, position }
    sequence++
    requested = false
    lastFailure = ''
    obstacle = undefined
    complained = false
    report.snapshots++
    report.bytes += bytes
    report.lastBytes = bytes
    freshAt = steadyMs()
    const cost = freshAt - pausedAt
    report.pausedMs += cost
    pace.took(cost)
    if (signals?.stop !== undefined && !signals.letGo) parts.endStopped(position, true)
    if (parts.stopAfter !== undefined && report.snapshots >= parts.stopAfter) parts.endStopped(position, true)
    schedule(pace.intervalMs)
  }

  /** A callback may reach 100,000 polls before it returns, and each look at the stack costs 20 µs. */
  const tortureRefused = (): void => {
    tortureRefusals++
    tortureNextTry = report.polls + 1 + Math.floor(tortureRefusals / TORTURE_REFUSALS_AT_ONCE)
  }

  const elapsedMs = (): number => parts.elapsedMsBefore + steadyMs() - beganAt

  return {
    begin (preparedCore, answeredSignals) {
      core = preparedCore
      signals = answeredSignals
      beganAt = freshAt = steadyMs()
      if (torture === undefined) schedule(pace.intervalMs)
      // The one question at the start shows in the report that the program is instrumented.
      flag[WANTED] = 1
    },

    shouldCheckpoint (): Wish {
      report.polls++
      flag[WANTED] = countsPolls() ? 1 : 0
      // The question at the start, before there is anything to save.
      if (core === undefined) return NOTHING
      signals?.look()
      if (overdue()) parts.endStopped(undefined, false)
      if (tortureEvery > 0) {
        if (report.polls % tortureEvery === 0) tortureDue = true
        return tortureDue && report.polls >= tortureNextTry && report.restores < (torture?.restoresMax ?? 0) ? TORTURE : NOTHING
      }
      pausedAt = steadyMs()
      const wanted = requested || pausedAt >= dueAt || (every !== undefined && report.polls % every === 0) ||
        (signals?.stop !== undefined && !signals.letGo)
      if (!wanted && !countsPolls()) expectAgain()
      return wanted ? SNAPSHOT : NOTHING
    },

    postponed (postponement) {
      report.postponed++
      complain(postponement)
      if (torture !== undefined) {
        tortureRefused()
        return
      }
      // The wish stays: a wish of the N-th poll becomes one of the next that can.
      if (every !== undefined) requested = true
      schedule(pace.retryMs(steadyMs() - pausedAt))
    },

    takeSnapshot,

    tortureFailed (error) {
      noteFailure(error)
      // A value that cannot be kept stays for a while.
      tortureDue = false
      tortureRefused()
    },

    tortured (bytes) {
      tortureDue = false
      tortureRefusals = 0
      report.restores++
      report.snapshots++
      report.bytes += bytes
      report.lastBytes = bytes
      flag[WANTED] = countsPolls() ? 1 : 0
    },

    request () {
      requested = true
      flag[WANTED] = 1
    },

    whenIdle () {
      if (core === undefined || torture !== undefined || !core.isIdle()) return
      if (overdue()) parts.endStopped(undefined, false)
      pausedAt = steadyMs()
      const stopping = signals?.stop !== undefined && !signals.letGo
      if (!stopping && !requested && pausedAt < dueAt) return expectAgain()
      flag[WANTED] = 0
      takeSnapshot([])
    },

    get elapsedMs () { return elapsedMs() },
    get obstacle () { return obstacle === undefined ? undefined : describeObstacle(obstacle) },
    get lastSnapshot () { return last }
  }
}

function describeObstacle ({ reason, where }: Postponement): string {
  return where === undefined ? reason : `${reason} (${where})`
}

/** How many waiting tasks are described; a server may have thousands. */
const WAITING_MAX = 16

/** For people only: that it fails must not cost the snapshot. */
function describe (core: PreparedRun, stack: readonly Frame[]): Pick<SnapshotHeader, 'stack' | 'waiting'> {
  try {
    const waiting: DescribedTask[] = []
    const tasks = core.waiting?.()
    for (let index = 0; tasks !== undefined && index < tasks.length && index < WAITING_MAX; index++) {
      waiting[index] = { what: tasks[index].what, stack: describeStack(tasks[index].stack) }
    }
    return { stack: describeStack(stack), waiting }
  } catch {
    return {}
  }
}

/** Evenly spread where the number of polls is known, so that a long program's end is tortured as well. */
function torturePace ({ every, restoresMax, pollsExpected }: TortureSettings): number {
  if (pollsExpected === undefined) return every
  const spread = Math.ceil(pollsExpected / restoresMax)
  return spread > every ? spread : every
}
