/**
 * The commands that look at runs and remove them, as a user calls them. The runs are put into a store beforehand; running
 * programs is tested where programs are (test/differential), the lifecycle in test/checkpoint.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { catalogue } from '../../runtime/diagnostics/catalogue.js'
import { RUN_OPTIONS } from '../../runtime/checkpoint/settings.js'
import { openFileStore } from '../../runtime/store/file.js'
import { header } from '../store/conformance.js'

const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'reprise-cli-')))
const project = path.join(root, 'project')
const main = path.resolve('dist/cli/main.js')
beforeEach(() => {
  fs.rmSync(project, { recursive: true, force: true })
  fs.mkdirSync(path.join(project, 'src'), { recursive: true })
  fs.writeFileSync(path.join(project, 'package.json'), '{}')
  const store = openFileStore(path.join(project, '.reprise'))
  for (const [id, argv] of [['src~main.ts', []], ['src~main.ts-12345678', ['a']]] as const) {
    const run = store.hold(id)
    const program = path.join(project, 'src/main.ts')
    run.writeRecord({ id, program, argv, cwd: project, command: `reprise src/main.ts ${argv.join(' ')}`.trim(), starts: [{ time: 1, from: null }], generation: 2 })
    for (const sequence of [1, 2]) {
      run.writeSnapshot(header(sequence, { runId: id, program, time: Date.now() - 100_000 / sequence, position: { file: program, line: 3, column: 5, name: 'main' } }), new Uint8Array(2000))
    }
    run.release()
  }
})
afterAll(() => fs.rmSync(root, { recursive: true }))

function reprise (words: string[], cwd = path.join(project, 'src')): { code: number | null, stdout: string, stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { cwd, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined } })
  return { code: status, stdout, stderr }
}

describe('ls', () => {
  test('shows runs and snapshots from anywhere in the project', () => {
    const { code, stdout } = reprise(['ls'])
    expect(code).toBe(0)
    expect(stdout).toContain('src~main.ts  killed, 2 processes so far')
    expect(stdout).toContain('go on with: reprise src/main.ts a')
    expect(stdout).toMatch(/2 +5\d s +2\.0 s +2\.\d kB +main\.ts:3:5 \(main\)/)
  })
  test('--json', () => {
    const runs = JSON.parse(reprise(['ls', '--json']).stdout) as Array<{ id: string, snapshots: Array<{ sequence: number }> }>
    expect(runs.map(({ id }) => id)).toEqual(['src~main.ts', 'src~main.ts-12345678'])
    expect(runs[0].snapshots.map(({ sequence }) => sequence)).toEqual([2, 1])
  })
  test('an empty store says where it looked, and is not made', () => {
    const { stdout } = reprise(['ls', '--store', path.join(root, 'nothing')])
    expect(stdout).toContain(path.join(root, 'nothing'))
    expect(fs.existsSync(path.join(root, 'nothing'))).toBe(false)
  })
})

describe('rm', () => {
  test('removes a run', () => {
    expect(reprise(['rm', 'src~main.ts']).stdout).toBe('removed src~main.ts\n')
    expect(openFileStore(path.join(project, '.reprise')).runs().map(({ id }) => id)).toEqual(['src~main.ts-12345678'])
  })
  test('--all', () => {
    expect(JSON.parse(reprise(['rm', '--all', '--json']).stdout)).toEqual({ removed: ['src~main.ts', 'src~main.ts-12345678'] })
  })
  test('a run that a process holds stays, 77', () => {
    const run = openFileStore(path.join(project, '.reprise')).hold('src~main.ts')
    const { code, stderr } = reprise(['rm', 'src~main.ts'])
    run.release()
    expect(code).toBe(77)
    expect(stderr).toContain(`process ${process.pid}`)
  })
  test('without a name nothing is removed, 64', () => {
    expect(reprise(['rm']).code).toBe(64)
  })
})

describe('show', () => {
  test('a run that is not there is 74', () => {
    const { code, stderr } = reprise(['show', 'other'])
    expect(code).toBe(74)
    expect(stderr).toContain('RP5003')
  })
  test('shows of a damaged snapshot what can be read', () => {
    const file = path.join(project, '.reprise/src~main.ts/00000002.snapshot')
    fs.truncateSync(file, 1000)
    const { code, stdout, stderr } = reprise(['show', 'src~main.ts'])
    expect(code).toBe(74)
    expect(stderr).toContain('torn')
    expect(stdout).toContain('stands at main.ts:3:5 (main)')
    expect(fs.statSync(file).size).toBe(1000)
  })
})

describe('explain', () => {
  test('a code, in any case, with what to do', () => {
    const { stdout } = reprise(['explain', 'rp4001'])
    expect(stdout).toContain('RP4001')
    expect(stdout).toContain(catalogue.RP4001.remedy)
  })
  test('all codes', () => {
    const all = JSON.parse(reprise(['explain', '--json']).stdout) as Array<{ code: string, remedy: string, message: string }>
    expect(all.map(({ code }) => code)).toEqual(Object.keys(catalogue))
    for (const { message, remedy } of all) {
      expect(message).not.toContain('undefined')
      expect(remedy).toMatch(/\.$/)
    }
  })
  test('a code that is not there is 64', () => {
    expect(reprise(['explain', 'RP9999']).code).toBe(64)
  })
})

describe('usage', () => {
  test('--help teaches', () => {
    const { code, stdout } = reprise(['--help'])
    expect(code).toBe(0)
    for (const part of ['reprise src/main.ts', 'ls', 'show', 'rm', 'explain', 'kill -9', 'Examples']) expect(stdout).toContain(part)
  })
  test('run --help names every option and its environment name', () => {
    const { stdout } = reprise(['run', '--help'])
    for (const { name } of RUN_OPTIONS) {
      expect(stdout).toContain(`--${name}`)
      expect(stdout).toContain(`REPRISE_${name.toUpperCase().replaceAll('-', '_')}`)
    }
  })
  test.each([[['run']], [['run', '--nonsense', 'a.js']], [['no-such-program.ts']], [['ls', '--nonsense']], [['run', '--interval', '5', 'a.js']]])('%j is 64', (words) => {
    const { code, stderr, stdout } = reprise(words)
    expect(code).toBe(64)
    expect(stderr).not.toBe('')
    expect(stdout).toBe('')
  })
  test('--version', () => {
    expect(reprise(['--version']).code).toBe(0)
  })
})
