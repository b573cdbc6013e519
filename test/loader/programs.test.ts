/**
 * Goal: a program runs from its TypeScript source as it would run under Node after `tsc`, packages included.
 * Method: projects outside of the checkout, started in both ways; the expectation is written by hand, since plain Node cannot run
 * enums, paths or JSX.
 */
import { afterAll, describe, expect, it } from 'vitest'
import { makeProject, type Project } from './project.js'

const projects: Project[] = []
function project (files: Record<string, string>): Project {
  const made = makeProject(files)
  projects.push(made)
  return made
}
afterAll(() => { for (const { remove } of projects) remove() })

const esm = project({
  'package.json': '{ "type": "module", "imports": { "#own": "./src/own.js" }, "reprise": { "exclude": ["left-alone"] } }',
  'tsconfig.base.json': '{ "compilerOptions": { "module": "NodeNext", "target": "ES2022", "experimentalDecorators": true, "jsx": "react", "jsxFactory": "h" } }',
  // Comments and trailing commas are part of its syntax.
  'tsconfig.json': '{ /* here */ "extends": "./tsconfig.base.json", "compilerOptions": { "baseUrl": ".", "paths": { "@lib/*": ["src/lib/*"], } } }',
  'src/main.ts': `
import { Color, add, type Point } from './lib/a.js'
import { b } from '@lib/b'
import { view } from './view.jsx'
import own from '#own'
import whole, { fromCommonJs, nested } from './c.cjs'
import { star } from './star.cjs'
import cjsPackage, { named } from 'cjs-package'
import { passedOn } from 'star-package'
import { esmPackage } from 'esm-package'
import typeless from 'typeless-package'
import { isCompiled } from 'left-alone'
import data from './data.json' with { type: 'json' }
import { index } from './folder'
function sealed (target: Function): void { Object.seal(target) }
@sealed class Decorated {}
enum Local { Three = 3 }
const point: Point = { x: 1, y: Local.Three }
console.log(add(point.x, point.y), Color.Red, b, view(), own, Object.isSealed(Decorated))
console.log(whole.fromCommonJs, fromCommonJs, nested, star, cjsPackage.named, named, esmPackage, typeless.name, isCompiled(), data.key, index, passedOn)
console.log(process.argv.length, process.argv[1].endsWith('main.ts'), typeof require, import.meta.url.endsWith('/src/main.ts'))
console.log((await import('./late.js')).late)
`,
  'src/lib/a.ts': 'export interface Point { x: number, y: number }\nexport enum Color { Red = "red" }\nexport const add = (a: number, b: number): number => a + b\n',
  'src/lib/b.ts': 'export const b: string = "b"\n',
  'src/view.tsx': 'const h = (tag: string, _: unknown, ...children: unknown[]): string => `<${tag}>${children.join("")}</${tag}>`\nexport const view = (): unknown => <p>{1 + 1}</p>\n',
  'src/own.ts': 'export default "own" as string\n',
  'src/c.cts': 'import path = require("node:path")\nexport const fromCommonJs: number = 1\nexport const nested = path.basename("/x/nested") + String(require("./d.cjs").isMain)\n',
  'src/d.cts': 'export = { isMain: require.main === module }\n',
  'src/star.cts': 'export * from "./starred.cjs"\n',
  'src/starred.cts': 'export const star: string = "star"\n',
  'src/data.json': '{ "key": "json" }',
  'src/folder/index.ts': 'export const index: string = "index"\n',
  'src/late.ts': 'export const late: string = "late"\n',
  'node_modules/cjs-package/package.json': '{ "name": "cjs-package", "main": "index.js" }',
  'node_modules/cjs-package/index.js': 'exports.named = "named " + require("./other") + (require.cache[__filename] === module)\n',
  'node_modules/cjs-package/other.js': 'module.exports = "other "\n',
  'node_modules/esm-package/package.json': '{ "name": "esm-package", "type": "module", "exports": "./index.js" }',
  'node_modules/esm-package/index.js': 'import { deep } from "./deep.js"\nexport const esmPackage = "esm " + deep\n',
  'node_modules/esm-package/deep.js': 'export const deep = "deep"\n',
  'node_modules/star-package/package.json': '{ "name": "star-package", "main": "index.js" }',
  'node_modules/star-package/index.js': 'function __exportStar (from, to) { for (const name in from) to[name] = from[name] }\n__exportStar(require("./inner"), exports)\n',
  'node_modules/star-package/inner.js': 'exports.passedOn = "passed on"\n',
  'node_modules/typeless-package/package.json': '{ "name": "typeless-package", "main": "index.js" }',
  'node_modules/typeless-package/index.js': 'const name = "typeless"\nexport default { name }\n',
  'node_modules/left-alone/package.json': '{ "name": "left-alone", "main": "index.js" }',
  'node_modules/left-alone/index.js': 'exports.isCompiled = function isCompiled () { for (const x of [1]) return isCompiled.toString().includes("\\u0024") }\n'
})
const expected = `4 red b <p>2</p> own true
1 1 nestedfalse star named other true named other true esm deep typeless false json index passed on
2 true undefined true
late
`

describe('an ES module program in TypeScript, with packages of all kinds', () => {
  it('reprise run', async () => {
    const { stdout, stderr, code } = await esm.run('src/main.ts')
    expect(stdout, stderr).toBe(expected)
    expect(code).toBe(0)
  })
  it('node --import reprise/register, from the cache', async () => {
    const { stdout, stderr, code } = await esm.register('src/main.ts')
    expect(stdout, stderr).toBe(expected)
    expect(code).toBe(0)
  })
})

describe('a CommonJS program in TypeScript', () => {
  const commonJs = project({
    'tsconfig.json': '{ "compilerOptions": { "module": "CommonJS", "target": "ES2020" } }',
    'main.ts': `
import { value } from './value'
import { basename } from 'path'
namespace Inner { export const five = 5 }
process.nextTick(() => console.log('tick'))
Promise.resolve().then(() => console.log('microtask'))
console.log(require.main === module, module.id, Inner.five, basename(__filename), value, exports === module.exports)
`,
    'value.ts': 'export const value: string = "value"\n'
  })
  it('is require.main, and its ticks come before its microtasks', async () => {
    const { stdout, stderr } = await commonJs.run('main.ts')
    expect(stdout, stderr).toBe('true . 5 main.ts value true\ntick\nmicrotask\n')
  })
})

describe('what is uncaught', () => {
  const failing = project({
    'esm.mts': 'interface Shape { a: 1 }\n\nfunction fail (): void {\n  throw new TypeError("esm fails")\n}\nfail()\n',
    'cjs.cts': 'interface Shape { a: 1 }\n\nfunction fail (): void {\n  throw new TypeError("cjs fails")\n}\nfail()\n'
  })
  for (const [file, text] of [['esm.mts', 'esm fails'], ['cjs.cts', 'cjs fails']]) {
    it(`${file} is told at the user's own lines`, async () => {
      const { stderr, code } = await failing.run(file)
      expect(code).toBe(1)
      expect(stderr).toContain(`TypeError: ${text}`)
      // A path, or for an ES module its URL.
      expect(stderr).toMatch(new RegExp(`at fail \\((?:file://)?${failing.path(file)}:4:9\\)`))
      expect(stderr).toContain(`${failing.path(file)}:6:1`)
    })
  }
  it('a syntax error of TypeScript names file and line', async () => {
    failing.write({ 'broken.mts': 'const fine = 1\nconst broken: = 2\n' })
    const { stderr, code } = await failing.run('broken.mts')
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/broken\.mts\(2,15\): error TS1110/)
  })
})

describe('one runtime, and no instance that is shared with reprise', () => {
  const shared = project({
    'main.mjs': `
import { Command } from 'commander'
import * as own from 'reprise/runtime'
import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
console.log(require('reprise/runtime') === own || require('reprise/runtime').flag === own.flag, new Command('x').name())
`,
    'node_modules/commander/package.json': '{ "name": "commander", "type": "module", "exports": "./index.js" }',
    'node_modules/commander/index.js': 'export class Command { constructor (name) { this.own = name } name () { return "of the program: " + this.own } }\n',
    // Another copy, as an installed project has it.
    'node_modules/reprise/package.json': '{ "name": "reprise", "type": "module", "exports": { "./runtime": "./other.js" } }',
    'node_modules/reprise/other.js': 'export const flag = "of another copy"\n'
  })
  it('reprise/runtime is the running one', async () => {
    const { stdout, stderr } = await shared.run('main.mjs')
    expect(stdout, stderr).toBe('true of the program: x\n')
  })
})
