/** The store that a command looks into: the one given, or that of the project around the current folder. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { openFileStore } from '../../runtime/store/file.js'
import { fileNameOf, projectOf } from '../../runtime/store/place.js'
import type { RunSummary, SnapshotEntry, Store } from '../../runtime/store/store.js'
import { EXIT } from '../../runtime/checkpoint/choose.js'
import { RepriseError } from '../../runtime/diagnostics/error.js'
import { failWith } from '../output.js'

export function openStore (folder: string | undefined): Store {
  const store = folder ?? process.env.REPRISE_STORE
  if (store !== undefined && store !== '') return openFileStore(resolve(store))
  const cwd = process.cwd()
  // A program outside of any project has its store beside it.
  const project = existsSync(join(cwd, '.reprise')) ? cwd : projectOf(cwd) ?? cwd
  return openFileStore(join(project, '.reprise'))
}

/** By its id, or by a part of it that only one run has. */
export function findRun (store: Store, wanted: string): RunSummary {
  const exact = store.run(fileNameOf(wanted)) ?? store.run(wanted)
  if (exact !== undefined) return exact
  const matching = store.runs().filter(({ id }) => id.includes(wanted) || id.includes(fileNameOf(wanted)))
  if (matching.length === 1) return matching[0]
  if (matching.length > 1) return failWith(EXIT.usage, new RepriseError('RP5001', [`"${wanted}" is part of several runs: ${matching.map(({ id }) => id).join(', ')}`]))
  return failWith(EXIT.noSnapshot, new RepriseError('RP5003', [wanted, store.place]))
}

export function findSnapshot (run: RunSummary, wanted: string | undefined): SnapshotEntry {
  const entry = wanted === undefined
    ? run.snapshots[0]
    : run.snapshots.find(({ name, sequence }) => name === wanted || String(sequence) === wanted)
  if (entry !== undefined) return entry
  const known = run.snapshots.map(({ sequence }) => sequence).join(', ')
  return failWith(EXIT.noSnapshot, new RepriseError('RP4003', [run.id, wanted ?? 'newest', known === '' ? 'it has none at all' : `it has ${known}`]))
}
