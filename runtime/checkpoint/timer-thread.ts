/**
 * The thread that wishes for snapshots while the main thread is busy, and the one that notices signals then.
 *
 * A loop of the program never returns to the event loop, so no timer and no signal handler of the main thread runs. This
 * thread waits on shared memory, costs nothing in between, does not keep the process alive, and exists only under reprise.
 *
 * Signals: Node's handler runs in the kernel's hands, writes 16 bytes (pointer, number) into a pipe of libuv's main loop and
 * leaves them there until the loop turns. This thread looks into the pipe: it reads, and writes back what it has read, so
 * libuv still finds all of it. Both ends do not block, and a read that finds nothing is what libuv expects too. Other ways
 * were tried: a worker gets no signals, /proc shows only pending ones (libuv's handler has taken it), a child is not wanted.
 *
 * If the main thread reaches no poll at all for too long after a signal, its inspector interrupts it: that works in any
 * JavaScript, compiled or not, and in regular expressions. Where even that fails (native code) the process is killed: what
 * a user who presses Ctrl-C wants is an end, and the snapshot before is there.
 */
import { constants } from 'node:os'
import { Worker } from 'node:worker_threads'
import type fsModule from 'node:fs'
import type inspectorModule from 'node:inspector'
import type workerModule from 'node:worker_threads'
import { fstatSync, readdirSync, readFileSync, readlinkSync } from '../store/own-fs.js'

/** Those that reprise answers itself; a signal's place here is its index in the cells. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGUSR2'] as const
export type AnsweredSignal = typeof SIGNALS[number]

/** Cells shared by both threads. */
export const WAKE = 0
/** Main: "wish for a snapshot in so many milliseconds"; the thread takes it and leaves -1. */
export const DUE_IN = 1
/** Main: signals go to the program from now on; the thread must not end the process any more. */
export const LET_GO = 2
/** How often each signal has arrived, and how often the main thread's event loop has dispatched it. */
export const ARRIVED = 3
export const DISPATCHED = 6
const CELLS = 9

/** Under this symbol of globalThis stands what the inspector calls when a signal has been waited for too long. */
export const OVERDUE_KEY = 'reprise.overdue'

export interface TimerThread {
  readonly cells: Int32Array
  dueIn (ms: number): void
  stop (): void
}

interface Pipe { readonly read: number, readonly write: number, readonly inode: number }

interface ThreadData {
  readonly flag: Int32Array
  readonly cells: Int32Array
  readonly lifeFile: string | undefined
  readonly pipes: readonly Pipe[]
  readonly signals: readonly number[]
  readonly graceMs: number
  readonly overdueKey: string
}

/** `onIdle` is called from the event loop when a wish has found no poll: the program is waiting. */
export function startTimerThread (flag: Int32Array, lifeFile: string | undefined, graceMs: number, onIdle: () => void): TimerThread {
  const cells = new Int32Array(new SharedArrayBuffer(CELLS * 4))
  cells[DUE_IN] = -1
  const data: ThreadData = {
    flag, cells, lifeFile, graceMs, pipes: findSignalPipes(), signals: SIGNALS.map((name) => constants.signals[name]), overdueKey: OVERDUE_KEY
  }
  const source = `(${threadMain.toString()})(require('node:worker_threads'), require('node:fs'), () => require('node:inspector'))`
  // No flags and no environment: neither the user's --import nor NODE_OPTIONS shall load anything in there.
  const worker = new Worker(source, { eval: true, workerData: data, execArgv: [], env: {}, stdin: false, name: 'reprise timer' })
  worker.on('message', onIdle)
  // A thread that died takes the interval with it, not the program.
  worker.on('error', () => {})
  worker.unref()
  const { store, notify } = Atomics
  const { ceil } = Math
  return {
    cells,
    dueIn (ms) {
      // A cell holds whole milliseconds; a wish that comes too soon is none.
      store(cells, DUE_IN, ms > 2 ** 30 ? 2 ** 30 : ceil(ms))
      store(cells, WAKE, 1)
      notify(cells, WAKE)
    },
    stop () { void worker.terminate() }
  }
}

/**
 * The pipes of the event loops of this process: both ends are here, close on exec and do not block. That leaves out the
 * standard streams, and libuv's lock, a blocking pipe that must never be read. Without /proc there are none to see:
 * signals are then noticed when the event loop turns.
 */
function findSignalPipes (): Pipe[] {
  const NONBLOCK = 0o4000
  const ends = new Map<string, { read?: number, write?: number }>()
  let descriptors: string[]
  try { descriptors = readdirSync('/proc/self/fd') } catch { return [] }
  for (const name of descriptors) {
    try {
      const target = readlinkSync(`/proc/self/fd/${name}`)
      if (!target.startsWith('pipe:')) continue
      const flags = parseInt(/flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'latin1'))?.[1] ?? '0', 8)
      if ((flags & NONBLOCK) === 0 || Number(name) <= 2) continue
      const pipe = ends.get(target) ?? {}
      if ((flags & 3) === 0) pipe.read = Number(name)
      if ((flags & 3) === 1) pipe.write = Number(name)
      ends.set(target, pipe)
    } catch { /* closed in between */ }
  }
  const pipes: Pipe[] = []
  for (const { read, write } of ends.values()) {
    if (read !== undefined && write !== undefined) pipes.push({ read, write, inode: fstatSync(read).ino })
  }
  return pipes
}

/** Runs in the thread, from its text: it sees nothing but its parameters. */
function threadMain (threads: typeof workerModule, fs: typeof fsModule, loadInspector: () => typeof inspectorModule): void {
  const WAKE = 0, DUE_IN = 1, LET_GO = 2, ARRIVED = 3, DISPATCHED = 6, WANTED = 0
  const TICK_MS = 50
  const LIFE_MS = 200
  const { flag, cells, lifeFile, pipes, signals, graceMs, overdueKey } = threads.workerData as ThreadData
  // A pipe is read often and is mostly empty: the error of that shall cost no stack trace.
  Error.stackTraceLimit = 0

  // libuv's message is a pointer and an int, padded to the pointer's size.
  const wide = !['arm', 'ia32', 'mips', 'mipsel'].includes(process.arch)
  const messageCells = wide ? 4 : 2
  const message = new Int32Array(128)
  const messageBytes = new Uint8Array(message.buffer)

  let dueAt = Infinity
  let wishedAt = Infinity
  let livedAt = 0
  let stopAt = Infinity
  let ending = false

  const look = (): void => {
    for (const pipe of pipes) {
      let count = 0
      try {
        if (fs.fstatSync(pipe.read).ino !== pipe.inode) continue
        count = fs.readSync(pipe.read, messageBytes, 0, messageBytes.length, null)
        if (count > 0) fs.writeSync(pipe.write, messageBytes, 0, count)
      } catch { continue }
      const waiting = signals.map(() => 0)
      for (let at = 0; at * 4 < count; at += messageCells) {
        const index = signals.indexOf(message[at + messageCells / 2])
        if (index >= 0) waiting[index]++
      }
      waiting.forEach((found, index) => {
        if (found === 0) return
        const arrived = Atomics.load(cells, DISPATCHED + index) + found
        if (arrived <= Atomics.load(cells, ARRIVED + index)) return
        Atomics.store(cells, ARRIVED + index, arrived)
        Atomics.store(flag, WANTED, 1)
      })
    }
  }

  const end = (): void => {
    ending = true
    const inspector = loadInspector()
    const session = new inspector.Session()
    session.connectToMainThread()
    session.post('Runtime.evaluate', { expression: `globalThis[Symbol.for(${JSON.stringify(overdueKey)})]()` })
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 2000)
  }

  const tick = (): void => {
    const asked = Atomics.exchange(cells, DUE_IN, -1)
    const now = performance.now()
    if (asked >= 0) { dueAt = now + asked; wishedAt = Infinity }
    look()
    if (now >= dueAt) {
      Atomics.store(flag, WANTED, 1)
      wishedAt = now
      dueAt = Infinity
    } else if (now >= wishedAt + TICK_MS) {
      if (Atomics.load(flag, WANTED) !== 0) threads.parentPort?.postMessage(0)
      wishedAt = Infinity
    }
    if (lifeFile !== undefined && now >= livedAt + LIFE_MS) {
      livedAt = now
      const date = Date.now() / 1000
      try { fs.utimesSync(lifeFile, date, date) } catch {}
    }
    const stops = Atomics.load(cells, ARRIVED) + Atomics.load(cells, ARRIVED + 1)
    if (stops > 0 && stopAt === Infinity) stopAt = now + graceMs
    if (now >= stopAt && Atomics.load(cells, LET_GO) === 0) end()
  }

  while (!ending) {
    tick()
    const waitMs = Math.min(TICK_MS, dueAt - performance.now())
    if (waitMs > 0) Atomics.wait(cells, WAKE, 0, waitMs)
    Atomics.store(cells, WAKE, 0)
  }
}
