/**
 * The run's lifecycle in real processes, with a program whose state is one number (counting-program.ts): begin, kill, go on,
 * signals, damage, locks, ends, messages. What the real core does with real programs is tested elsewhere.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { spawn, type ChildProcess } from 'node:child_process'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Report } from '../../runtime/checkpoint/report.js'

const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'reprise-run-')))
let folder = ''
let number = 0
beforeAll(() => {
  buildSync({ entryPoints: ['test/checkpoint/counting-program.ts'], bundle: true, platform: 'node', format: 'esm', outfile: path.join(root, 'counting.mjs') })
})
beforeEach(() => {
  folder = path.join(root, `${++number}`)
  fs.mkdirSync(folder)
  fs.copyFileSync(path.join(root, 'counting.mjs'), path.join(folder, 'main.mjs'))
  fs.writeFileSync(path.join(folder, 'package.json'), '{}')
})
afterAll(() => fs.rmSync(root, { recursive: true }))

interface Ended { code: number | null, signal: string | null, stdout: string, stderr: string, lastLine: string, report: Report }

class Started {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  readonly ended: Promise<Ended>
  constructor (words: string[], environment: NodeJS.ProcessEnv = {}) {
    const reportFile = path.join(folder, 'report.json')
    fs.rmSync(reportFile, { force: true })
    this.child = spawn(process.execPath, [path.join(folder, 'main.mjs'), ...words], { cwd: folder, env: { ...process.env, REPRISE_REPORT: reportFile, ...environment } })
    this.child.stdout?.on('data', (data: Buffer) => { this.stdout += data.toString() })
    this.child.stderr?.on('data', (data: Buffer) => { this.stderr += data.toString() })
    this.ended = new Promise((resolve) => this.child.on('close', (code, signal) => {
      let report = {} as Report
      try { report = JSON.parse(fs.readFileSync(reportFile, 'utf8')) as Report } catch {}
      resolve({ code, signal, stdout: this.stdout, stderr: this.stderr, lastLine: this.stderr.trimEnd().split('\n').at(-1) ?? '', report })
    }))
  }

  async until (seen: () => boolean): Promise<void> {
    while (!seen()) {
      if (this.child.exitCode !== null) throw new Error(`ended early: ${this.stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

const run = async (words: string[], environment?: NodeJS.ProcessEnv): Promise<Ended> => await new Started(words, environment).ended
const store = (): string => path.join(folder, '.reprise')
const snapshots = (): string[] => {
  const runs = fs.existsSync(store()) ? fs.readdirSync(store()).filter((name) => !name.startsWith('.gitignore')) : []
  return runs.flatMap((name) => fs.readdirSync(path.join(store(), name)).filter((file) => file.endsWith('.snapshot')).map((file) => path.join(store(), name, file)))
}
/** Starts, waits until snapshots stand in the store, and kills. */
async function killAfterSnapshot (words: string[], count = 2): Promise<Ended> {
  const started = new Started(words)
  await started.until(() => snapshots().length >= count)
  started.child.kill('SIGKILL')
  return await started.ended
}

describe('kill and go on', () => {
  test('a killed run goes on from its newest snapshot, and a finished one leaves nothing', async () => {
    await killAfterSnapshot(['--interval', '20ms', 'count', '500'])
    const second = await run(['--interval', '20ms', 'count', '500'])
    expect(second.stderr).toMatch(/going on with ".*" from snapshot \d+, .* old, at \/program\/main\.ts:\d+:3 \(count\); .*work was lost/)
    expect(second.stdout).toMatch(/from [1-9]\d*\n/)
    expect(second.stdout).toContain('total 500\nexit 0')
    expect(second.code).toBe(0)
    expect(second.report.restores).toBe(1)
    expect(second.report.generation).toBe(2)
    expect(second.report.polls).toBeGreaterThan(0)
    expect(fs.readdirSync(store())).toEqual(['.gitignore'])
  })

  test('--every N takes one at every N-th poll', async () => {
    const { report } = await run(['--every', '10', '--interval', '1h', 'count', '95'])
    expect(report.snapshots).toBe(9)
    expect(report.polls).toBe(95)
  })

  test('--keep keeps, --fresh begins anew, --quiet says nothing but reports', async () => {
    await run(['--every', '10', '--keep', 'count', '50'])
    expect(snapshots().length).toBeGreaterThan(0)
    const quiet = await run(['--fresh', '--quiet', 'count', '20'])
    expect(quiet.stdout).toContain('from 0')
    expect(quiet.stderr).toBe('')
    expect(quiet.report.polls).toBeGreaterThan(0)
  })

  test('options come from the environment as well', async () => {
    const { report } = await run(['count', '40'], { REPRISE_EVERY: '10', REPRISE_QUIET: '1', REPRISE_ID: 'mine' })
    expect(report.snapshots).toBe(4)
    expect(report.runId).toBe('mine')
  })

  test('--from goes on from an older one; one that is not there is 74', async () => {
    await run(['--every', '10', '--keep', 'count', '50'])
    const older = await run(['--from', '4', '--keep', 'count', '50'])
    expect(older.stdout).toContain('from 39')
    const missing = await run(['--from', '77', 'count', '50'])
    expect(missing.code).toBe(74)
    expect(missing.stdout).toBe('')
  })

  test('--max-age refuses with 76', async () => {
    await run(['--every', '10', '--keep', 'count', '50'])
    const refused = await run(['--max-age', '1ms', 'count', '50'])
    expect(refused.code).toBe(76)
    expect(refused.stdout).toBe('')
    expect(snapshots().length).toBeGreaterThan(0)
  })

  test('a start with other arguments names the unfinished run', async () => {
    await killAfterSnapshot(['--interval', '20ms', 'count', '500'])
    const other = await run(['count', '3'])
    expect(other.stderr).toContain('reprise run --interval 20ms main.ts count 500')
  })

  test('three ends without progress are noticed', async () => {
    const words = ['--id', 'stuck', '--interval', '1h']
    await run(['--id', 'stuck', '--every', '10', '--keep', 'count', '50'])
    for (let start = 0; start < 3; start++) {
      const started = new Started([...words, 'count', '50000'])
      await started.until(() => started.stdout.includes('from'))
      started.child.kill('SIGKILL')
      expect((await started.ended).stderr).not.toContain('without a newer one')
    }
    const fourth = await run([...words, 'count', '60'])
    expect(fourth.stderr).toMatch(/RP4007: The last 3 processes went on from snapshot 5 .* --from 4 /)
  })
})

describe('damage', () => {
  const tear = (file: string): void => fs.truncateSync(file, fs.statSync(file).size - 1)

  test('a torn newest falls back to the one before, loudly, and is kept', async () => {
    await run(['--every', '10', '--keep', 'count', '50'])
    tear(snapshots().sort().at(-1) ?? '')
    const next = await run(['--keep', 'count', '50'])
    expect(next.stdout).toContain('from 39')
    expect(next.stderr).toMatch(/WARNING RP4004: Snapshot 5 .*damaged: it is torn.*back to snapshot 4 costs .*00000005\.snapshot\.damaged/)
    expect(fs.readdirSync(path.dirname(snapshots()[0]))).toContain('00000005.snapshot.damaged')
  })

  test('all damaged: begins anew, loudly', async () => {
    await run(['--every', '10', '--keep', 'count', '50'])
    snapshots().forEach(tear)
    const next = await run(['count', '50'])
    expect(next.stdout).toContain('from 0')
    expect(next.stderr.match(/WARNING/g)?.length).toBeGreaterThan(2)
  })
})

describe('the store', () => {
  test('a second process with the same id is refused with 77 and told who holds it', async () => {
    const first = new Started(['--interval', '20ms', 'wait'])
    await first.until(() => snapshots().length > 0)
    const second = await run(['wait'])
    expect(second.code).toBe(77)
    expect(second.stderr).toContain(`process ${first.child.pid} on`)
    first.child.kill('SIGKILL')
    await first.ended
  })

  test('a store that cannot be written is 73', async () => {
    fs.writeFileSync(store(), 'in the way')
    const { code, stderr, stdout } = await run(['count', '3'])
    expect(code).toBe(73)
    expect(stderr).toContain(store())
    expect(stdout).toBe('')
  })
})

describe('ends', () => {
  test('an uncaught error keeps the snapshots; after Node\'s report the last line tells how to go on', async () => {
    const { code, stderr, lastLine, stdout } = await run(['--every', '10', 'throw', '50'])
    expect(code).toBe(1)
    expect(stdout).toContain('exit 1')
    expect(stderr).toContain('TypeError: at the end')
    expect(stderr).toContain(`Node.js ${process.version}`)
    expect(lastLine).toContain('reprise run --every 10 main.ts throw 50')
    expect(lastLine).toContain('--fresh')
    expect(snapshots().length).toBeGreaterThan(0)
  })

  test('an uncaught error before any snapshot is left to Node', async () => {
    const { code, stderr } = await run(['--interval', '1h', 'throw', '3'])
    expect(code).toBe(1)
    expect(stderr).toContain('TypeError: at the end')
    expect(stderr.match(/TypeError: at the end/g)).toHaveLength(1)
    expect(stderr).not.toContain('reprise: ended')
  })

  test('a code set by the program\'s last exit handler counts', async () => {
    const { code, lastLine, stdout } = await run(['--every', '10', 'code', '50'])
    expect(code).toBe(3)
    expect(stdout.match(/exit/g)).toHaveLength(1)
    expect(lastLine).toContain('exit code 3')
    expect(snapshots().length).toBeGreaterThan(0)
  })
})

describe('signals', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s in a busy loop stops with a snapshot and 75', async (signal) => {
    const started = new Started(['--interval', '1h', 'count', '100000'])
    await started.until(() => started.stdout.includes('from'))
    started.child.kill(signal)
    const { code, lastLine, stdout, report } = await started.ended
    expect(code).toBe(75)
    expect(lastLine).toBe('reprise: to go on: reprise run --interval 1h main.ts count 100000')
    expect(stdout).not.toContain('exit')
    expect(report.snapshots).toBe(1)
    const next = await run(['--every', '1', 'count', '100000'], { REPRISE_STOP_AFTER: '1' })
    expect(next.stdout).toMatch(/from [1-9]/)
    expect(next.report.lostMs).toBe(0)
    expect(next.code).toBe(75)
  })

  test('SIGTERM while the program waits stops with a snapshot and 75', async () => {
    const started = new Started(['--interval', '1h', 'wait'])
    await started.until(() => started.stdout.includes('from'))
    started.child.kill('SIGTERM')
    expect((await started.ended).code).toBe(75)
    expect(snapshots()).toHaveLength(1)
  })

  test('a program that waits gets its snapshots at the interval', async () => {
    await killAfterSnapshot(['--interval', '30ms', 'wait'])
    expect(snapshots().length).toBeGreaterThan(1)
  })

  test('SIGUSR2 takes a snapshot, busy or waiting', async () => {
    for (const words of [['count', '100000'], ['wait']]) {
      const started = new Started(['--interval', '1h', ...words])
      await started.until(() => started.stdout.includes('from'))
      const before = snapshots().length
      started.child.kill('SIGUSR2')
      await started.until(() => snapshots().length > before)
      started.child.kill('SIGKILL')
      await started.ended
    }
  })

  test('the second signal goes to the program\'s handler', async () => {
    const started = new Started(['--interval', '1h', 'handled'])
    await started.until(() => started.stdout.includes('waiting'))
    // No snapshot can be taken: the first signal waits for one.
    started.child.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(started.stdout).not.toContain('handled')
    started.child.kill('SIGTERM')
    const { code, stdout } = await started.ended
    expect(stdout).toContain('handled')
    expect(code).toBe(9)
  })

  test('without a snapshot in time the second signal kills, as under node', async () => {
    const started = new Started(['--interval', '1h', 'postponed', '100000'])
    await started.until(() => started.stdout.includes('from'))
    const press = setInterval(() => started.child.kill('SIGTERM'), 500)
    const { signal, report } = await started.ended
    clearInterval(press)
    expect(signal).toBe('SIGTERM')
    expect(report.postponed).toBeGreaterThan(0)
  })

  test('a snapshot that cannot be taken in time: says so and ends with the one before', async () => {
    const started = new Started(['--every', '5', '--interval', '1h', 'deaf'])
    await started.until(() => started.stdout.includes('deaf'))
    started.child.kill('SIGINT')
    const { code, stderr, lastLine } = await started.ended
    expect(code).toBe(75)
    expect(stderr).toContain('no snapshot could be taken in time')
    expect(lastLine).toContain('to go on: reprise run')
  }, 20_000)
})

test('a snapshot that fails never stops the program', async () => {
  const { code, stderr, report } = await run(['--interval', '20ms', 'unsupported', '100'])
  expect(code).toBe(0)
  expect(report.failed).toBeGreaterThan(1)
  expect(stderr.match(/a snapshot failed: a Socket cannot be kept/g)).toHaveLength(1)
})
