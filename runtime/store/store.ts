/**
 * What a store is: a place for runs, each with its snapshots, held by one process at a time.
 *
 * Everything is synchronous, since a snapshot is taken between two steps of the program and a process that stops on a signal
 * has no later turn of the event loop. A store over a network implements it over a worker thread and Atomics.wait; a store
 * that writes in the background may return from `writeSnapshot` early, if `release` waits for it.
 *
 * What a store guarantees, whatever the moment at which the process or machine dies:
 * - a snapshot is there whole or not at all, and a damaged one is recognised when it is read;
 * - once `writeSnapshot` has returned, the snapshot survives a power cut;
 * - of two processes that hold the same id, one gets HeldError.
 */
import type { ModuleUse } from '../code/used-code.js'
import type { SourcePosition } from '../checkpoint/core-contract.js'
import { RepriseError } from '../diagnostics/error.js'

/** What is known of a snapshot without decoding it. */
export interface SnapshotHeader {
  readonly runId: string
  readonly program: string
  readonly argv: readonly string[]
  readonly cwd: string
  /** Milliseconds since 1970. */
  readonly time: number
  /** Rises by one with each snapshot of the run, never falls. */
  readonly sequence: number
  /** How many processes the run has had, this one included. */
  readonly generation: number
  /** How long the program has run, without the work that was lost. */
  readonly elapsedMs: number
  /** Where the innermost frame of the program stands; missing if it was waiting. */
  readonly position?: SourcePosition
  readonly node: string
  /** The code on which it depends: of each module the digest of its text, and which functions it holds on to. */
  readonly code?: readonly ModuleUse[]
  /** For people: the stack in a few words, outermost first, and what else is waiting. */
  readonly stack?: readonly DescribedFrame[]
  readonly waiting?: readonly DescribedTask[]
}

export interface DescribedVariable {
  readonly name: string
  readonly text: string
}

export interface DescribedFrame {
  readonly name: string
  readonly position?: SourcePosition
  readonly variables: readonly DescribedVariable[]
  /** In place of a frame: so many are left out. */
  readonly omitted?: number
}

export interface DescribedTask {
  /** `a timer, due in 3 s`. */
  readonly what: string
  readonly stack: readonly DescribedFrame[]
}

export interface SnapshotEntry {
  /** Unique in its run; what `--from` takes, as is its sequence number. */
  readonly name: string
  readonly bytes: number
  readonly sequence: number
  /** Missing if even this much of it could not be read. */
  readonly header: SnapshotHeader | undefined
  /** When it was written, by the store's own clock; known for damaged ones too. */
  readonly time: number
}

export interface Snapshot {
  readonly header: SnapshotHeader
  readonly payload: Uint8Array
}

/** One start of the program under a run id. */
export interface StartRecord {
  readonly time: number
  /** The sequence number of the snapshot it went on from; null: from the beginning. */
  readonly from: number | null
}

/** What a store keeps of a run besides its snapshots. */
export interface RunRecord {
  readonly id: string
  readonly program: string
  readonly argv: readonly string[]
  readonly cwd: string
  /** The command line that goes on with it. */
  readonly command: string
  /** Oldest first; no more than are needed to see that there is no progress. */
  readonly starts: readonly StartRecord[]
  /** How many processes the run has had. */
  readonly generation: number
  /** How the last process ended, if it could still say so. */
  readonly end?: { readonly time: number, readonly code: number, readonly signal?: string }
}

/** Who holds a run: enough to tell, on the same machine, whether it still lives. */
export interface Holder {
  readonly host: string
  /** Changes with each boot of the machine; empty where the system has none. */
  readonly bootId: string
  readonly pid: number
  /** In ticks since boot. A pid is used again, and in a container pid 1 is always alive; this tells them apart. */
  readonly startTime: string
  readonly since: number
}

export interface RunSummary {
  readonly id: string
  readonly record: RunRecord | undefined
  /** Newest first. */
  readonly snapshots: readonly SnapshotEntry[]
  /** The living process that holds it. */
  readonly holder: Holder | undefined
}

/** A run, held by this process. */
export interface HeldRun {
  readonly id: string
  /** As it was found. */
  readonly record: RunRecord | undefined
  /** The last sign of life of the process that held it before; with a snapshot's time it tells what was lost. */
  readonly lastSignOfLife: number | undefined
  /** A file whose time of modification is this process's sign of life, touched by the timer thread. */
  readonly lifeFile: string | undefined
  /** Newest first. */
  snapshots (): SnapshotEntry[]
  /** Throws DamagedError. */
  read (name: string): Snapshot
  /** Keeps a damaged snapshot under another name, out of the way; returns that name. */
  setAside (name: string): string
  writeRecord (record: RunRecord): void
  /** Durable when it returns; then removes what `retained` no longer names. Throws StoreError. */
  writeSnapshot (header: SnapshotHeader, payload: Uint8Array): SnapshotEntry
  /** Compiled texts, once by content; durable when it returns. What no snapshot refers to any more is removed. */
  writeCode (texts: readonly { readonly digest: string, readonly text: string }[]): void
  readCode (digest: string): string | undefined
  /** Removes snapshots, code and record. */
  clear (): void
  /** Lets another process hold the run. Idempotent. */
  release (): void
}

export interface Store {
  /** Where it is, for messages. */
  readonly place: string
  /** All runs; never writes. */
  runs (): RunSummary[]
  run (id: string): RunSummary | undefined
  /** Reads without holding. Throws DamagedError. */
  read (id: string, name: string): Snapshot
  /** Throws HeldError, StoreError. */
  hold (id: string): HeldRun
  /** Throws HeldError if a living process holds it. Returns false if there is no such run. */
  remove (id: string): boolean
}

/** The store as a whole cannot do its work. */
export class StoreError extends RepriseError<'RP4002' | 'RP4006'> {}

export class HeldError extends RepriseError<'RP4001'> {
  readonly holder: Holder
  constructor (id: string, holder: Holder, description: string) {
    super('RP4001', [id, description])
    this.holder = holder
  }
}

/** One snapshot cannot be read; says why, as part of a sentence: `it is torn: …`. */
export class DamagedError extends Error {
  override readonly name = 'DamagedError'
}
