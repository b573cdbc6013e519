/** Goal: TypeScript's resolution, and Node's choice of module kind, one row for each rule. Method: tables over files on disk. */
import { afterAll, describe, expect, it } from 'vitest'
import { facadeOf } from '../../cli/loader/facade.js'
import { setGeneration, withGeneration } from '../../cli/loader/generation.js'
import { kindOf } from '../../cli/loader/kind.js'
import { resolveAfter, resolveBefore } from '../../cli/loader/resolve.js'
import { makeProject } from './project.js'

const project = makeProject({
  'package.json': '{}',
  'tsconfig.json': '{ "compilerOptions": { "module": "ESNext", "baseUrl": ".", "paths": { "~/*": ["src/*"] } } }',
  'src/main.ts': '',
  'src/plain.js': '',
  'src/a.ts': '',
  'src/stale.ts': '',
  'src/stale.js': '',
  'src/only.js': '',
  'src/view.tsx': '',
  'src/m.mts': '',
  'src/c.cts': '',
  'src/folder/index.ts': '',
  'src/with-main/package.json': '{ "main": "./lib.js" }',
  'src/with-main/lib.ts': '',
  'cjs/tsconfig.json': '{ "compilerOptions": { "module": "CommonJS" } }',
  'esm/package.json': '{ "type": "module" }',
  'typed/package.json': '{ "type": "commonjs" }'
})
afterAll(project.remove)
const main = project.path('src/main.ts')

describe('resolveBefore: an importer in TypeScript', () => {
  const rows: [specifier: string, found: string | undefined][] = [
    ['./a.js', 'src/a.ts'],
    ['./a.ts', 'src/a.ts'],
    ['./a', 'src/a.ts'],
    ['./a.js?x=1', 'src/a.ts'],
    ['./stale.js', 'src/stale.ts'],
    ['./only.js', 'src/only.js'],
    ['./view.jsx', 'src/view.tsx'],
    ['./view.js', 'src/view.tsx'],
    ['./m.mjs', 'src/m.mts'],
    ['./c.cjs', 'src/c.cts'],
    ['./folder', 'src/folder/index.ts'],
    ['./with-main', 'src/with-main/lib.ts'],
    ['~/a.js', 'src/a.ts'],
    ['~/folder', 'src/folder/index.ts'],
    ['./missing.js', undefined],
    ['node:fs', undefined],
    ['some-package', undefined]
  ]
  for (const [specifier, found] of rows) {
    it(`${specifier} is ${found ?? 'left to Node'}`, () => {
      expect(resolveBefore(specifier, main)).toBe(found === undefined ? undefined : project.path(found))
    })
  }
  it('an importer in JavaScript is left to Node, and helped when Node has failed', () => {
    const plain = project.path('src/plain.js')
    expect(resolveBefore('./a.js', plain)).toBeUndefined()
    expect(resolveAfter('./a.js', plain, new Error('not found'))).toBe(project.path('src/a.ts'))
    expect(resolveAfter('./missing.js', plain, new Error('not found'))).toBeUndefined()
  })
  it("a package.json's own names lead to TypeScript as well", () => {
    expect(resolveAfter('#a', main, new Error(`Cannot find module '${project.path('src/a.js')}' imported from x`))).toBe(project.path('src/a.ts'))
  })
})

describe('kindOf', () => {
  const rows: [path: string, source: string, kind: 'esm' | 'commonjs'][] = [
    ['x.mjs', '', 'esm'],
    ['x.mts', '', 'esm'],
    ['x.cjs', 'import x from "x"', 'commonjs'],
    ['x.cts', 'import x from "x"', 'commonjs'],
    ['esm/x.js', 'module.exports = 1', 'esm'],
    ['esm/x.ts', '', 'esm'],
    ['typed/x.js', 'import x from "x"', 'commonjs'],
    ['typed/x.ts', 'import x from "x"', 'commonjs'],
    ['x.js', 'module.exports = 1', 'commonjs'],
    ['x.js', 'import x from "x"', 'esm'],
    ['x.js', 'export const a = 1', 'esm'],
    ['x.js', 'console.log(import.meta.url)', 'esm'],
    ['x.js', 'await 1', 'esm'],
    ['x.js', 'const module = 1; await module', 'esm'],
    ['x.js', '#!/usr/bin/env node\nrequire("x")', 'commonjs'],
    ['x.js', '// import x from "x"\nlet exported = "export const a = 1"', 'commonjs'],
    ['x.js', 'import("x")', 'commonjs'],
    ['x.js', 'import broken from', 'esm'],
    ['src/x.ts', 'import { a } from "x"', 'esm'],
    ['src/x.ts', 'import type { A } from "x"\nconst a: A = 1', 'esm'],
    ['src/x.ts', 'import a = require("x")', 'commonjs'],
    ['src/x.ts', 'export = 1', 'commonjs'],
    ['src/x.ts', 'export enum E { A }', 'esm'],
    ['src/x.ts', 'const a: number = 1', 'commonjs'],
    ['cjs/x.ts', 'import { a } from "x"', 'commonjs']
  ]
  for (const [path, source, kind] of rows) it(`${path} with ${JSON.stringify(source)}: ${kind}`, () => expect(kindOf(project.path(path), () => source)).toBe(kind))
})

it('a generation is handed on to what a module imports', () => {
  expect(withGeneration('file:///b.js', '/b.js', 'file:///a.js?reprise=3')).toBe('file:///b.js?reprise=3')
  expect(withGeneration('file:///b.js?own=1', '/b.js', 'file:///a.js?reprise=3')).toBe('file:///b.js?own=1&reprise=3')
  expect(withGeneration('file:///b.js', '/b.js', 'file:///a.js')).toBe('file:///b.js')
  setGeneration(2)
  expect(withGeneration('file:///b.js', '/b.js', undefined)).toBe('file:///b.js?reprise=2')
  setGeneration(0)
})

it('a dependency of ours has an instance of its own in the program', () => {
  expect(withGeneration('file:///p/node_modules/commander/x.js', '/p/node_modules/commander/x.js', 'file:///p/a.js')).toMatch(/\?reprise=0$/)
})

it('a facade names what CommonJS text exports', () => {
  const text = facadeOf('/x.cts', 'Object.defineProperty(exports, "__esModule", { value: true });\nexports.a = 1;\nexports["b-c"] = 2;\n__exportStar(require("./d.cjs"), exports);\n')
  expect(text).toContain('as "a" }')
  expect(text).toContain('as "b-c" }')
  expect(text).toContain('export * from "./d.cjs"')
  expect(text).not.toContain('__esModule')
})
