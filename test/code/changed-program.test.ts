/**
 * Goal: a program that was edited between two processes is refused, named and led on, in every form in which programs come; one
 * that was not is never refused.
 * Method: a small program in projects of their own stops with its first snapshot, is edited, and is started again.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { start, type Ended } from '../differential/start.js'
import { built, makeProject, type Project } from '../loader/project.js'

const projects: Project[] = []
afterAll(() => { for (const { remove } of projects) remove() })

const LOOP = 'let total = 0\nfor (let i = 0; i < 60; i++) total = step(total, i)\nconsole.log("total", total)\n'
const esm = (step: string): string => `import { twice } from './lib.js'\nfunction step (total, i) { for (let j = 0; j < 30; j++) total += twice(i); return ${step} }\n${LOOP}`
const commonjs = (step: string): string => esm(step).replace('import { twice } from', 'const { twice } = require(').replace("'./lib.js'", "'./lib.js')")

interface Form {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly main: string
  /** The file that is edited. */
  readonly edited: string
  readonly build?: string
}
const library = { 'lib.js': 'export const twice = n => n * 2\n' }
const forms: readonly Form[] = [
  { name: 'ES modules', main: 'main.js', edited: 'main.js', files: { 'package.json': '{ "type": "module" }', ...library, 'main.js': esm('total') } },
  { name: 'CommonJS', main: 'main.js', edited: 'main.js', files: { 'lib.js': 'exports.twice = n => n * 2\n', 'main.js': commonjs('total') } },
  { name: 'TypeScript', main: 'main.ts', edited: 'main.ts', files: { 'package.json': '{ "type": "module" }', 'lib.ts': 'export const twice = (n: number): number => n * 2\n', 'main.ts': esm('total').replace('(total, i)', '(total: number, i: number): number') } },
  { name: 'compiled ahead', main: 'dist/main.js', edited: 'dist/main.js', build: 'dist', files: { 'package.json': '{ "type": "module" }', 'dist/lib.js': library['lib.js'], 'dist/main.js': esm('total') } },
  {
    name: 'a package', main: 'main.js', edited: 'node_modules/steps/index.js',
    files: {
      'package.json': '{ "type": "module" }', 'main.js': `import { step } from 'steps'\n${LOOP}`,
      'node_modules/steps/package.json': '{ "type": "module", "exports": "./index.js" }', 'node_modules/steps/lib.js': library['lib.js'],
      'node_modules/steps/index.js': `export ${esm('total').split('\n')[1]}\nimport { twice } from './lib.js'\n`
    }
  }
]

const TOTAL = 'total 106200'
const cli = (folder: string, words: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  start([built('cli/main.js'), 'run', '--interval', '1h', ...words], { cwd: folder, env: { REPRISE_POLLS: 'all', ...env } })

/** Stops within `step`, called for the tenth time or so. */
async function stopped ({ files, main, build }: Form): Promise<Project> {
  const project = makeProject(files)
  projects.push(project)
  if (build !== undefined) await project.node(built('cli/main.js'), 'compile', build)
  const { code } = await cli(project.folder, ['--every', '50', main], { REPRISE_STOP_AFTER: '1' })
  expect(code).toBe(75)
  return project
}

async function edit (project: Project, { edited, files, build }: Form, from: string, to: string): Promise<void> {
  expect(files[edited]).toContain(from)
  writeFileSync(project.path(edited), files[edited].replace(from, to))
  if (build !== undefined) await project.node(built('cli/main.js'), 'compile', build)
}

describe.each(forms)('$name', form => {
  const { main, edited } = form

  test('a changed function on the stack is refused, and goes on with the old code', async () => {
    const project = await stopped(form)
    await edit(project, form, 'return total', 'return total + 1')
    const refused = await cli(project.folder, [main])
    expect(refused.code).toBe(76)
    expect(refused.stdout).toBe('')
    expect(refused.stderr).toMatch(new RegExp(`^  ${edited}: function step \\(line \\d+\\) has changed since the snapshot$`, 'm'))
    expect(refused.stderr).toContain(`--code old ${main}`)
    expect(refused.stderr).toContain(`--fresh ${main}`)
    expect(refused.stderr).not.toContain('--code new')
    expect((await cli(project.folder, ['--code', 'new', main])).code).toBe(76)
    const old = await cli(project.folder, ['--code', 'old', main])
    expect([old.stdout.trim(), old.code]).toEqual([TOTAL, 0])
  })

  test('what has not changed goes on', async () => {
    const project = await stopped(form)
    await edit(project, form, 'function step', '/* a comment */\nfunction step')
    const ended = await cli(project.folder, [main])
    expect([ended.stdout.trim(), ended.code]).toEqual([TOTAL, 0])
    expect(ended.stderr).not.toContain('RP3105')
  })
})

describe('files', () => {
  const [form] = forms

  test('one that is missing is named', async () => {
    const project = await stopped(form)
    rmSync(project.path('lib.js'))
    const { code, stderr } = await cli(project.folder, ['main.js'])
    expect([code, stderr]).toEqual([76, expect.stringContaining('lib.js: is missing')])
  })

  test('one that is not imported any more is named', async () => {
    const project = await stopped({ ...form, files: { ...form.files, 'main.js': `import './other.js'\n${form.files['main.js']}`, 'other.js': 'globalThis.other = new Map()\n' } })
    writeFileSync(project.path('main.js'), form.files['main.js'])
    const { code, stderr, stdout } = await cli(project.folder, ['main.js'])
    expect([code, stdout, stderr]).toEqual([76, '', expect.stringContaining('other.js is not loaded any more')])
  })

  test('a changed closure goes on with the new code where that is asked for', async () => {
    const files = { ...form.files, 'main.js': form.files['main.js'].replace('let total', 'const more = [1].map(n => () => n + 1)\nlet total').replace('"total", total', '"total", total, more[0]()') }
    const project = await stopped({ ...form, files })
    writeFileSync(project.path('main.js'), files['main.js'].replace('n + 1', 'n + 10'))
    const refused = await cli(project.folder, ['main.js'])
    expect([refused.code, refused.stderr]).toEqual([76, expect.stringContaining('--code new main.js')])
    const ended = await cli(project.folder, ['--code', 'new', 'main.js'])
    expect([ended.code, ended.stdout.trim()]).toEqual([0, `${TOTAL} 11`])
  })

  test('code is kept once, and goes with the snapshots', async () => {
    const project = await stopped(form)
    const code = `${project.folder}/.reprise/main.js/code`
    const before = readdirSync(code)
    expect(before).toHaveLength(2)
    for (const file of before) expect(readFileSync(`${code}/${file}`, 'utf8')).toContain('reprise:code:1')
    await cli(project.folder, ['--every', '30', 'main.js'], { REPRISE_STOP_AFTER: '1' })
    expect(readdirSync(code)).toEqual(before)
    await cli(project.folder, ['main.js'])
    mkdirSync(dirname(code), { recursive: true })
    expect(readdirSync(dirname(code))).toEqual([])
  })
})
