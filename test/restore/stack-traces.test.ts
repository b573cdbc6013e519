/**
 * A trace must read like that of the undisturbed program. The stacks are put together by hand: a machine on the native stack,
 * frames on the heap below, sites as the compiler describes them.
 */
import vm from 'node:vm'
import { addMapping, GenMapping, toEncodedMap } from '@jridgewell/gen-mapping'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { THROW, type Machine, type ModuleSites, type Site, type SiteKind } from '../../runtime/code/site.js'
import { registerText } from '../../runtime/code/texts.js'
import { resumeStack, runRoot } from '../../runtime/restore/drive.js'
import { Frame } from '../../runtime/restore/frame.js'
import type { LiveModule } from '../../runtime/modules/live-module.js'
import { register } from '../../runtime/modules/registry.js'
import { installStackTraces, keepHeapFrames } from '../../runtime/restore/stack-traces.js'

const nodes = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')!
beforeAll(installStackTraces)
afterEach(() => { Error.prepareStackTrace = nodes.value as typeof Error.prepareStackTrace })

const passOn: Machine = (_, mode, value) => { if (mode === THROW) throw value; return value }
const file = '/app/rows.js'
const sites: Site[] = []
const module: ModuleSites = { id: file, sites }
function site (name: string, kind: SiteKind, lines: number[], resume: Machine = passOn): Site {
  const points = new Map(lines.map((line, index) => [7000001 + index, { line, column: 3 }]))
  const made: Site = { module, index: sites.length, name, kind, layout: [], points, resume, loops: new Map(), make: undefined }
  sites.push(made)
  return made
}

/** As the compiler prints a machine and its arrow in the table of sites. */
const text = `let $pc
function deep$resume ($frame, $mode, $value) { for (;;) switch ($frame.pc) { case 7000001: $pc = 7000002; return (program.run)($mode, $value) } }
function plain () { $pc = 7000001; return (program.run)() }
return { resume: ($frame, $mode, $value) => deep$resume($frame, $mode, $value), plain }`
const program = { run: (): unknown => undefined }
registerText(file, text)
const { resume, plain } = vm.compileFunction(text, ['program'], { filename: file })(program) as { resume: Machine, plain: () => unknown }
const deep = site('Parser.deep', 'method', [11, 12], resume)
const main = site('main', 'function', [20])
const arrow = site('main.<arrow 1>', 'arrow', [25])
const make = site('Parser.constructor', 'constructor', [30])
const top = site('<segment 1>', 'segment', [40])
register({ ...module, functions: new Map() } as unknown as LiveModule)

const frames = (): Frame[] => [top, main, arrow, make, deep].map(each => new Frame(each, 7000001, []))

/** What `run` returns, with the stack above. */
function resumed (run: () => unknown): unknown {
  program.run = run
  return resumeStack(frames())
}

const lines = (stack: unknown): string[] => (stack as string).split('\n').map(line => line.trim()).filter(line => line.includes(file) || line.startsWith('at new Parser'))

const wanted = [
  `at Parser.deep (${file}:12:3)`,
  `at new Parser (${file}:30:3)`,
  `at ${file}:25:3`,
  `at main (${file}:20:3)`,
  `at Object.<anonymous> (${file}:40:3)`,
]

describe('after a restore', () => {
  test('the machine on top and the frames on the heap', () => {
    const stack = resumed(() => new Error('boom').stack)
    expect((stack as string).split('\n')[0]).toBe('Error: boom')
    expect(lines(stack)).toEqual(wanted)
    expect(stack).not.toMatch(/\$resume|runtime\/restore|rootDrive/)
  })

  test.each([1, 3])('stackTraceLimit %d', limit => {
    const before = Error.stackTraceLimit
    // The machine's own frames in front of it are of this file.
    const stack = resumed(() => {
      Error.stackTraceLimit = 20
      try {
        const holder: { stack?: string } = {}
        Error.captureStackTrace(holder, program.run)
        Error.stackTraceLimit = limit
        return holder.stack
      } finally { Error.stackTraceLimit = before }
    })
    expect(lines(stack)).toEqual(wanted.slice(0, limit))
  })

  test('an error that crosses frames on the heap keeps those that stood there', () => {
    const error = resumed(() => {
      const thrown = new Error('crossing')
      keepHeapFrames(thrown, frames().slice(0, -1))
      return thrown
    }) as Error
    expect(lines(error.stack)).toEqual(wanted)
  })

  test('an error that is read only after its task has ended shows no frames of another task', () => {
    program.run = () => new Error('old')
    const error = runRoot(plain)
    expect(lines(resumed(() => (error as Error).stack))).toEqual([`at plain (${file}:3:56)`])
  })
})

describe('the program\'s own function', () => {
  test('gets call sites of its source', () => {
    const names = resumed(() => {
      Error.prepareStackTrace = (_, sites) => sites
      return (new Error().stack as unknown as NodeJS.CallSite[]).filter(each => each.getFileName() === file).map(each => [each.getFunctionName(), each.getLineNumber(), each.getColumnNumber(), each.isConstructor()])
    })
    expect(names).toEqual([['deep', 12, 3, false], ['Parser', 30, 3, true], [null, 25, 3, false], ['main', 20, 3, false], [null, 40, 3, false]])
  })

  test('can be read, replaced and put back', () => {
    const stacks: unknown[] = []
    const own = (): string => 'own'
    Error.prepareStackTrace = own
    const saved = Error.prepareStackTrace
    Error.prepareStackTrace = () => 'other'
    stacks.push(new Error().stack)
    Error.prepareStackTrace = saved
    stacks.push(new Error().stack)
    Object.assign(Error, { prepareStackTrace: undefined })
    stacks.push(new Error('none').stack!.split('\n')[0])
    expect(stacks).toEqual(['other', 'own', 'Error: none'])
  })

  test('the formatter that was read can be called with call sites', () => {
    const formatter = Error.prepareStackTrace!
    Error.prepareStackTrace = (_, sites) => sites
    const sites = resumed(() => new Error().stack) as NodeJS.CallSite[]
    Error.prepareStackTrace = formatter
    expect(lines(formatter(new TypeError('later'), sites))).toEqual(wanted)
    expect(formatter(new TypeError('later'), [])).toBe('TypeError: later')
  })
})

describe('source maps', () => {
  const compiledFile = '/app/dist/mapped.js'
  const mapped = new GenMapping({ file: 'mapped.js' })
  addMapping(mapped, { generated: { line: 2, column: 37 }, original: { line: 70, column: 4 }, source: '../src/mapped.ts' })
  const inline = Buffer.from(JSON.stringify(toEncodedMap(mapped))).toString('base64')
  const mappedText = `let $pc
function work (run) { $pc = 7000001; return run() }
return work
//# ${'source'}MappingURL=data:application/json;base64,${inline}`
  registerText(compiledFile, mappedText)
  const work = vm.compileFunction(mappedText, [], { filename: compiledFile })() as (run: () => unknown) => unknown
  afterEach(() => { process.setSourceMapsEnabled(false) })

  test.each([false, true])('lead to the source, setSourceMapsEnabled(%s)', enabled => {
    process.setSourceMapsEnabled(enabled)
    const stack = work(() => new Error('x').stack) as string
    expect(stack.split('\n').map(line => line.trim())).toContain('at work (/app/src/mapped.ts:70:5)')
  })
})

test.each<[string, () => unknown]>([
  ['a subclass', () => { class Own extends Error {} return new Own('x') }],
  ['a renamed error', () => Object.assign(new Error('x'), { name: 'Renamed' })],
  ['an error of Node', () => { try { return Buffer.from(null as never) } catch (error) { return error } }],
  ['a TypeError of V8', () => { try { return (null as never as { x: 1 }).x } catch (error) { return error } }],
  ['AggregateError', () => new AggregateError([new Error('a')], 'all', { cause: 1 })],
  ['no message', () => new Error()],
  ['a message of several lines', () => new Error('a\n    at b')],
  ['a header that throws', () => { const error = new Error('x'); Object.defineProperty(error, 'name', { get () { throw new Error('name') } }); return error }],
])('reads as under plain Node: %s', (_, makeError) => {
  const read = (): string => { try { return (makeError() as Error).stack! } catch (error) { return `threw ${String(error)}` } }
  const accessor = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')!
  Object.defineProperty(Error, 'prepareStackTrace', nodes)
  const plainly = read()
  Object.defineProperty(Error, 'prepareStackTrace', accessor)
  const ours = read()
  const comparable = (stack: string): string => stack.replace(/native|:\d+:\d+/g, '')
  expect(comparable(ours)).toBe(comparable(plainly))
})

