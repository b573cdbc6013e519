/**
 * Goal: a program is compiled once, and a damaged, foreign or contended cache never changes what runs.
 * Method: the cache's folder is looked at from outside between starts.
 */
import { existsSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { keyOf, readCompiled, writeCompiled } from '../../cli/loader/cache.js'
import { makeProject, type Project } from './project.js'

const projects: Project[] = []
function project (files: Record<string, string>): Project {
  const made = makeProject(files)
  projects.push(made)
  return made
}
afterAll(() => { for (const { remove } of projects) remove() })

const files = {
  'main.mjs': 'import { twice } from "./twice.mjs"\nlet sum = 0\nfor (let i = 0; i < 10; i++) sum += twice(i)\nconsole.log(sum)\n',
  'twice.mjs': 'export function twice (n) { return n * 2 }\n'
}

function entries ({ folder }: Project): Map<string, number> {
  const root = join(folder, 'node_modules/.cache/reprise')
  const found = new Map<string, number>()
  for (const compiler of readdirSync(root)) {
    for (const name of readdirSync(join(root, compiler))) found.set(join(root, compiler, name), statSync(join(root, compiler, name)).mtimeMs)
  }
  return found
}

it('the second start compiles nothing; a changed file is compiled again', async () => {
  const made = project(files)
  expect((await made.run('main.mjs')).stdout).toBe('90\n')
  const first = entries(made)
  expect([...first.keys()].filter(path => path.endsWith('.js'))).toHaveLength(2)
  expect((await made.run('main.mjs')).stdout).toBe('90\n')
  expect(entries(made)).toEqual(first)
  made.write({ 'twice.mjs': 'export function twice (n) { return n * 3 }\n' })
  expect((await made.run('main.mjs')).stdout).toBe('135\n')
  expect(entries(made).size).toBe(first.size + 2)
})

it('a short file, as a power failure leaves it, is written anew', async () => {
  const made = project(files)
  await made.run('main.mjs')
  for (const path of entries(made).keys()) if (path.endsWith('.js')) truncateSync(path, 40)
  expect((await made.run('main.mjs')).stdout).toBe('90\n')
  for (const path of entries(made).keys()) if (path.endsWith('.js')) expect(readFileSync(path, 'utf8')).toContain('sourceMappingURL=')
})

it('several first starts at once', async () => {
  const made = project(files)
  const ends = await Promise.all([1, 2, 3].map(async n => await made.run('--id', `run${n}`, 'main.mjs')))
  expect(ends.map(({ stdout }) => stdout)).toEqual(['90\n', '90\n', '90\n'])
  for (const path of entries(made).keys()) expect(path).toMatch(/\.(?:js|map)$/)
})

it('a folder that cannot be written does not hinder the program', async () => {
  const made = project(files)
  // A file where the folder would be: unlike missing rights, this stops root too.
  made.write({ 'node_modules/.cache': 'in the way' })
  expect((await made.run('main.mjs')).stdout).toBe('90\n')
})

it('the key tells all that decides about the text', () => {
  const base = { source: 'a', fileName: '/a.js', options: { kind: 'esm' } }
  const others = [{ ...base, source: 'b' }, { ...base, fileName: '/b.js' }, { ...base, options: { kind: 'commonjs' } }]
  expect(new Set([base, ...others].map(keyOf)).size).toBe(4)
})

it('without a folder the map is embedded', () => {
  const { text, path } = writeCompiled(undefined, 'key', 'code', { version: 3, sources: ['x'], names: [], mappings: '' })
  expect(path).toBeUndefined()
  expect(text).toMatch(/^code\n\/\/# sourceMappingURL=data:application\/json;base64,/)
})

it('what was written is read, and only whole', () => {
  const made = project({})
  const written = writeCompiled(made.folder, 'key', 'code', null)
  expect(readCompiled(made.folder, 'key')).toEqual(written)
  expect(existsSync(join(made.folder, 'key.map'))).toBe(true)
  writeFileSync(join(made.folder, 'key.js'), written.text.slice(0, -1))
  expect(readCompiled(made.folder, 'key')).toBeUndefined()
})
