/**
 * Captures at each poll of small programs: in the first part of an async function, after an await, in reactions, executors,
 * generators, timers. The state goes through bytes, everything in flight is dropped, and the decoded tasks must print on as
 * the undisturbed run did.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'
import type { Result } from './programs.js'

const directory = mkdtempSync(join(tmpdir(), 'reprise-tasks-'))
afterAll(() => { rmSync(directory, { recursive: true }) })
const outfile = join(directory, 'programs.mjs')
buildSync({ entryPoints: [join(import.meta.dirname, 'programs.ts')], bundle: true, platform: 'node', format: 'esm', outfile })
const results = JSON.parse(execFileSync(process.execPath, [outfile], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })) as Result[]

describe.each(results)('$name', ({ expected, undisturbed, captured, captures, nested }) => {
  test('undisturbed', () => { expect(undisturbed).toEqual(expected) })
  test('captured at each poll', () => {
    for (const printed of captured) expect(printed).toEqual(expected)
    expect(captures).toBe(captured.length)
    expect(captures).toBeGreaterThan(0)
    expect(nested).toBe(0)
  })
})
