/**
 * Goal: what has changed since a snapshot is found where it matters and nowhere else.
 * Method: a table of edits to one program. The snapshot is described by the names of the functions that it holds on to; both texts
 * go through the compiler, and what is compared is found in its output, as it is at a start.
 */
import { describe, expect, test } from 'vitest'
import { compile } from '../../transformer/index.js'
import { compareCode, type Comparison } from '../../runtime/code/compare-code.js'
import { findModuleCode, parseModuleCode, type ModuleCode } from '../../runtime/code/module-code.js'

const SOURCE = `
import { log } from './log.js'
// a comment
const limit = 10
const names = new Map()
export function step (n) {
  let sum = 0
  for (let i = 0; i < limit; i++) sum += n.map(x => x + i)[0]
  return sum
}
function maker (a) { let count = 0; const inner = () => ++count + a; return inner }
class Parser {
  #at = 0
  tokens = []
  read () { return this.#at++ }
  static #made = 0
}
const counter = maker(1)
for (const name of names) log(step([name]))
log('done')
`

const codeOf = (source: string, module: 'esm' | 'commonjs' = 'esm'): ModuleCode =>
  parseModuleCode(findModuleCode(compile(source, { fileName: '/p/main.js', module }).code)!)

const indexOf = ({ sites }: ModuleCode, name: string): number => sites.findIndex(site => site.name === name)

interface Held { readonly step?: number, readonly frames?: readonly string[], readonly closures?: readonly string[], readonly named?: readonly string[] }

/** The body stands in its loop, within `step`; `counter` is kept, and so are the names of the functions at the top. */
const HELD: Held = { frames: ['<module> loop', 'step'], closures: ['maker.inner'], named: ['maker', 'Parser'] }

function compare (now: string, held: Held = HELD): Comparison {
  const old = codeOf(SOURCE)
  const loop = old.sites.findIndex(({ kind, line }) => kind === 'segment' && SOURCE.split('\n')[line - 1].startsWith('for'))
  const indices = (names: readonly string[] = []): number[] => names.map(name => name === '<module> loop' ? loop : indexOf(old, name))
  const inProgress = old.steps.findIndex(({ line }) => SOURCE.split('\n')[line - 1].startsWith('for')) + 1
  return compareCode({ id: 'file:///p/main.js', text: '', step: held.step ?? inProgress, frames: indices(held.frames), closures: indices(held.closures), named: indices(held.named) }, old, codeOf(now))
}

const replaced = (from: string, to: string): string => {
  expect(SOURCE).toContain(from)
  return SOURCE.replace(from, to)
}

describe('is not noticed', () => {
  test.each([
    ['a comment', '// a comment', '/* another */'],
    ['line breaks, blanks and quotes within a function on the stack', 'let sum = 0', '\n\n  let sum   =\n 0 // nothing'],
    ['a function that is only known by name', 'const inner = () => ++count + a; return', 'const inner = () => ++count + a; log(a); return'],
    ['a method', 'return this.#at++', 'return this.#at += 2'],
    ['the initial value of a field', 'tokens = []', 'tokens = [1]'],
    ['what has not run yet', "log('done')", "log('end'); const more = step([1]); log(more)"],
    ['another import', "import { log } from './log.js'", "import { log } from './log.js'\nimport './more.js'"],
    ['a function more, above all others', '// a comment', 'function added () { return [1].map(x => x) }'],
    ['a scope more, above all others', '// a comment', 'function added () { let n = 0; return { up: () => n++, down: () => n-- } }']
  ])('%s', (_, from, to) => {
    expect(compare(replaced(from, to)).changes).toEqual([])
  })

  test('functions are found where they are now', () => {
    const now = replaced('// a comment', 'function added () { return [1].map(x => x) }')
    const { sites } = compare(now)
    for (const name of ['step', 'maker', 'maker.inner', 'Parser']) expect(sites.get(indexOf(codeOf(SOURCE), name))).toBe(indexOf(codeOf(now), name))
  })
})

describe('is noticed', () => {
  test.each<[string, string, string, RegExp, boolean, Held?]>([
    ['a function on the stack', 'return sum', 'return sum + 1', /^function step \(line 6\) has changed/, true],
    ['an arrow function within it', 'x => x + i', 'x => x - i', /^function step \(line 6\) has changed/, true],
    ['the statement in progress', 'log(step([name]))', 'log(step([name, 1]))', /^the statement at line 19 has changed/, true],
    ['a kept closure', '++count + a', '++count - a', /^function maker.inner \(line 11\) has changed/, false],
    ['a kept closure that captures something else', '++count + a', '++count', /^function maker.inner \(line 11\) has changed/, true],
    ['what a closure captures has another form', 'return inner', 'a++; return inner', /^function maker.inner .*another form/, true],
    ['a kept closure that has gone', 'const inner = () => ++count + a', 'const other = () => ++count + a, inner = other', /^function maker.inner \(line 11\) is gone/, true],
    ['a function that is known by name has gone', 'function maker (a)', 'function other (a)', /^function maker \(line 11\) is gone/, true, { named: ['maker'], step: 1 }],
    ['a member of a class more', 'read () {', 'peek () {} read () {', /^class Parser \(line 12\) has other members/, true],
    ['a private field more', '#at = 0', '#at = 0; #end = 0', /^class Parser \(line 12\) has other members/, true],
    ['a constant, when its statement has run', 'limit = 10', 'limit = 20', /^the initial value of limit \(line 4\), which had run, has changed/, false],
    ['a value that was computed', 'maker(1)', 'maker(2)', /^the initial value of counter \(line 18\)/, false],
    ['a variable more among those that have run', 'const names = new Map()', 'const names = new Map(), more = new Set()', /^the top-level code from line 5 on/, true, { step: 3 }]
  ])('%s', (_, from, to, text, isFinal, held) => {
    const { changes } = compare(replaced(from, to), held)
    expect(changes.map(change => change.text)).toEqual([expect.stringMatching(text)])
    expect(changes[0].isFinal).toBe(isFinal)
  })

  test('in a module that has ended: a statement more', () => {
    expect(compare(`${SOURCE}log('more')\n`, { step: -1 }).changes).toMatchObject([{ isFinal: true }])
    expect(compare(`${SOURCE}const more = step([1])\n`, { step: -1 }).changes).toMatchObject([{ isFinal: true }])
  })
})

test('what stands in a compiled text survives a change of quotes', () => {
  const { code } = compile("const x = { \"a'b\" () { return () => 1 }, [`c`] () {} }", { fileName: '/p/x.js', module: 'commonjs' })
  const printed = findModuleCode(code)!
  expect(findModuleCode(code.replace(`"${printed}"`, `'${printed}'`))).toBe(printed)
  expect(parseModuleCode(printed).sites.map(({ name }) => name)).toContain("\"a'b\"")
})
