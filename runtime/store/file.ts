/**
 * The store on a disk: a folder per run.
 *
 *     .reprise/                    0700, with a .gitignore of its own
 *       ID/
 *         lock.4711.k3j5d          who holds it (lock.ts)
 *         run.json                 RunRecord
 *         00000012.snapshot        envelope.ts; 0600
 *         00000011.snapshot.damaged
 *         code/DIGEST.js           compiled code that snapshots refer to
 */
import {
  DamagedError, StoreError,
  type HeldRun, type RunRecord, type RunSummary, type Snapshot, type SnapshotEntry, type SnapshotHeader, type Store
} from './store.js'
import { checkPayload, decodeHeader, decodePrefix, encodeEnvelope, PREFIX_BYTES, type Envelope } from './envelope.js'
import { findHolder, heldError, takeLock, type Lock } from './lock.js'
import { removeUnusedTexts, writeTexts } from './code-folder.js'
import { expired } from './retention.js'
import {
  chmodSync, closeSync, errorCode, existsSync, fstatSync, fsyncDirectory, makeFolders, openSync, readdirSync, readFileSync,
  readFully, renameSync, replaceFile, rmdirSync, rmSync, statSync, unlinkSync, writeFully
} from './own-fs.js'

const SUFFIX = '.snapshot'
const encodeText = TextEncoder.prototype.encode.bind(new TextEncoder())

export function openFileStore (place: string): Store {
  const folderOf = (id: string): string => `${place}/${id}`
  return {
    place,
    runs () {
      const runs: RunSummary[] = []
      for (const id of readNames(place)) {
        const run = summarize(folderOf(id), id)
        if (run !== undefined) runs.push(run)
      }
      return runs
    },
    run: (id) => summarize(folderOf(id), id),
    read: (id, name) => readSnapshot(folderOf(id), name),
    hold (id) {
      try {
        makePlace(place)
        return holdFolder(place, folderOf(id), id)
      } catch (error) {
        throw errorCode(error) === '' ? error : new StoreError('RP4002', [place, messageOf(error)])
      }
    },
    remove (id) {
      const folder = folderOf(id)
      if (!existsSync(folder)) return false
      const holder = findHolder(folder)
      if (holder !== undefined) throw heldError(id, holder)
      rmSync(folder, { recursive: true })
      return true
    }
  }
}

const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error)

/** A holder that finishes removes the folder when it is empty, perhaps between our making it and our taking its lock. */
function holdFolder (place: string, folder: string, id: string): HeldRun {
  for (let attempt = 0; ; attempt++) {
    try {
      makeFolder(folder)
      const lock = takeLock(folder, id)
      fsyncDirectory(place)
      return holdRun(folder, id, lock)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || attempt === 3) throw error
    }
  }
}

/** The store's own folder: for its owner alone, and never part of a repository. */
function makePlace (place: string): void {
  makeFolder(place)
  try {
    const fd = openSync(`${place}/.gitignore`, 'wx', 0o644)
    try { writeFully(fd, encodeText('*\n')) } finally { closeSync(fd) }
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}

function makeFolder (folder: string): void {
  if (existsSync(folder)) return
  makeFolders(folder, 0o700)
  // The process's umask may have taken more than it should from the mode.
  chmodSync(folder, 0o700)
}

function readNames (folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

function readRecord (folder: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(`${folder}/run.json`, 'utf8')) as RunRecord
  } catch { return undefined }
}

function summarize (folder: string, id: string): RunSummary | undefined {
  const record = readRecord(folder)
  const snapshots = listSnapshots(folder)
  if (record === undefined && snapshots.length === 0) return undefined
  return { id, record, snapshots, holder: findHolder(folder) }
}

/** Newest first. */
function listSnapshots (folder: string): SnapshotEntry[] {
  const entries: SnapshotEntry[] = []
  for (const name of readNames(folder)) {
    const sequence = sequenceOf(name)
    if (sequence !== undefined && name.endsWith(SUFFIX)) entries.push(readEntry(folder, name, sequence))
  }
  return entries.sort((a, b) => b.sequence - a.sequence)
}

function sequenceOf (name: string): number | undefined {
  const match = /^(\d{8,})\.snapshot/.exec(name)
  return match === null ? undefined : Number(match[1])
}

function readEntry (folder: string, name: string, sequence: number): SnapshotEntry {
  const file = `${folder}/${name}`
  const { size, mtimeMs } = statSync(file)
  let header: SnapshotHeader | undefined
  try { header = withFile(file, (fd) => readHeader(fd).header) } catch {}
  return { name, bytes: size, sequence, header, time: header?.time ?? mtimeMs }
}

function withFile<T> (file: string, use: (fd: number) => T): T {
  const fd = openSync(file, 'r')
  try { return use(fd) } finally { closeSync(fd) }
}

function readHeader (fd: number): { envelope: Envelope, header: SnapshotHeader } {
  const envelope = decodePrefix(readFully(fd, PREFIX_BYTES, 0))
  return { envelope, header: decodeHeader(envelope, readFully(fd, envelope.headerBytes, PREFIX_BYTES)) }
}

function readSnapshot (folder: string, name: string): Snapshot {
  try {
    return withFile(`${folder}/${name}`, (fd) => {
      const { envelope, header } = readHeader(fd)
      const at = PREFIX_BYTES + envelope.headerBytes
      // Never more than the file holds: a damaged length must not become an allocation.
      const payload = readFully(fd, Math.min(envelope.payloadBytes, Math.max(0, fstatSync(fd).size - at)), at)
      checkPayload(envelope, payload)
      return { header, payload }
    })
  } catch (error) {
    if (errorCode(error) === '') throw error
    throw new DamagedError(`it cannot be read: ${messageOf(error)}`)
  }
}

function holdRun (folder: string, id: string, lock: Lock): HeldRun {
  // What a process left that died while it wrote.
  for (const name of readNames(folder)) {
    if (name.endsWith('.tmp')) unlinkSync(`${folder}/${name}`)
  }
  /** Newest first, and known without reading the folder again: what happens while the program runs calls no array method. */
  let kept = listSnapshots(folder)
  let prunes = false

  return {
    id,
    record: readRecord(folder),
    lastSignOfLife: lock.lastSignOfLife,
    lifeFile: lock.file,
    snapshots: () => listSnapshots(folder),
    read: (name) => readSnapshot(folder, name),
    setAside (name) {
      let aside = `${name}.damaged`
      for (let count = 2; existsSync(`${folder}/${aside}`); count++) aside = `${name}.damaged-${count}`
      renameSync(`${folder}/${name}`, `${folder}/${aside}`)
      fsyncDirectory(folder)
      kept = listSnapshots(folder)
      return aside
    },
    writeRecord (record) {
      try {
        // Of what it says the snapshots know all that going on needs: not worth the wait for the disk at each start.
        replaceFile(folder, 'run.json', [encodeText(JSON.stringify(record, null, 2) + '\n')], 'process')
      } catch (error) {
        throw new StoreError('RP4002', [folder, messageOf(error)])
      }
    },
    writeSnapshot (header, payload) {
      if (!lock.isOurs()) throw new StoreError('RP4006', [id])
      const name = nameOf(header.sequence)
      const envelope = encodeEnvelope(header, payload)
      replaceFile(folder, name, [envelope, payload])
      const entry: SnapshotEntry = { name, bytes: envelope.length + payload.length, sequence: header.sequence, header, time: header.time }
      const before = kept
      kept = removeExpired(folder, prepend(entry, kept), header.time)
      if (prunes || before.length + 1 !== kept.length) prunes = !removeUnusedTexts(`${folder}/code`, kept)
      return entry
    },
    writeCode (texts) {
      if (!lock.isOurs()) throw new StoreError('RP4006', [id])
      writeTexts(`${folder}/code`, texts)
      // The snapshots of an earlier process may have been the last to need others.
      prunes = true
    },
    readCode (digest) {
      try { return readFileSync(`${folder}/code/${digest}.js`, 'utf8') } catch { return undefined }
    },
    clear () {
      for (const name of readNames(folder)) {
        // Damaged snapshots are evidence, not state: they stay until `reprise rm`.
        if (!name.startsWith('lock.') && !name.includes('.damaged')) rmSync(`${folder}/${name}`, { recursive: true, force: true })
      }
      kept = []
    },
    release () {
      lock.release()
      // An empty folder says nothing; a run with snapshots keeps its own.
      try { rmdirSync(folder) } catch {}
    }
  }
}

function nameOf (sequence: number): string {
  let digits = `${sequence}`
  while (digits.length < 8) digits = '0' + digits
  return digits + SUFFIX
}

function prepend (entry: SnapshotEntry, entries: readonly SnapshotEntry[]): SnapshotEntry[] {
  const all = [entry]
  for (let index = 0; index < entries.length; index++) {
    if (entries[index].name !== entry.name) all[all.length] = entries[index]
  }
  return all
}

function removeExpired (folder: string, entries: readonly SnapshotEntry[], now: number): SnapshotEntry[] {
  const removed = expired(entries, now)
  for (let index = 0; index < removed.length; index++) {
    // Not being able to remove an old one is no failure of the new one.
    try { unlinkSync(`${folder}/${removed[index].name}`) } catch {}
  }
  const kept: SnapshotEntry[] = []
  for (let index = 0, at = 0; index < entries.length; index++) {
    if (at < removed.length && removed[at] === entries[index]) at++
    else kept[kept.length] = entries[index]
  }
  return kept
}
