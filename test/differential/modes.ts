/**
 * The ways in which a fixture is run. Each must print what plain Node prints, and must prove by its report that it did what
 * its name says: a run that polled or restored nothing would agree with plain Node for the wrong reason.
 */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectedStdout, root, type Fixture, type Mode } from './fixtures.js'
import { areRecorded, nodes } from './nodes.js'
import { faultOfEnd, faultOfStdout, PiecesOfStdout } from './judge.js'
import { runNative } from './native.js'
import { start, type Ended, type StartOptions } from './start.js'
import { seededRandom } from '../random.js'

interface Report { readonly polls: number, readonly restores: number, readonly snapshots: number, readonly failed: number }

export interface Outcome {
  readonly fault: string | undefined
  readonly restores: number
  readonly kills: number
}

const cli = join(root, 'dist/cli/main.js')

/** For a look at another Node: every how many fixtures one is run, and then with few restores. */
export const sample = process.env.REPRISE_TEST_SAMPLE === undefined ? undefined : Number(process.env.REPRISE_TEST_SAMPLE)
const tortureMax = sample === undefined ? 100 : 10

export async function runMode (fixture: Fixture, mode: Mode, seed: number): Promise<Outcome> {
  const place = mkdtempSync(join(tmpdir(), 'reprise-differential-'))
  try {
    switch (mode) {
      case 'plain': return await plain(fixture)
      case 'instrumented': return await once(fixture, place, ['--interval', '1h'], 'polls')
      // Torture so rare that it never comes: all polls are compiled in, none restores.
      case 'polls-all': return await once(fixture, place, ['--torture', '1000000000'], 'polls')
      case 'torture': return await once(fixture, place, ['--torture', String(fixture.config.tortureEvery ?? 1), '--torture-max', String(tortureMax)], 'restores')
      case 'kill': return await killed(fixture, place, seed)
    }
  } finally {
    rmSync(place, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function plain (fixture: Fixture): Promise<Outcome> {
  const ended = await runNative(fixture)
  return { fault: faultOfEnd(ended, fixture.config.exitCode) ?? faultOfStdout(ended.stdout, await expectedHere(fixture)), restores: 0, kills: 0 }
}

async function expectedHere (fixture: Fixture): Promise<string> {
  return fixture.config.varies === undefined || areRecorded ? expectedStdout(fixture) : (await runNative(fixture)).stdout
}

async function once (fixture: Fixture, place: string, options: readonly string[], proof: keyof Report): Promise<Outcome> {
  const ended = await startReprise(fixture, place, options)
  const report = readReport(place)
  const fault = faultOfEnd(ended, fixture.config.exitCode) ??
    faultOfStdout(ended.stdout, await expectedHere(fixture)) ??
    (report !== undefined && report[proof] > 0 ? undefined : `its report counts no ${proof}: ${JSON.stringify(report)}`) ??
    faultOfFailed(fixture, report, ended)
  return { fault, restores: report?.restores ?? 0, kills: 0 }
}

/**
 * Kills the program when a snapshot of its choosing has appeared in the store, and starts the same command again, until it
 * ends by itself. The moment is random (seeded) and not aligned with the snapshot: the program runs on until the kill
 * arrives. How often it must save is measured first, so that a program of twenty polls and one of twenty thousand are both
 * caught about in their middle. A small program may end before the kill comes; then it is tried again, to be killed sooner.
 */
async function killed (fixture: Fixture, place: string, seed: number): Promise<Outcome> {
  const random = seededRandom(seed)
  const polls = await pollsOf(fixture, place)
  const every = Math.max(1, Math.floor(polls / 30))
  for (let patience = 8; ; patience = Math.floor(patience / 2)) {
    const store = join(place, `store-${patience}`)
    const { fault, restores, kills } = await killedAndStartedAgain(fixture, place, store, every, () => 1 + random.below(patience))
    const missed = kills === 0 ? `it ended before the first kill (${polls} polls)` : undefined
    if (fault === undefined && missed !== undefined && patience > 1) continue
    const whole = fault ?? (polls > 20 ? missed : undefined)
    return { fault: whole === undefined ? undefined : `${whole}\n(seed ${seed}, every ${every}, kills ${kills})`, restores, kills }
  }
}

async function killedAndStartedAgain (fixture: Fixture, place: string, store: string, every: number, snapshotsToKill: () => number): Promise<Outcome> {
  const pieces = new PiecesOfStdout(await expectedHere(fixture))
  for (let kills = 0; ;) {
    const node = nodes[kills % nodes.length]
    const killer = kills < KILLS_MAX ? killAt(store, newestSequence(store) + snapshotsToKill()) : undefined
    const ended = await startReprise(fixture, place, ['--id', 'kill', '--every', String(every), '--store', store], { node, onStart: killer?.onStart })
    let fault = pieces.add(ended.stdout)
    if (killer?.fired() === true && ended.signal === 'SIGKILL') {
      kills++
      if (fault === undefined) continue
      return { fault, restores: 0, kills }
    }
    fault ??= faultOfEnd(ended, fixture.config.exitCode) ?? pieces.faultOfLast()
    const report = readReport(place)
    fault ??= faultOfFailed(fixture, report, ended)
    const restores = report?.restores ?? 0
    if (fault === undefined && kills > 0 && restores === 0) fault = 'its last start went on from no snapshot'
    return { fault, restores, kills }
  }
}

/** A program goes on when a snapshot has failed, so its output says nothing of that. A reason is said once in a row. */
function faultOfFailed ({ config: { unsupported } }: Fixture, report: Report | undefined, { stderr }: Ended): string | undefined {
  if (report === undefined || report.failed === 0) return undefined
  const unexpected = stderr.split('\n').filter(line => line.includes('a snapshot failed: ') && unsupported?.test(line) !== true)
  return unexpected.length === 0 && unsupported !== undefined ? undefined : [`${report.failed} snapshots failed`, ...unexpected].join('\n')
}

const KILLS_MAX = 3

function killAt (store: string, target: number): { onStart: (kill: () => void) => () => void, fired: () => boolean } {
  let fired = false
  return {
    fired: () => fired,
    onStart: kill => {
      const timer = setInterval(() => {
        if (newestSequence(store) < target) return
        fired = true
        clearInterval(timer)
        kill()
      }, 1)
      return () => { clearInterval(timer) }
    }
  }
}

/** Snapshots are named after their place in the run's sequence; old ones are removed, so the number of files says little. */
function newestSequence (store: string): number {
  let newest = 0
  const visit = (folder: string): void => {
    for (const entry of readFolder(folder)) {
      const match = /^(\d+)\.snapshot$/.exec(entry.name)
      if (match !== null) newest = Math.max(newest, Number(match[1]))
      else if (entry.isDirectory() && entry.name !== 'code') visit(join(folder, entry.name))
    }
  }
  visit(store)
  return newest
}

function readFolder (folder: string): Array<import('node:fs').Dirent> {
  try { return readdirSync(folder, { withFileTypes: true }) } catch { return [] }
}

async function pollsOf (fixture: Fixture, place: string): Promise<number> {
  const ended = await startReprise(fixture, place, ['--every', '1000000000'])
  const polls = readReport(place)?.polls
  if (polls === undefined) throw new Error(`no report: ${ended.stderr}`)
  return polls
}

async function startReprise (fixture: Fixture, place: string, options: readonly string[], more: Pick<StartOptions, 'node' | 'onStart'> = {}): Promise<Ended> {
  const report = reportFile(place)
  rmSync(report, { force: true })
  const store = options.includes('--store') ? [] : ['--store', join(place, 'once')]
  return await start([cli, 'run', ...store, ...options, fixture.program], { cwd: root, env: { REPRISE_REPORT: report }, ...more })
}

const reportFile = (place: string): string => join(place, 'report.json')

function readReport (place: string): Report | undefined {
  return existsSync(reportFile(place)) ? JSON.parse(readFileSync(reportFile(place), 'utf8')) as Report : undefined
}
