/**
 * Goal: what TypeScript writes is compiled, in every way in which it writes, and its maps still lead to TypeScript.
 * Method: `tspc` of ts-patch in a project outside of the checkout that has reprise among its packages.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { isCompiledText } from '../../runtime/code/mark.js'
import { start } from '../differential/start.js'
import { built, CHECKOUT, makeProject, type Project } from '../loader/project.js'

// tspc patches TypeScript at each start, some seconds on a busy machine.
vi.setConfig({ testTimeout: 180_000 })

const SOURCES = {
  'src/main.ts': `import { helper } from './helper.js'
interface Row { a: number }

export function sum (rows: Row[]): number {
  let total = 0
  for (const row of rows) total += helper(row.a)
  return total
}
console.log(sum([{ a: 1 }, { a: 2 }]))
helper(-1)
`,
  'src/helper.ts': `enum Sign { Minus = -1 }

export function helper (n: number): number {
  if (n === Sign.Minus) throw new Error('minus')
  return n * 2
}
`
}

function tsconfig (options: Record<string, unknown>, plugin: Record<string, unknown> = {}): string {
  return JSON.stringify({
    compilerOptions: {
      target: 'ES2022', outDir: 'dist', rootDir: 'src', strict: true, types: [], lib: ['ES2022', 'DOM'], sourceMap: true, ...options,
      plugins: [{ transform: 'reprise/transformer', transformProgram: true, ...plugin }]
    },
    include: ['src']
  })
}

const projects: Project[] = []
function project (files: Record<string, string>): Project {
  const made = makeProject({ ...SOURCES, ...files })
  for (const name of ['typescript', 'ts-patch']) link(made, name, join(CHECKOUT, 'node_modules', name))
  link(made, 'reprise', CHECKOUT)
  projects.push(made)
  return made
}
function link ({ path }: Project, name: string, target: string): void {
  mkdirSync(dirname(path(`node_modules/${name}`)), { recursive: true })
  symlinkSync(target, path(`node_modules/${name}`), 'junction')
}
afterAll(() => { for (const { remove } of projects) remove() })

const TSPC = join(CHECKOUT, 'node_modules/ts-patch/bin/tspc.js')
const tspc = async ({ folder }: Project, ...words: string[]): ReturnType<typeof start> => await start([TSPC, ...words], { cwd: folder, limitMs: 120_000 })
const text = ({ path }: Project, name: string): string => readFileSync(path(name), 'utf8')

/** Where the map says that a part of the written text comes from. */
function origin (made: Project, name: string, part: string, json = text(made, `${name}.map`)): object {
  const lines = text(made, name).split('\n')
  const line = lines.findIndex(each => each.includes(part))
  return originalPositionFor(new TraceMap(json), { line: line + 1, column: lines[line].indexOf(part) })
}

for (const [module, packageJson] of [['CommonJS', '{}'], ['NodeNext', '{ "type": "module" }']]) {
  describe(`module ${module}`, () => {
    const made = project({ 'package.json': packageJson, 'tsconfig.json': tsconfig({ module, ...(module === 'CommonJS' ? { ignoreDeprecations: '6.0' } : {}), declaration: true, declarationMap: true, incremental: true, tsBuildInfoFile: 'build.info' }) })
    it('compiles text and maps, and leaves declarations alone', async () => {
      const { code, stdout, stderr } = await tspc(made)
      expect(code, stdout + stderr).toBe(0)
      for (const name of ['dist/main.js', 'dist/helper.js']) {
        expect(isCompiledText(text(made, name))).toBe(true)
        expect(text(made, name).trimEnd().endsWith(`//# sourceMappingURL=${name.slice('dist/'.length)}.map`)).toBe(true)
      }
      expect(text(made, 'dist/helper.d.ts')).toContain('export declare function helper(n: number): number')
      expect(origin(made, 'dist/helper.js', "new Error('minus')")).toMatchObject({ source: '../src/helper.ts', line: 4 })
    })
    it('runs under plain Node as its source, with the lines of TypeScript', async () => {
      const { stdout, stderr, code } = await made.node('--enable-source-maps', 'dist/main.js')
      expect(stdout).toBe('6\n')
      expect(code).toBe(1)
      expect(stderr).toContain(`at helper (${made.path('src/helper.ts')}:4:`)
      expect(stderr).toContain(`${made.path('src/main.ts')}:10:`)
    })
    it('an incremental build compiles what it writes again', async () => {
      made.write({ 'src/helper.ts': SOURCES['src/helper.ts'].replace('n * 2', 'n * 3') })
      const { code, stdout } = await tspc(made)
      expect(code, stdout).toBe(0)
      expect(isCompiledText(text(made, 'dist/helper.js'))).toBe(true)
      expect((await made.node('dist/main.js')).stdout).toBe('9\n')
    })
  })
}

describe('other ways of writing', () => {
  it('an embedded map stays embedded', async () => {
    const made = project({ 'package.json': '{ "type": "module" }', 'tsconfig.json': tsconfig({ module: 'NodeNext', sourceMap: false, inlineSourceMap: true }) })
    expect((await tspc(made)).code).toBe(0)
    const base64 = /sourceMappingURL=data:application\/json;base64,(\S+)\s*$/.exec(text(made, 'dist/helper.js'))?.[1] ?? ''
    expect(origin(made, 'dist/helper.js', "new Error('minus')", Buffer.from(base64, 'base64').toString())).toMatchObject({ line: 4 })
  })
  it('without maps none is made', async () => {
    const made = project({ 'package.json': '{ "type": "module" }', 'tsconfig.json': tsconfig({ module: 'NodeNext', sourceMap: false }) })
    expect((await tspc(made)).code).toBe(0)
    expect(isCompiledText(text(made, 'dist/helper.js'))).toBe(true)
    expect(text(made, 'dist/helper.js')).not.toContain('sourceMappingURL')
  })
  it('what is unsupported is a warning with the line of TypeScript, and the exit code stays 0', async () => {
    const made = project({ 'package.json': '{ "type": "module" }', 'tsconfig.json': tsconfig({ module: 'NodeNext' }), 'src/evil.ts': 'interface A { a: 1 }\n\nexport const two: number = eval("1 + 1")\n' })
    const { code, stderr } = await tspc(made)
    expect(code).toBe(0)
    expect(stderr).toMatch(/src\/evil\.ts:3:\d+ warning RP1001: /)
  })
  it('under strict it is an error of TypeScript', async () => {
    const made = project({ 'package.json': '{ "type": "module" }', 'tsconfig.json': tsconfig({ module: 'NodeNext' }, { strict: true }), 'src/evil.ts': 'interface A { a: 1 }\n\nexport const two: number = eval("1 + 1")\n' })
    const { code, stdout } = await tspc(made)
    expect(code).toBe(2)
    expect(stdout).toMatch(/src\/evil\.ts\(3,\d+\): error .*RP1001/)
  })
  it('watch compiles what it writes after a change', async () => {
    const made = project({ 'package.json': '{ "type": "module" }', 'tsconfig.json': tsconfig({ module: 'NodeNext' }) })
    const child = spawn(process.execPath, [TSPC, '--watch', '--preserveWatchOutput'], { cwd: made.folder, stdio: ['ignore', 'pipe', 'pipe'] })
    try {
      const builds = countBuilds(child.stdout)
      await builds(1)
      made.write({ 'src/helper.ts': SOURCES['src/helper.ts'].replace('n * 2', 'n * 5') })
      await builds(2)
      expect(isCompiledText(text(made, 'dist/helper.js'))).toBe(true)
      expect((await made.node('dist/main.js')).stdout).toBe('15\n')
    } finally {
      child.kill()
    }
  })
})

function countBuilds (output: NodeJS.ReadableStream): (count: number) => Promise<void> {
  let text = ''
  let check = (): void => {}
  output.on('data', chunk => { text += String(chunk); check() })
  return async count => await new Promise(resolve => {
    check = () => { if (text.split('Watching for file changes').length > count) resolve() }
    check()
  })
}

describe('reprise compile', () => {
  const made = project({
    'package.json': '{ "type": "module" }',
    'dist/plain.js': '#!/usr/bin/env node\nlet sum = 0\nfor (let i = 0; i < 5; i++) sum += twice(i)\nfunction twice (n) {\n  if (n < 0) throw new Error("negative")\n  return n * 2\n}\nconsole.log(sum)\ntwice(-1)\n',
    'dist/below/data.json': '{}'
  })
  it('into another folder, leaving the input', async () => {
    const before = text(made, 'dist/plain.js')
    const { code, stdout, stderr } = await made.node(built('cli/main.js'), 'compile', 'dist', '--out', 'out', '--json')
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ compiled: [made.path('out/plain.js')], skipped: [], failed: [], diagnostics: [] })
    expect(text(made, 'dist/plain.js')).toBe(before)
    expect(text(made, 'out/plain.js').startsWith('#!')).toBe(true)
    const ran = await made.node('--enable-source-maps', 'out/plain.js')
    expect(ran.stdout).toBe('20\n')
    expect(ran.stderr).toContain(`at twice (${made.path('dist/plain.js')}:5:`)
  })
  it('in place, once', async () => {
    expect((await made.node(built('cli/main.js'), 'compile', 'dist')).stdout).toBe('compiled 1 file\n')
    expect(isCompiledText(text(made, 'dist/plain.js'))).toBe(true)
    expect((await made.node(built('cli/main.js'), 'compile', 'dist')).stdout).toBe('compiled 0 files, 1 file compiled before\n')
    expect((await made.run('dist/plain.js')).stdout).toBe('20\n')
  })
  it('a file that cannot be parsed fails with the exit code 1; the others are compiled', async () => {
    made.write({ 'mixed/broken.js': 'let = = 1\n', 'mixed/fine.js': 'export const a = 1\n' })
    const { code, stdout, stderr } = await made.node(built('cli/main.js'), 'compile', 'mixed')
    expect(code).toBe(1)
    expect(stdout).toBe('compiled 1 file, 1 file failed\n')
    expect(stderr).toContain('broken.js is not compiled')
  })
})
