/**
 * `--torture N --torture-process`: at every N-th poll a new process. Each child stops with a snapshot at its N-th poll, the
 * next one goes on from it; standard streams are handed through, so that the whole reads as one run.
 *
 * The only case in which reprise has children: the program's process cannot replace itself on every Node that we support.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT } from '../../runtime/checkpoint/choose.js'
import type { Invocation } from '../../runtime/checkpoint/command.js'
import type { Report } from '../../runtime/checkpoint/report.js'
import { environmentName, RUN_OPTIONS, type RunSettings } from '../../runtime/checkpoint/settings.js'

export async function tortureProcess (settings: RunSettings, invocation: Invocation): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-torture-'))
  const reportFile = join(folder, 'report.json')
  const words = (stops: boolean): string[] => [
    ...process.execArgv, process.argv[1], 'run', '--store', join(folder, 'store'), '--interval', '24h', '--quiet',
    ...(stops ? ['--every', String(settings.torture ?? 1)] : []), invocation.typed, ...invocation.argv
  ]
  let total: Report | undefined
  try {
    for (let restores = 0; ; restores++) {
      const stops = restores < settings.tortureMax
      const child = spawn(process.execPath, words(stops), { stdio: 'inherit', env: childEnvironment(reportFile, stops) })
      const forward = (signal: NodeJS.Signals): void => { child.kill(signal) }
      process.on('SIGTERM', forward).on('SIGINT', ignore)
      const [code, signal] = await once(child, 'close') as [number | null, NodeJS.Signals | null]
      process.off('SIGTERM', forward).off('SIGINT', ignore)
      const report = readReport(reportFile)
      total = add(total, report)
      if (code === EXIT.stopped && (report?.snapshots ?? 0) > 0) continue
      writeTotal(total, code)
      if (signal !== null) process.kill(process.pid, signal)
      process.exitCode = code ?? 1
      return
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Ctrl-C reaches the child from the terminal. */
const ignore = (): void => {}

function childEnvironment (reportFile: string, stops: boolean): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, REPRISE_REPORT: reportFile, REPRISE_POLLS: process.env.REPRISE_POLLS ?? 'all' }
  for (const { name } of RUN_OPTIONS) delete environment[environmentName(name)]
  if (stops) environment.REPRISE_STOP_AFTER = '1'
  return environment
}

function readReport (file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    return undefined
  } finally {
    rmSync(file, { force: true })
  }
}

function add (total: Report | undefined, report: Report | undefined): Report | undefined {
  if (total === undefined || report === undefined) return report ?? total
  return {
    ...report,
    snapshots: total.snapshots + report.snapshots,
    restores: total.restores + report.restores,
    polls: total.polls + report.polls,
    postponed: total.postponed + report.postponed,
    failed: total.failed + report.failed,
    bytes: total.bytes + report.bytes,
    lostMs: total.lostMs + report.lostMs,
    pausedMs: total.pausedMs + report.pausedMs
  }
}

function writeTotal (total: Report | undefined, code: number | null): void {
  const file = process.env.REPRISE_REPORT
  if (file === undefined || file === '' || total === undefined) return
  writeFileSync(file, JSON.stringify({ ...total, exitCode: code ?? 1 }, null, 2) + '\n')
}
