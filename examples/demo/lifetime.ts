/** One process of the demo, from its start to its end or its kill, with the progress that it printed. */
import { spawn } from 'node:child_process'

export interface Step { readonly ms: number, readonly part: number, readonly line: string }

export interface Lifetime {
  readonly beginMs: number
  readonly endMs: number
  readonly killed: boolean
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly progress: readonly Step[]
  /** The first part of the work that this process reported, and the last. */
  readonly began: number
  readonly reached: number
}

interface Watch {
  /** Counted from the first sign of work, so that a slow machine is not killed while it starts. */
  readonly killAfterMs?: number
  readonly onProgress?: (part: number) => void
}

const PROGRESS = /^ *(\d+\.\d) %  .*$/gm

export function startProgram (args: readonly string[], zero: number, watch: Watch = {}): { ended: Promise<Lifetime> } {
  const beginMs = performance.now() - zero
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const progress: Step[] = []
  let stdout = ''
  let stderr = ''
  let read = 0
  let killed = false
  let timer: NodeJS.Timeout | undefined
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
    if (watch.killAfterMs !== undefined) timer ??= setTimeout(() => { killed = child.kill('SIGKILL') }, watch.killAfterMs)
    const whole = stdout.lastIndexOf('\n') + 1
    for (const match of stdout.slice(read, whole).matchAll(PROGRESS)) {
      progress.push({ ms: performance.now() - zero, part: Number(match[1]) / 100, line: match[0].trim() })
    }
    read = whole
    const last = progress.at(-1)
    if (last !== undefined) watch.onProgress?.(last.part)
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => { stderr += chunk })
  const ended = new Promise<Lifetime>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({
        beginMs,
        endMs: performance.now() - zero,
        killed: killed && signal === 'SIGKILL',
        code,
        signal,
        stdout,
        stderr,
        progress,
        began: progress[0]?.part ?? 0,
        reached: progress.at(-1)?.part ?? 0
      })
    })
  })
  return { ended }
}
