/**
 * The compiler, in a thread of its own, asked synchronously.
 *
 * `require` is synchronous and so is everything here. In the program's own thread the compiler would share what the program can
 * change (built-ins, `Error.prepareStackTrace`, the module cache: a program that uses TypeScript would get our instance), and a
 * hundred megabytes would stay. The thread ends by itself when nothing has been asked for a while.
 *
 *     cell: IDLE ─ask─▶ BUSY ─answer─▶ IDLE          GONE ◀─ idle for long ─ IDLE (by compare-and-exchange: an ask and
 *                                                    the end cannot both win)
 */
import { MessageChannel, Worker, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { ownFile } from '../../runtime/code/own-files.js'
import type { CompileOutcome, CompileRequest } from './compile-text.js'

const IDLE = 0
const BUSY = 1
const GONE = 2
const IDLE_MS_MAX = 5000
/** A thread that has died (out of memory, say) cannot answer. The largest packages take some ten seconds. */
const ANSWER_MS_MAX = 180_000

interface ThreadData {
  readonly repriseCompiler: true
  readonly cell: Int32Array<SharedArrayBuffer>
  readonly port: MessagePort
}

export const isCompilerThread = (): boolean => isThreadData(workerData)

function isThreadData (data: unknown): data is ThreadData {
  return typeof data === 'object' && data !== null && 'repriseCompiler' in data
}

export type CompileNow = (request: CompileRequest) => CompileOutcome

/** Starts the thread with the first request, and again when it has ended. */
export function compilerInThread (): CompileNow {
  let thread: { cell: Int32Array<SharedArrayBuffer>, port: MessagePort } | undefined
  return request => {
    if (thread === undefined || Atomics.compareExchange(thread.cell, 0, IDLE, BUSY) !== IDLE) {
      thread = startThread()
    }
    const { cell, port } = thread
    port.postMessage(request)
    if (Atomics.wait(cell, 0, BUSY, ANSWER_MS_MAX) === 'timed-out') {
      thread = undefined
      return { error: `${request.path}: the compiler did not answer` }
    }
    const answer = receiveMessageOnPort(port) as { message: CompileOutcome } | undefined
    return answer?.message ?? { error: `${request.path}: the compiler has ended` }
  }
}

function startThread (): { cell: Int32Array<SharedArrayBuffer>, port: MessagePort } {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  cell[0] = BUSY
  const { port1, port2 } = new MessageChannel()
  const data: ThreadData = { repriseCompiler: true, cell, port: port2 }
  const { NODE_OPTIONS: _, ...env } = process.env
  const worker = new Worker(ownFile('cli', 'loader', 'compiler-thread'), {
    workerData: data,
    transferList: [port2],
    // Not the program's: `--import reprise/register` would begin here again.
    execArgv: [],
    env,
  })
  worker.unref()
  port1.unref()
  return { cell, port: port1 }
}

async function serve ({ cell, port }: ThreadData): Promise<void> {
  let end: NodeJS.Timeout | undefined
  const { compileText } = await import('./compile-text.js')
  port.on('message', (request: CompileRequest) => {
    clearTimeout(end)
    let outcome: CompileOutcome
    try {
      outcome = compileText(request)
    } catch (error) {
      outcome = { error: `${request.path}: ${error instanceof Error ? error.stack : String(error)}` }
    }
    port.postMessage(outcome)
    Atomics.store(cell, 0, IDLE)
    Atomics.notify(cell, 0)
    end = setTimeout(() => {
      if (Atomics.compareExchange(cell, 0, IDLE, GONE) === IDLE) port.close()
    }, IDLE_MS_MAX)
  })
}

if (isThreadData(workerData)) {
  const data = workerData
  serve(data).catch((error: unknown) => {
    data.port.postMessage({ error: `the compiler could not be loaded: ${error instanceof Error ? error.stack : String(error)}` })
    Atomics.store(data.cell, 0, GONE)
    Atomics.notify(data.cell, 0)
  })
}
