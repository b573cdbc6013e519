/**
 * One process at a time holds a run: a file `lock` in its folder names the holder.
 *
 * Taking it is link(2) of a file written before, so the lock appears with its content or not at all, and of two processes one
 * fails. A dead holder's lock is renamed away first; whoever finds that it has renamed a living one (another process was
 * faster) puts it back and starts over.
 */
import { HeldError, StoreError, type Holder } from './store.js'
import { describeHolder, isAlive, sameHolder, SILENCE_MS_MAX, thisHolder } from './holder.js'
import { closeSync, errorCode, linkSync, openSync, readFileSync, renameSync, statSync, unlinkSync, writeFully } from './own-fs.js'

export interface Lock {
  readonly file: string
  /** The last sign of life of the holder before, if it did not release the run. */
  readonly lastSignOfLife: number | undefined
  /** False if another process took it: this one must publish nothing more. */
  isOurs (): boolean
  release (): void
}

export interface FoundLock {
  readonly holder: Holder
  readonly touched: number
  readonly alive: boolean
}

/** Reads the lock of a run; undefined if nobody holds it. `now` is the clock of the lock's file system. */
export function findLock (folder: string, now = Date.now()): FoundLock | undefined {
  const file = `${folder}/lock`
  try {
    const touched = statSync(file).mtimeMs
    const holder = JSON.parse(readFileSync(file, 'utf8')) as Holder
    return { holder, touched, alive: isAlive(holder, now - touched) }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    // An unreadable lock is nobody's: locks appear whole.
    if (error instanceof SyntaxError) return { holder: { host: '', bootId: '', pid: 0, startTime: '', since: 0 }, touched: 0, alive: false }
    throw error
  }
}

export function takeLock (folder: string, id: string): Lock {
  const self = thisHolder()
  const file = `${folder}/lock`
  const own = `${folder}/lock.${self.pid}.tmp`
  // The pid is not enough: this process may hold a run twice, one after the other, and inodes are used again.
  const text = JSON.stringify({ ...self, nonce: Math.random().toString(36).slice(2) })
  writeOwn(own, text)
  try {
    // Two processes with the same id may be on different machines: what "now" is, the file system says.
    const now = statSync(own).mtimeMs
    let lastSignOfLife: number | undefined
    for (let attempt = 0; attempt < 20; attempt++) {
      try {
        linkSync(own, file)
        return heldLock(file, text, lastSignOfLife)
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error
      }
      const found = findLock(folder, now)
      if (found === undefined) continue
      if (found.alive) throw heldError(id, found.holder)
      lastSignOfLife = found.touched || undefined
      removeDead(file, found.holder)
    }
    throw new StoreError('RP4002', [folder, 'its lock could not be taken'])
  } finally {
    try { unlinkSync(own) } catch {}
  }
}

export function heldError (id: string, holder: Holder): HeldError {
  const elsewhere = holder.host !== thisHolder().host
    ? ` (another machine: it counts as dead after ${SILENCE_MS_MAX / 1000} s without a sign of life)`
    : ''
  return new HeldError(id, holder, describeHolder(holder) + elsewhere)
}

function writeOwn (own: string, text: string): void {
  try { unlinkSync(own) } catch {}
  const fd = openSync(own, 'wx', 0o600)
  try { writeFully(fd, new TextEncoder().encode(text)) } finally { closeSync(fd) }
}

function removeDead (file: string, dead: Holder): void {
  const aside = `${file}.${process.pid}.dead`
  try { renameSync(file, aside) } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  const renamed = readHolder(aside)
  if (renamed !== undefined && !sameHolder(renamed, dead)) {
    try { linkSync(aside, file) } catch {}
  }
  unlinkSync(aside)
}

function readHolder (file: string): Holder | undefined {
  try { return JSON.parse(readFileSync(file, 'utf8')) as Holder } catch { return undefined }
}

function heldLock (file: string, text: string, lastSignOfLife: number | undefined): Lock {
  let released = false
  const isOurs = (): boolean => {
    if (released) return false
    try { return readFileSync(file, 'utf8') === text } catch { return false }
  }
  return {
    file,
    lastSignOfLife,
    isOurs,
    release () {
      if (isOurs()) { try { unlinkSync(file) } catch {} }
      released = true
    }
  }
}
