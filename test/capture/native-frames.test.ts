/**
 * Each row is a program that polls once. A stack is captured only if every frame stands at its call; all else must wait,
 * since an unwound built-in cannot be put back. The programs are written as the compiler prints them.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { DatabaseSync } from './optional-sqlite.js'
import { runCompiled } from './harness.js'

/** `step` polls; `main` gets to it in the way that the row is about. */
const step = `let $pc, $t
function step () { $pc = 7000001; $poll(); return 1 }
`

describe('captured', () => {
  test.each([
    ['a call', 'function main () { $pc = 7000002; $t = step() }'],
    ['a method', 'const o = { m () { $pc = 7000003; return step() } }\nfunction main () { $pc = 7000002; $t = (o.m)(1) }'],
    ['a computed method', 'const o = { m () { $pc = 7000003; return step() } }, k = "m"\nfunction main () { $pc = 7000002; $t = (o[k])(1) }'],
    ['a minified method', 'const o = { m () { $pc = 7000003; return step() } }\nfunction main () { $pc=7000002,$t=o.m(1) }'],
    ['a private method', 'class A { #m () { $pc = 7000003; return step() }\n run () { $pc = 7000004; return (this.#m)() } }\nfunction main () { const a = new A(); $pc = 7000002; $t = (a.run)() }'],
    ['a super method', 'class A { m () { $pc = 7000003; return step() } }\nclass B extends A { m () { $pc = 7000004; return (super.m)(1) } }\nfunction main () { const b = new B(); $pc = 7000002; $t = (b.m)() }'],
    ['a constructor', 'class A { constructor () { $pc = 7000003; $t = step() } }\nfunction main () { $pc = 7000002; $t = new A(1) }'],
    ['super()', 'class A { constructor () { $pc = 7000003; $t = step() } }\nclass B extends A { constructor () { $pc = 7000004; super(1) } }\nfunction main () { $pc = 7000002; $t = new B() }'],
    ['a tagged template', 'const o = { tag () { $pc = 7000003; return step() } }\nfunction main () { $pc = 7000002; $t = (o.tag)`a` }'],
    ['call, apply, bind', `const f = step, b = step.bind(null)
function g () { $pc = 7000003; $t = (f.call)(null) }
function h () { $pc = 7000004; $t = (g.apply)(null, []) }
const hb = h.bind(null)
function main () { $pc = 7000002; $t = hb() }`],
    ['a proxy of a function', 'const p = new Proxy(step, {})\nfunction main () { $pc = 7000002; $t = p() }'],
    ['an iterator stepped by hand', 'const it = { next () { $pc = 7000003; return step() } }\nfunction main () { const $n = it.next; $pc = 7000002; $t = ($n.call)(it) }'],
    ['spread into a function of that name', 'function main () { const list = [1]; $pc = 7000002; $t = step(...list) }'],
    ['a call of a callback', 'function each (callback) { $pc = 7000003; callback(1) }\nfunction main () { $pc = 7000002; each(() => { $pc = 7000004; return step() }) }'],
    ['an arrow that only forwards', 'function machine (frame, mode, value) { $pc = 7000003; return step() }\nconst sites = [($frame, $mode, $value) => machine($frame, $mode, $value)], resume = sites[0]\nfunction main () { $pc = 7000002; $t = resume(1, 2, 3) }'],
    ['deep recursion', 'function down (n) { if (n === 0) { $pc = 7000003; return step() } $pc = 7000004; return down(n - 1) }\nfunction main () { $pc = 7000002; $t = down(3000) }'],
  ])('%s', (_, main) => {
    expect(runCompiled(step + main).inspection).toEqual({ ok: true })
  })
})

describe('waits for a native frame', () => {
  test.each([
    ['sort', 'Array.sort', '[2, 1].sort(() => { $pc = 7000003; return step() })'],
    ['map', 'Array.map', '[1].map(() => { $pc = 7000003; return step() })'],
    ['replace', 'String.replace', '"a".replace(/a/, () => { $pc = 7000003; return step() })'],
    ['JSON', 'JSON.stringify', 'JSON.stringify({ toJSON () { $pc = 7000003; return step() } })'],
    ['Array.from', '(Array\\.)?from', 'Array.from([1], () => { $pc = 7000003; return step() })'],
    ['new Promise', 'Promise', 'new Promise(() => { $pc = 7000003; $t = step() })'],
    ['structuredClone, which is written in C++', 'structuredClone', 'structuredClone({ get q () { $pc = 7000003; return step() } })'],
    ['Reflect.get', 'Reflect.get', '(Reflect.get)({ get q () { $pc = 7000003; return step() } }, "q")'],
  ])('%s', (_, callee, call) => {
    const { inspection, file } = runCompiled(`${step}function main () { $pc = 7000002; $t = ${call} }`, { extra: { structuredClone } })
    expect(inspection).toMatchObject({ ok: false, kind: 'native-frame' })
    expect(inspection).toMatchObject({ where: expect.stringMatching(new RegExp(`^${callee} called at ${file}:3$`)) as string })
  })

  test.skipIf(DatabaseSync === undefined)('a callback of node:sqlite', () => {
    const database = new DatabaseSync!(':memory:')
    const { inspection } = runCompiled(`${step}
database.function('weigh', () => { $pc = 7000003; return step() })
const query = database.prepare('select weigh()')
function main () { $pc = 7000002; $t = (query.get)() }`, { extra: { database } })
    expect(inspection).toMatchObject({ ok: false, kind: 'native-frame' })
  })
})

describe('waits while code runs that no call has called', () => {
  test.each([
    ['a getter', '({ get p () { $pc = 7000003; return step() } }).p'],
    ['a getter that gives the method', '({ get p () { $pc = 7000003; step(); return step } }).p(1)'],
    ['a getter that gives the tag', '({ get p () { $pc = 7000003; step(); return () => {} } }).p`a`'],
    ['a getter that gives the class', 'new ({ get C () { $pc = 7000003; step(); return class {} } }).C()'],
    ['a setter', '({ set p (v) { $pc = 7000003; step() } }).p = 1'],
    ['valueOf', '1 + { valueOf () { $pc = 7000003; return step() } }'],
    ['a key', 'o[{ toString () { $pc = 7000003; step(); return "f" } }](1)'],
    ['a template', '`${{ toString () { $pc = 7000003; step(); return "" } }}`'],
    ['instanceof', '1 instanceof { [Symbol.hasInstance] () { $pc = 7000003; return step() } }'],
    ['a proxy trap', 'new Proxy({}, { get () { $pc = 7000003; return step() } }).x'],
    ['the prototype of a proxy at new', 'new target()'],
    ['the construct trap', 'new trapped()'],
    ['spread in a call', 'f(...iterable)'],
    ['spread in a method call', '(o.f)(...iterable)'],
    ['spread in new', 'new C(...iterable)'],
    ['arguments from an object with getters', '(f.apply)(null, { length: 1, get 0 () { $pc = 7000003; return step() } })'],
    ['for-of', '0; for (const x of iterable);'],
    ['destructuring', '0; const [a] = iterable'],
    ['a field initialiser', 'new class { x = step() }()'],
  ])('%s', (_, expression) => {
    const { inspection } = runCompiled(`${step}const f = () => {}, o = { f }
class C {}
const target = new Proxy(function () {}, { get (t, k) { $pc = 7000003; step(); return t[k] } })
const trapped = new Proxy(C, { construct () { $pc = 7000003; step(); return {} } })
const iterable = { [Symbol.iterator] () { return { next () { $pc = 7000003; step(); return { done: true } } } } }
function main () { $pc = 7000002; $t = ${expression} }`)
    expect(inspection).toMatchObject({ ok: false, kind: 'implicit-call' })
  })

  // Optimised code inlines these without a frame, so that the getter or trap seems to be what was called.
  test.each([
    ['parseInt', 'parseInt(value)'],
    ['String', 'String(value)'],
    ['Math.floor', '(Math.floor)(value)'],
    ['Reflect.get', '(Reflect.get)(object, "q")'],
    ['Reflect.get of a proxy', '(Reflect.get)(proxy, "q")'],
    ['Reflect.has', '(Reflect.has)(proxy, "q")'],
    ['isPrototypeOf', '(C.isPrototypeOf)(proxy)'],
    ['Function.prototype[Symbol.hasInstance]', '(C[Symbol.hasInstance])(proxy)'],
    ['parseInt of an oddly named function', 'parseInt(odd)'],
    ['a getter under an odd name', '(Reflect.get)(lazily, "q")'],
  ])('%s in optimised code', (_, call) => {
    const rounds = 30_000
    const { inspection, polls } = runCompiled(`${step}function C () {}
const value = { valueOf () { $pc = 7000003; return step() }, toString () { $pc = 7000004; step(); return '1' } }
const object = { get q () { $pc = 7000003; return step() } }
const trap = () => { $pc = 7000003; step(); return null }
const proxy = new Proxy({}, { get () { $pc = 7000003; return step() }, has () { $pc = 7000003; return step() }, getPrototypeOf () { $pc = 7000003; step(); return null } })
const odd = { toString: (() => function lazy () { $pc = 7000003; step(); return '1' })() }
const lazily = Object.defineProperty({}, 'q', { get: (() => function lazy () { $pc = 7000003; return step() })() })
function once () { $pc = 7000005; $t = ${call}; return $t }
function main () { for (let i = 0; i < ${rounds}; i++) { $pc = 7000002; once() } }`, { at: rounds - 10 })
    expect(polls).toBeGreaterThanOrEqual(rounds - 10)
    expect(inspection).toMatchObject({ ok: false })
  })
})

describe('waits for other reasons', () => {
  test('code that was not compiled calls back', () => {
    const callBack = (callback: () => unknown): unknown => callback()
    const { inspection } = runCompiled(`${step}function main () { $pc = 7000002; callBack(() => { $pc = 7000003; return step() }) }`, { extra: { callBack } })
    expect(inspection).toMatchObject({ ok: false, kind: 'uncompiled', where: expect.stringMatching(/^callBack at test\/capture\/native-frames\.test\.ts:\d+$/) as string })
  })

  test.each(['(a, b, c) => 1 + step(a, b, c)', '(a, b, c) => step(a, c, b)', '(a, b, c) => { step(a, b, c) }', '(a,b,c)=>[function(a,b,c){$pc=7000003;return step()}(a,b,c)]'])('an arrow that is no forward: %s', arrow => {
    const { inspection } = runCompiled(`${step}const f = ${arrow}\nfunction main () { $pc = 7000002; $t = f(1, 2, 3) }`)
    expect(inspection).toMatchObject({ ok: false, kind: 'implicit-call' })
  })

  test('eval', () => {
    const { inspection } = runCompiled(`${step}function main () { $pc = 7000002; $t = eval("$pc = 7000003; step()") }`)
    expect(inspection).toMatchObject({ ok: false, kind: expect.stringMatching(/native-frame|uncompiled/) as string })
  })

  test('a task inside of a task', () => {
    const { inspection, file } = runCompiled(`${step}function main () { $pc = 7000002; $t = $runRoot(step) }`)
    expect(inspection).toEqual({ ok: false, kind: 'nested-root', reason: expect.any(String) as string, where: `main at ${file}:3` })
  })

  test('no root', () => {
    const { inspection } = runCompiled(`${step}function main () { $pc = 7000002; $t = step() }`, { withoutRoot: true })
    expect(inspection).toMatchObject({ ok: false })
  })

  test('a text that nobody knows', () => {
    const stranger = new Function('callback', 'callback()\n//# sourceURL=/nowhere/made.js')
    const { inspection } = runCompiled(`${step}function main () { $pc = 7000002; stranger(step) }`, { extra: { stranger } })
    expect(inspection).toMatchObject({ ok: false })
  })
})

describe('the program does not notice', () => {
  const saved = Object.getOwnPropertyDescriptors(Error)
  afterEach(() => {
    Object.defineProperty(Error, 'prepareStackTrace', saved.prepareStackTrace!)
    Object.defineProperty(Error, 'stackTraceLimit', saved.stackTraceLimit!)
  })
  const plain = `${step}function main () { $pc = 7000002; $t = step() }`

  test('accessors in place of prepareStackTrace and stackTraceLimit are not called', () => {
    let calls = 0
    const accessor = { configurable: true, get () { calls++; return undefined }, set () { calls++ } }
    Object.defineProperty(Error, 'prepareStackTrace', accessor)
    Object.defineProperty(Error, 'stackTraceLimit', accessor)
    const before = Object.getOwnPropertyDescriptors(Error)
    expect(runCompiled(plain).inspection).toEqual({ ok: true })
    expect(calls).toBe(0)
    expect(Object.getOwnPropertyDescriptors(Error)).toEqual(before)
  })

  test('a limit of 0 and prototypes of the program change nothing', () => {
    Error.stackTraceLimit = 0
    const { get } = Map.prototype
    const { exec } = RegExp.prototype
    Map.prototype.get = () => { throw new Error('patched') }
    RegExp.prototype.exec = () => { throw new Error('patched') }
    let run
    try { run = runCompiled(plain) } finally {
      Map.prototype.get = get
      RegExp.prototype.exec = exec
    }
    expect(run.inspection).toEqual({ ok: true })
    expect(Error.stackTraceLimit).toBe(0)
  })
})
