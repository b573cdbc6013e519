/**
 * How a run's process ends: what stays in the store, what is said, what is reported.
 *
 *     code 0 and no SIGINT or SIGTERM      the run is finished: its snapshots are removed
 *     stopped by a signal, with a snapshot exit code 75, and the command that goes on
 *     anything else                        the snapshots stay; the last line names the command that goes on, and --fresh
 */
import { closeSync, openSync, writeFully } from '../store/own-fs.js'
import type { HeldRun, RunRecord } from '../store/store.js'
import { EXIT } from './choose.js'
import { wallMs } from './clock.js'
import type { LiveCheckpointer } from './checkpointer.js'
import type { SourcePosition } from './core-contract.js'
import { formatFatal, watchFatal } from './fatal.js'
import type { Report } from './report.js'
import { formatDuration, formatPosition, say, writeLine } from './say.js'
import type { Signals, StopSignal } from './signals.js'

const exit = process.exit.bind(process) as (code: number) => never
const { emit, removeAllListeners, removeListener } = process
const { apply } = Reflect
const stringify = JSON.stringify

export interface Ending {
  readonly run: HeldRun
  readonly report: Report
  readonly reportFile: string | undefined
  readonly keep: boolean
  readonly cwd: string
  /** The command that goes on. */
  readonly command: string
  /** … and the one that begins anew, with --fresh. */
  readonly commandFresh: string
  /** Said already when the process stops itself on purpose between two processes of a test. */
  readonly silentStop: boolean
  record (): RunRecord
  checkpointer (): LiveCheckpointer
  signals (): Signals | undefined
  /** Snapshots there are to go on from, this process's or an earlier one's. */
  canGoOn (): boolean
  /** Stops the timer thread. */
  stopThread (): void
}

export interface Endings {
  stopped (position: SourcePosition | undefined, withSnapshot: boolean): never
  /**
   * The inspector has interrupted the program to end it. Node would go on to say that it waits for the debugger to disconnect:
   * standard error is closed before, when all has been said.
   */
  overdue (): never
  /** The program has not started and will not: the run stays as it was found. */
  abandoned (): void
  /** The program dies of the signal now. */
  killed (signal: StopSignal): void
}

export function prepareEnd (ending: Ending): Endings {
  const { run, report } = ending
  let ended = false
  let stopping = false

  /** `time`: until when work was done; after a stop's snapshot there is none. */
  const close = (code: number, signal?: string, time = wallMs()): void => {
    if (ended) return
    ended = true
    const finished = code === 0 && signal === undefined && ending.signals()?.stop === undefined
    report.exitCode = code
    report.elapsedMs = Math.round(ending.checkpointer().elapsedMs)
    try {
      // Without a snapshot there is nothing to go on with, and nothing to tell of.
      if (!ending.canGoOn() || (finished && !ending.keep)) run.clear()
      else run.writeRecord({ ...ending.record(), end: { time, code, ...(signal === undefined ? {} : { signal }) } })
    } catch (error) {
      say(`the end of the run could not be written: ${error instanceof Error ? error.message : String(error)}`)
    }
    run.release()
    writeReport(ending)
    ending.stopThread()
    if (!finished && !stopping) sayHowToGoOn(ending, code, signal)
  }

  const stopped = (position: SourcePosition | undefined, withSnapshot: boolean, mute = false): never => {
    stopping = true
    const stop = ending.signals()?.stop
    const code = withSnapshot || ending.canGoOn() ? EXIT.stopped : signalCode(stop?.signal)
    close(code, stop?.signal, withSnapshot ? ending.checkpointer().lastSnapshot?.time : undefined)
    if (!ending.silentStop) sayStopped(ending, position, withSnapshot)
    // The program has not ended, it is put aside: its exit handlers have to run in the process that ends it.
    apply(removeAllListeners, process, ['exit'])
    if (mute) closeSync(2)
    return exit(code)
  }

  const fatal = watchFatal()
  const onExit = (code: number): void => {
    if (ended) return
    apply(removeListener, process, ['exit', onExit])
    const uncaught = fatal()
    if (uncaught !== undefined && !ending.canGoOn()) {
      // Nothing to tell: Node reports the error itself, as always.
      close(code)
      return
    }
    // The program's own handlers first: they may still set the code. Then nothing more may run, or they would run twice.
    try {
      apply(emit, process, ['exit', code])
    } catch (error) {
      close(1)
      throw error
    }
    const last = finalCode(code)
    if (uncaught !== undefined) writeLine(formatFatal(uncaught))
    close(last)
    exit(last)
  }
  process.on('exit', onExit)

  return {
    stopped: (position, withSnapshot) => stopped(position, withSnapshot),
    overdue: () => stopped(undefined, false, true),
    abandoned () {
      ended = true
      run.release()
      ending.stopThread()
    },
    killed (signal) { close(signalCode(signal), signal) }
  }
}

/** What a shell reports of a process that died of the signal. */
const signalCode = (signal: StopSignal | undefined): number => 128 + (signal === 'SIGINT' ? 2 : 15)

const finalCode = (code: number): number => {
  const set = process.exitCode
  return typeof set === 'number' ? set : typeof set === 'string' && set !== '' ? Number(set) : code
}

function sayStopped (ending: Ending, position: SourcePosition | undefined, withSnapshot: boolean): void {
  const signal = ending.signals()?.stop?.signal ?? 'a request'
  const last = ending.checkpointer().lastSnapshot
  if (withSnapshot) {
    say(`stopped by ${signal} with snapshot ${last?.sequence ?? ''} at ${formatPosition(position, ending.cwd)}`)
    say(`to go on: ${ending.command}`)
    return
  }
  const { obstacle } = ending.checkpointer()
  const why = `no snapshot could be taken in time${obstacle === undefined ? '' : `: ${obstacle}`}`
  if (!ending.canGoOn()) {
    say(`stopped by ${signal}: ${why}; there is none before either. To begin anew: ${ending.command}`)
    return
  }
  const before = last === undefined ? 'the one it went on from is kept' : `the last one, ${formatDuration(wallMs() - last.time)} old, is kept`
  say(`stopped by ${signal}: ${why}; ${before}`)
  say(`to go on: ${ending.command}`)
}

function sayHowToGoOn (ending: Ending, code: number, signal: string | undefined): void {
  if (!ending.canGoOn()) return
  const how = signal === undefined ? `with exit code ${code}` : `by ${signal}`
  say(`ended ${how}; to go on from its last snapshot: ${ending.command}; to begin anew: ${ending.commandFresh}`)
}

function writeReport ({ reportFile, report }: Ending): void {
  if (reportFile === undefined) return
  try {
    const fd = openSync(reportFile, 'w', 0o644)
    try { writeFully(fd, new TextEncoder().encode(stringify(report, null, 2) + '\n')) } finally { closeSync(fd) }
  } catch (error) {
    writeLine(`reprise: the report ${reportFile} could not be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}
