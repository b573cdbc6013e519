/**
 * One process at a time holds a run: its folder has a file `lock.PID.NONCE` of that process.
 *
 * Each process makes a file of its own first, then looks at the others', so of two that start together at least one sees the
 * other. Who sees a holder gives up; who sees another that is only trying steps back for a random moment; who sees nobody
 * alive holds the run. A name is never used twice, so a dead process's file can be removed without hitting a living one's:
 * with a single file `lock` two processes that both find it dead can take it away from each other.
 */
import { HeldError, type Holder } from './store.js'
import { describeHolder, isAlive, SILENCE_MS_MAX, thisHolder } from './holder.js'
import { closeSync, errorCode, openSync, readdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFully } from './own-fs.js'

export interface Lock {
  readonly file: string
  /** The last sign of life of the holder before, if it did not release the run. */
  readonly lastSignOfLife: number | undefined
  /** False if another process took the run, having found this one dead: it must publish nothing more. */
  isOurs (): boolean
  release (): void
}

export interface FoundLock {
  readonly name: string
  readonly holder: Holder
  /** False: it is only trying to hold the run. */
  readonly holds: boolean
  readonly touched: number
  readonly alive: boolean
}

const PREFIX = 'lock.'
/** Under a load on which both of two processes step back again and again, so many times is more than a second. */
const ATTEMPTS_MAX = 50
const STEP_BACK_MS_MAX = 50
/** A file whose content is not there yet is somebody's who is about to write it; for so long. */
const WRITING_MS_MAX = 5000

/** The living holder of a run. */
export function findHolder (folder: string): Holder | undefined {
  return findLocks(folder, Date.now()).find(({ alive, holds }) => alive && holds)?.holder
}

/** `now`: by the clock of the file system, since the others may be on other machines. */
function findLocks (folder: string, now: number): FoundLock[] {
  const found: FoundLock[] = []
  let names: string[]
  try { names = readdirSync(folder) } catch { return found }
  for (const name of names) {
    if (!name.startsWith(PREFIX) || name.endsWith('.tmp')) continue
    try {
      const touched = statSync(`${folder}/${name}`).mtimeMs
      found.push({ name, touched, ...readLock(`${folder}/${name}`, now - touched) })
    } catch (error) {
      // Released meanwhile.
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }
  return found
}

const NOBODY: Holder = { host: '', bootId: '', pid: 0, startTime: '', since: 0 }

function readLock (file: string, silenceMs: number): Pick<FoundLock, 'holder' | 'holds' | 'alive'> {
  const text = readFileSync(file, 'utf8')
  try {
    const { holds, ...holder } = JSON.parse(text) as Holder & { holds: boolean }
    return { holder, holds, alive: isAlive(holder, silenceMs) }
  } catch {
    return { holder: NOBODY, holds: false, alive: silenceMs < WRITING_MS_MAX }
  }
}

export function takeLock (folder: string, id: string): Lock {
  const self = thisHolder()
  let lastSignOfLife: number | undefined
  let other: FoundLock | undefined
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const name = `${PREFIX}${self.pid}.${Math.random().toString(36).slice(2)}`
    const file = `${folder}/${name}`
    write(file, self, false)
    try {
      const others = findLocks(folder, statSync(file).mtimeMs).filter((lock) => lock.name !== name)
      for (const { alive, name: dead, touched } of others) {
        if (alive) continue
        lastSignOfLife = Math.max(lastSignOfLife ?? 0, touched)
        remove(`${folder}/${dead}`)
      }
      other = others.find(({ alive, holds }) => alive && holds) ?? others.find(({ alive }) => alive)
      if (other === undefined) {
        write(`${file}.tmp`, self, true)
        renameSync(`${file}.tmp`, file)
        return heldLock(file, lastSignOfLife)
      }
    } catch (error) {
      remove(file)
      throw error
    }
    remove(file)
    if (other.holds) break
    sleep(Math.random() * STEP_BACK_MS_MAX)
  }
  throw heldError(id, other?.holder ?? NOBODY)
}

export function heldError (id: string, holder: Holder): HeldError {
  const elsewhere = holder.host !== thisHolder().host
    ? ` (another machine: it counts as dead after ${SILENCE_MS_MAX / 1000} s without a sign of life)`
    : ''
  return new HeldError(id, holder, describeHolder(holder) + elsewhere)
}

function write (file: string, self: Holder, holds: boolean): void {
  const fd = openSync(file, 'wx', 0o600)
  try { writeFully(fd, new TextEncoder().encode(JSON.stringify({ ...self, holds }))) } finally { closeSync(fd) }
}

function remove (file: string): void {
  try { unlinkSync(file) } catch {}
}

function sleep (ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function heldLock (file: string, lastSignOfLife: number | undefined): Lock {
  let released = false
  return {
    file,
    lastSignOfLife,
    isOurs () {
      if (released) return false
      try {
        statSync(file)
        return true
      } catch { return false }
    },
    release () {
      if (!released) remove(file)
      released = true
    }
  }
}
