/**
 * Which snapshot a start goes on from, and what has to be said about it: damaged ones are set aside, old ones refused, and
 * runs that make no progress are noticed.
 */
import { resolve } from 'node:path'
import { DamagedError, type HeldRun, type RunRecord, type Snapshot, type SnapshotEntry, type Store } from '../store/store.js'
import type { Command } from './command.js'
import { RepriseError } from '../diagnostics/error.js'
import { formatDuration, formatError, formatPosition, say, sayAlways } from './say.js'

/** How many starts from one snapshot without a newer one count as no progress. */
export const STARTS_WITHOUT_PROGRESS = 3

export const EXIT = { usage: 64, bug: 70, store: 73, noSnapshot: 74, stopped: 75, refused: 76, held: 77, configuration: 78 } as const

/** Ends a start before the program has run. */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly exitCode: number
  /** `report`: an error of the catalogue, or one that has a message and a remedy. */
  constructor (exitCode: number, report: Error & { readonly code?: string, readonly remedy?: string }) {
    super(formatError(report))
    this.exitCode = exitCode
  }
}

export interface Chosen extends Snapshot {
  readonly entry: SnapshotEntry
}

/** The newest snapshot that is whole. Each damaged one that is newer is set aside, with a warning that tells its cost. */
export function chooseNewest (run: HeldRun): Chosen | undefined {
  const entries = run.snapshots()
  const damaged: Array<{ entry: SnapshotEntry, aside: string, why: string }> = []
  let chosen: Chosen | undefined
  for (const entry of entries) {
    try {
      chosen = { ...run.read(entry.name), entry }
      break
    } catch (error) {
      if (!(error instanceof DamagedError)) throw error
      damaged.push({ entry, aside: run.setAside(entry.name), why: error.message })
    }
  }
  for (const { entry, aside, why } of damaged) {
    const cost = chosen === undefined
      ? 'there is no other snapshot, the run begins anew'
      : `going back to snapshot ${chosen.entry.sequence} costs ${formatDuration(entry.time - chosen.entry.time)} of it`
    const { code, message } = new RepriseError('RP4004', [`${entry.sequence}`, run.id, why])
    sayAlways(`WARNING ${code}: ${message} It costs work: ${cost}. The damaged file is kept as ${aside}.`)
  }
  return chosen
}

/** `--from`: a sequence number, a snapshot's name, or a path that ends in one. */
export function chooseNamed (run: HeldRun, wanted: string): Chosen {
  const entries = run.snapshots()
  const base = wanted.slice(wanted.lastIndexOf('/') + 1)
  const entry = entries.find(({ name, sequence }) => name === base || String(sequence) === base)
  if (entry === undefined) {
    const known = entries.map(({ sequence }) => sequence).join(', ')
    throw new StartError(EXIT.noSnapshot, new RepriseError('RP4003', [run.id, wanted, known === '' ? 'it has none at all' : `it has ${known}`]))
  }
  try {
    return { ...run.read(entry.name), entry }
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error
    throw new StartError(EXIT.noSnapshot, new RepriseError('RP4004', [`${entry.sequence}`, run.id, error.message]))
  }
}

export function refuseOld (chosen: Chosen, maxAgeMs: number | undefined): void {
  const ageMs = Date.now() - chosen.header.time
  if (maxAgeMs === undefined || ageMs <= maxAgeMs) return
  throw new StartError(EXIT.refused, new RepriseError('RP4005', [`${chosen.entry.sequence}`, formatDuration(ageMs)]))
}

/** What was done after the snapshot by the process before, and has to be done again. */
export function lostMs (run: HeldRun, chosen: Chosen): number {
  const lastSign = run.record?.end?.time ?? run.lastSignOfLife
  return lastSign === undefined ? 0 : Math.max(0, Math.round(lastSign - chosen.header.time))
}

export function sayGoingOn (run: HeldRun, chosen: Chosen, lost: number): void {
  const age = formatDuration(Date.now() - chosen.header.time)
  const position = formatPosition(chosen.header.position, process.cwd())
  const work = lost < 1 ? 'no work was lost' : `${formatDuration(lost)} of work was lost`
  say(`going on with "${run.id}" from snapshot ${chosen.entry.sequence}, ${age} old, at ${position}; ${work}`)
}

/** Three processes that went on from here, or began here, and left nothing newer: the fourth will hardly do better. */
export function sayNoProgress (record: RunRecord | undefined, chosen: Chosen, older: readonly SnapshotEntry[], command: Command): void {
  const starts = record?.starts.slice(-STARTS_WITHOUT_PROGRESS) ?? []
  if (starts.length < STARTS_WITHOUT_PROGRESS || starts.some(({ from }) => from !== chosen.entry.sequence)) return
  const before = older.find(({ sequence }) => sequence < chosen.entry.sequence)
  const offer = before === undefined
    ? `There is no earlier snapshot; to begin anew: ${command({ name: 'fresh' })}`
    : `To go on from an earlier one: ${command({ name: 'from', value: String(before.sequence) })}`
  const { code, message } = new RepriseError('RP4007', [
    `${STARTS_WITHOUT_PROGRESS}`, `${chosen.entry.sequence}`, formatPosition(chosen.header.position, process.cwd())
  ])
  say(`${code}: ${message} ${offer}`)
}

/** A start that begins anew may be a slip in the arguments: names an unfinished run of the same program. */
export function sayOthers (store: Store, id: string, program: string): void {
  const others = store.runs().filter((run) =>
    run.id !== id && run.snapshots.length > 0 && run.holder === undefined && run.record !== undefined && resolve(run.record.program) === program)
  if (others.length === 0) return
  others.sort((a, b) => b.snapshots[0].time - a.snapshots[0].time)
  const more = others.length > 1 ? ` (and ${others.length - 1} more: reprise ls)` : ''
  say(`begins anew, but an unfinished run of this program with other arguments exists${more}; to go on with it: ${others[0].record?.command ?? ''}`)
}
