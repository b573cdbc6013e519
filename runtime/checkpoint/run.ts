/**
 * A run from its start to its end: the store is opened and the run held, a snapshot chosen, the core prepared, the program
 * started. What happens in between is the checkpointer's, what happens at the end is in end.ts.
 */
import { resolve } from 'node:path'
import { flag } from '../capture/signal.js'
import { openFileStore } from '../store/file.js'
import { realpathSync } from '../store/own-fs.js'
import { openMemoryStore } from '../store/memory.js'
import { fileNameOf, placeOf, runIdOf } from '../store/place.js'
import { HeldError, StoreError, type HeldRun, type RunRecord, type Store } from '../store/store.js'
import { createCheckpointer, STOP_GRACE_MS, type LiveCheckpointer } from './checkpointer.js'
import { chooseNamed, chooseNewest, EXIT, lostMs, refuseOld, sayGoingOn, sayNoProgress, sayOthers, StartError, STARTS_WITHOUT_PROGRESS, type Chosen } from './choose.js'
import { goOnCommand, type Command, type Invocation } from './command.js'
import { RefusedError, type PrepareRun } from './core-contract.js'
import { prepareEnd } from './end.js'
import { Pace } from './pace.js'
import { newReport } from './report.js'
import { beQuiet, say, sayAlways } from './say.js'
import type { RunSettings } from './settings.js'
import { answerSignals, type Signals } from './signals.js'
import { OVERDUE_KEY, startTimerThread } from './timer-thread.js'

export interface RunStart {
  readonly settings: RunSettings
  readonly invocation: Invocation
  readonly environment: NodeJS.ProcessEnv
  readonly prepare: PrepareRun
}

let current: LiveCheckpointer | undefined
/** The checkpointer of this process's run; undefined where compiled code was started without reprise. */
export const currentCheckpointer = (): LiveCheckpointer | undefined => current

/** Everything up to the program's first module. Throws StartError where the program must not start. */
export async function startRun ({ settings, invocation, environment, prepare }: RunStart): Promise<void> {
  if (settings.quiet) beQuiet()
  const { program } = invocation
  const place = placeOf(program, settings.store === undefined ? undefined : resolve(settings.store))
  const id = settings.id === undefined ? runIdOf(place.project, program, invocation.argv) : fileNameOf(settings.id)
  const tortured = settings.torture !== undefined && !settings.tortureProcess
  // Torture rebuilds in place: it must neither find nor leave anything.
  const store = tortured ? openMemoryStore() : openFileStore(place.store)
  const command: Command = (...extra) => goOnCommand(invocation, environment, extra)

  const run = holdRun(store, id)
  let chosen: Chosen | undefined
  try {
    chosen = chooseStart(run, settings)
  } catch (error) {
    run.release()
    throw error
  }
  const record = startRecord(run, invocation, command(), chosen)
  const lost = chosen === undefined ? 0 : lostMs(run, chosen)
  sayStart(run, store, chosen, invocation, settings, command)

  const entries = run.snapshots()
  const report = newReport(id)
  report.lostMs = lost
  report.generation = record.generation
  report.restores = chosen === undefined ? 0 : 1

  const reportFile = environment.REPRISE_REPORT
  const endings = prepareEnd({
    run,
    report,
    reportFile: reportFile === undefined || reportFile === '' ? undefined : resolve(reportFile),
    keep: settings.keep,
    cwd: process.cwd(),
    command: command(),
    commandFresh: command({ name: 'fresh' }),
    silentStop: environment.REPRISE_STOP_AFTER !== undefined,
    record: () => record,
    checkpointer: () => checkpointer,
    signals: () => signals,
    canGoOn: () => !tortured && (chosen !== undefined || checkpointer.lastSnapshot !== undefined),
    stopThread: () => thread?.stop()
  })
  // The thread's own grace is longer: while the program reaches polls, these end it.
  const thread = tortured ? undefined : startTimerThread(flag, run.lifeFile, STOP_GRACE_MS + 1000, () => checkpointer.whenIdle())
  let signals: Signals | undefined

  const checkpointer = createCheckpointer({
    run,
    pace: new Pace(settings.interval),
    report,
    thread,
    every: settings.every,
    torture: tortured ? tortureSettings(settings, environment) : undefined,
    header: fixedHeader(id, invocation, record.generation),
    firstSequence: entries.reduce((max, { sequence }) => Math.max(max, sequence), 0) + 1,
    elapsedMsBefore: chosen?.header.elapsedMs ?? 0,
    wentOnFromTime: chosen?.header.time,
    endStopped: endings.stopped,
    stopAfter: environment.REPRISE_STOP_AFTER === undefined ? undefined : Number(environment.REPRISE_STOP_AFTER)
  })
  current = checkpointer

  if (thread !== undefined) {
    const wish = (): void => { checkpointer.request(); checkpointer.whenIdle() }
    signals = answerSignals(thread, {
      onStop: () => retryWhileIdle(wish),
      onDeath: endings.killed,
      onCheckpoint: wish
    })
    Object.defineProperty(globalThis, Symbol.for(OVERDUE_KEY), { value: endings.overdue })
  }

  try {
    const core = await prepare({
      program: realpathSync(program),
      restoreFrom: chosen?.payload,
      restoreCode: chosen?.header.code,
      torture: tortured ? tortureSettings(settings, environment) : undefined,
      code: settings.code,
      codeStore: { write: (texts) => run.writeCode(texts), read: (digest) => run.readCode(digest) },
      checkpointer,
      say,
      refuse (error) {
        endings.abandoned()
        sayAlways(new StartError(EXIT.refused, explainRefusal(error, command)).message)
        process.exit(EXIT.refused)
      }
    })
    if (chosen !== undefined) sayGoingOn(run, chosen, lost)
    // Only now does this start count: one that was refused has run nothing.
    run.writeRecord(record)
    checkpointer.begin(core, signals)
  } catch (error) {
    endings.abandoned()
    if (error instanceof StoreError) throw new StartError(EXIT.store, error)
    if (!(error instanceof RefusedError)) throw error
    throw new StartError(EXIT.refused, explainRefusal(error, command))
  }
}

/** Each reason and each way out on a line of its own; the commands can be copied. */
function explainRefusal ({ code, details, choices }: RefusedError, command: Command): Error & { code: string, remedy: string } {
  const head = { RP3105: 'the program has changed since the snapshot', RP3106: 'the program cannot be gone on with as it was', RP3107: 'the program does not load what it had loaded at the snapshot' }[code]
  const ways = [
    ...(choices.old ? [`to go on with the code as of the snapshot: ${command({ name: 'code', value: 'old' })}`] : []),
    ...(choices.new ? [`to go on with the new code:                ${command({ name: 'code', value: 'new' })}`] : []),
    `to begin anew:                             ${command({ name: 'fresh' })}`
  ]
  return Object.assign(new Error([head, ...details].join('\n  ')), { code, remedy: ways.join('\n  ') })
}

function holdRun (store: Store, id: string): HeldRun {
  try {
    return store.hold(id)
  } catch (error) {
    if (error instanceof HeldError) throw new StartError(EXIT.held, error)
    if (error instanceof StoreError) throw new StartError(EXIT.store, error)
    throw error
  }
}

function chooseStart (run: HeldRun, settings: RunSettings): Chosen | undefined {
  if (settings.fresh) {
    if (run.snapshots().length > 0) say(`begins anew; the snapshots of "${run.id}" are removed`)
    run.clear()
    return undefined
  }
  const chosen = settings.from === undefined ? chooseNewest(run) : chooseNamed(run, settings.from)
  if (chosen !== undefined) refuseOld(chosen, settings.maxAgeMs)
  return chosen
}

function startRecord (run: HeldRun, { program, argv }: Invocation, command: string, chosen: Chosen | undefined): RunRecord {
  const before = chosen === undefined ? undefined : run.record
  return {
    id: run.id,
    program,
    argv,
    cwd: process.cwd(),
    command,
    starts: [...before?.starts ?? [], { time: Date.now(), from: chosen?.entry.sequence ?? null }].slice(-STARTS_WITHOUT_PROGRESS),
    // The snapshot knows too, should the record be lost; neither ever falls.
    generation: Math.max(before?.generation ?? 0, chosen?.header.generation ?? 0) + 1
  }
}

function sayStart (run: HeldRun, store: Store, chosen: Chosen | undefined, { program }: Invocation, settings: RunSettings, command: Command): void {
  if (chosen !== undefined) {
    sayNoProgress(run.record, chosen, run.snapshots(), command)
    return
  }
  if (!settings.fresh && run.record !== undefined && run.record.end === undefined) say(`"${run.id}" had no snapshot yet when it ended; begins anew`)
  sayOthers(store, run.id, program)
}

function fixedHeader (runId: string, { program, argv }: Invocation, generation: number): Parameters<typeof createCheckpointer>[0]['header'] {
  return { runId, program, argv: [...argv], cwd: process.cwd(), generation, node: process.version }
}

function tortureSettings (settings: RunSettings, environment: NodeJS.ProcessEnv): { every: number, restoresMax: number, pollsExpected?: number } {
  const polls = Number(environment.REPRISE_TORTURE_POLLS)
  return { every: settings.torture ?? 1, restoresMax: settings.tortureMax, ...(polls > 0 ? { pollsExpected: polls } : {}) }
}

const { setInterval: nativeSetInterval } = globalThis

/** A stop that cannot be fulfilled at once, in a program that only waits, is tried again until the grace is over. */
function retryWhileIdle (attempt: () => void): void {
  attempt()
  nativeSetInterval(attempt, 100).unref()
}
