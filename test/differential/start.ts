/** Starts a Node process and waits for its end: the one place where the differential tests touch processes. */
import { spawn } from 'node:child_process'
import { nodes } from './nodes.js'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** We ended it, since it took too long. */
  readonly overdue: boolean
  readonly stdout: string
  readonly stderr: string
}

export interface StartOptions {
  readonly cwd: string
  readonly env?: Record<string, string>
  readonly limitMs?: number
  /** The binary; the first of `nodes` if missing. */
  readonly node?: string
  /** Called with a function that kills the process as kill -9 does; may return what to call at its end. */
  readonly onStart?: (kill: () => void) => (() => void) | undefined
}

/** Settings of the person who runs the tests must not reach the programs. */
const ownEnv = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(REPRISE_|NODE_|VITEST|FORCE_COLOR|NO_COLOR)/.test(name)))

export async function start (args: readonly string[], options: StartOptions): Promise<Ended> {
  return await new Promise((resolve, reject) => {
    const child = spawn(options.node ?? nodes[0], args, { cwd: options.cwd, env: { ...ownEnv, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    let overdue = false
    const kill = (): void => { child.kill('SIGKILL') }
    const timer = setTimeout(() => { overdue = true; kill() }, options.limitMs ?? 60_000)
    const atEnd = options.onStart?.(kill)
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      atEnd?.()
      resolve({ code, signal, overdue, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() })
    })
  })
}
