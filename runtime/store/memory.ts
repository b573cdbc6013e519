/** A store that lives as long as its process: for torture, which needs no disk, and for tests of what uses a store. */
import { DamagedError, HeldError, type HeldRun, type RunRecord, type RunSummary, type SnapshotEntry, type Snapshot, type Store } from './store.js'
import { checkPayload, decodeHeader, decodePrefix, encodeEnvelope, PREFIX_BYTES } from './envelope.js'
import { describeHolder, thisHolder } from './holder.js'
import { expired } from './retention.js'

interface MemoryRun {
  record: RunRecord | undefined
  /** Newest first. */
  snapshots: Array<SnapshotEntry & { readonly stored: Uint8Array }>
  readonly aside: string[]
  readonly code: Map<string, string>
  held: boolean
}

export interface MemoryStore extends Store {
  /** For tests: changes the bytes of a snapshot behind the store's back. */
  damage (id: string, name: string, change: (bytes: Uint8Array) => Uint8Array): void
}

export function openMemoryStore (): MemoryStore {
  const runs = new Map<string, MemoryRun>()
  const summarize = (id: string, run: MemoryRun): RunSummary =>
    ({ id, record: run.record, snapshots: run.snapshots, holder: run.held ? thisHolder() : undefined })
  const find = (run: MemoryRun | undefined, name: string): Uint8Array => {
    const entry = run?.snapshots.find((candidate) => candidate.name === name)
    if (entry === undefined) throw new DamagedError('it cannot be read: there is none of that name')
    return entry.stored
  }
  return {
    place: 'memory',
    runs: () => [...runs].filter(([, run]) => isKept(run)).map(([id, run]) => summarize(id, run)),
    run (id) {
      const run = runs.get(id)
      return run === undefined || !isKept(run) ? undefined : summarize(id, run)
    },
    read: (id, name) => decode(find(runs.get(id), name)),
    hold (id) {
      let run = runs.get(id)
      if (run === undefined) runs.set(id, run = { record: undefined, snapshots: [], aside: [], code: new Map(), held: false })
      if (run.held) throw new HeldError(id, thisHolder(), describeHolder(thisHolder()))
      run.held = true
      return holdRun(id, run, (name) => decode(find(run, name)))
    },
    remove (id) {
      if (runs.get(id)?.held === true) throw new HeldError(id, thisHolder(), describeHolder(thisHolder()))
      return runs.delete(id)
    },
    damage (id, name, change) {
      const run = runs.get(id)
      const index = run?.snapshots.findIndex((entry) => entry.name === name) ?? -1
      if (run !== undefined && index >= 0) run.snapshots[index] = { ...run.snapshots[index], stored: change(run.snapshots[index].stored) }
    }
  }
}

const isKept = (run: MemoryRun): boolean => run.record !== undefined || run.snapshots.length > 0

function holdRun (id: string, run: MemoryRun, read: (name: string) => Snapshot): HeldRun {
  return {
    id,
    record: run.record,
    lastSignOfLife: undefined,
    lifeFile: undefined,
    snapshots: () => [...run.snapshots],
    read,
    setAside (name) {
      run.snapshots = run.snapshots.filter((entry) => entry.name !== name)
      run.aside.push(`${name}.damaged`)
      return `${name}.damaged`
    },
    writeRecord (record) { run.record = record },
    writeSnapshot (header, payload) {
      const envelope = encodeEnvelope(header, payload)
      const stored = new Uint8Array(envelope.length + payload.length)
      stored.set(envelope)
      stored.set(payload, envelope.length)
      const name = `${header.sequence}.snapshot`
      const entry = { name, bytes: stored.length, sequence: header.sequence, header, time: header.time, stored }
      const all = [entry, ...run.snapshots.filter((other) => other.name !== name)]
      const removed = expired(all, header.time)
      run.snapshots = all.filter((candidate) => !removed.includes(candidate))
      const used = new Set(run.snapshots.flatMap((kept) => kept.header?.code?.map(({ text }) => text) ?? []))
      for (const digest of run.code.keys()) if (!used.has(digest)) run.code.delete(digest)
      return entry
    },
    writeCode (texts) { for (const { digest, text } of texts) run.code.set(digest, text) },
    readCode: (digest) => run.code.get(digest),
    clear () {
      run.record = undefined
      run.snapshots = []
      run.code.clear()
    },
    release () { run.held = false }
  }
}

function decode (stored: Uint8Array): Snapshot {
  const envelope = decodePrefix(stored.subarray(0, PREFIX_BYTES))
  const header = decodeHeader(envelope, stored.subarray(PREFIX_BYTES, PREFIX_BYTES + envelope.headerBytes))
  const payload = stored.slice(PREFIX_BYTES + envelope.headerBytes)
  checkPayload(envelope, payload)
  return { header, payload }
}
