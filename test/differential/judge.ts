/**
 * The judgement, apart from what runs the programs, so that it can be tested by itself. Each function returns the fault in
 * words, or undefined.
 */
import type { Ended } from './start.js'

export function faultOfEnd (ended: Ended, exitCode = 0): string | undefined {
  if (ended.overdue) return `it took too long\n${ended.stderr}`
  if (ended.code !== exitCode) return `it ended with ${ended.code ?? ended.signal} instead of ${exitCode}\n${ended.stderr}`
  return undefined
}

export function faultOfStdout (stdout: string, expected: string): string | undefined {
  if (stdout === expected) return undefined
  const lines = stdout.split('\n')
  const wanted = expected.split('\n')
  const at = wanted.findIndex((line, index) => lines[index] !== line)
  if (at === -1) return `stdout has ${lines.length} lines instead of ${wanted.length}`
  return `line ${at + 1} of stdout is ${JSON.stringify(lines[at] ?? null)} instead of ${JSON.stringify(wanted[at])}`
}

/**
 * Follows the stdout of a program that is killed and started again. A start goes on from a snapshot that is older than the
 * kill, so it may print again what the earlier one had printed, but never less, and nothing else: each start's stdout is a
 * piece of the expected one which begins no later than where the earlier starts have stopped.
 */
export class PiecesOfStdout {
  #reached = 0
  #starts = 0
  readonly #expected: string

  constructor (expected: string) { this.#expected = expected }

  add (stdout: string): string | undefined {
    this.#starts++
    if (stdout === '') return undefined
    const at = this.#expected.lastIndexOf(stdout, this.#reached)
    if (at === -1) return `start ${this.#starts} printed what does not follow line ${this.#expected.slice(0, this.#reached).split('\n').length}: ${JSON.stringify(stdout.slice(0, 300))}`
    this.#reached = Math.max(this.#reached, at + stdout.length)
    return undefined
  }

  faultOfLast (): string | undefined {
    if (this.#reached === this.#expected.length) return undefined
    return `after ${this.#starts} starts stdout stops before ${JSON.stringify(this.#expected.slice(this.#reached, this.#reached + 100))}`
  }
}
