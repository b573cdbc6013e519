/** One process after the other goes on from the snapshot before, takes one of its own and stops: what do they weigh and cost? */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Generation {
  /** Of its snapshot. */
  readonly bytes: number
  /** From the start of the process to its end, its own work included. */
  readonly wallMs: number
}

// npm runs scripts and tests in the checkout's folder.
const root = process.cwd()

export function runGenerations (count: number, program = join(root, 'bench/generations/program.mjs')): Generation[] {
  const place = mkdtempSync(join(tmpdir(), 'reprise-generations-'))
  const report = join(place, 'report.json')
  const generations: Generation[] = []
  try {
    for (let generation = 1; generation <= count; generation++) {
      const begun = performance.now()
      const { status, stderr } = spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), 'run', '--store', join(place, 'store'), '--interval', '1h', '--every', '400', '--quiet', program], {
        env: { ...process.env, REPRISE_STOP_AFTER: '1', REPRISE_REPORT: report }, encoding: 'utf8', timeout: 60_000
      })
      const wallMs = performance.now() - begun
      const { lastBytes, restores } = JSON.parse(readFileSync(report, 'utf8')) as { lastBytes: number, restores: number }
      if (status !== 75 || restores !== (generation > 1 ? 1 : 0)) throw new Error(`generation ${generation} ended with ${status}, ${restores} restores: ${stderr}`)
      generations.push({ bytes: lastBytes, wallMs })
    }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
  return generations
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
