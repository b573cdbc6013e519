/** Which positions of a text are resume points. `¦` stands before the position that V8 gives. */
import { expect, test } from 'vitest'
import { minify } from 'terser'
import { transformSync } from 'esbuild'
import { markAt } from '../../runtime/capture/marks.js'

const points: [text: string, pc: number, callee: string | undefined][] = [
  ['$pc = 7000001; ¦$poll()', 7000001, '$poll'],
  ['$pc = 7000012; $t1 = ¦f(x)', 7000012, 'f'],
  ['$pc = 7000012\n  total = (list.push)¦(x)', 7000012, 'list.push'],
  ['$pc = 7000003, $l[3] = (this.#m)¦(x)', 7000003, 'this.#m'],
  ['$pc = 7000003; $s.n = (super.m)¦(x)', 7000003, 'super.m'],
  ['$pc = 7000003; $t2 = ($t1[$t0])¦(x)', 7000003, '$t1[$t0]'],
  ['$pc = 7000003; $t2 = ($t1[Symbol.iterator])¦()', 7000003, '$t1[Symbol.iterator]'],
  ['$pc = 7000003; $t2 = ($t1.call)¦(o, x)', 7000003, '$t1.call'],
  ['$pc = 7000004; $t2 = (0, dep.f)¦(x)', 7000004, 'dep.f'],
  ['$pc = 7000004; $t2 = ¦new o.C(x)', 7000004, 'o.C'],
  ['$pc = 7000004; $t2 = ¦new C', 7000004, 'C'],
  ['$pc = 7000004; $t2 = /* @__PURE__ */ ¦new C()', 7000004, 'C'],
  ['$pc = 7000004; ¦super(x)', 7000004, 'super'],
  ['$pc = 7000004; $t2 = tag¦`a`', 7000004, 'tag'],
  ['$pc = 7000004; $t2 = (o.tag)¦`a${x}`', 7000004, 'o.tag'],
  ['a=7000012,b=(c.d)¦(e)', 7000012, 'c.d'],
  ['n=7001e3;return ¦f(x)', 7001000, 'f'],
  ['if(a=7000012,!¦f(x))', 7000012, 'f'],
  ['a=7000012,b=c.¦d(e)', 7000012, 'c.d'],
  ['a=7000012,b=c[k]¦(e)', 7000012, 'c[k]'],
  ['$pc = 7000012; straße = ¦größe(x)', 7000012, 'größe'],
]

test.each(points)('%s', (marked, pc, callee) => {
  const position = marked.indexOf('¦')
  expect(markAt(marked.replace('¦', ''), position)).toMatchObject({ pc, callee })
})

const others: string[] = [
  '$pc = 7000001; $t = o.¦p',
  '$pc = 7000001; $t = (o.¦p)(x)',
  '$pc = 7000001; $t = o¦[k](x)',
  '$pc = 7000001; o.x ¦= f(x)',
  '$pc = 7000001; $t = f(¦g(x))',
  '$pc = 7000001; $t = f(x) + ¦g(x)',
  '$pc = 7000001; $t = f(x)¦(y)',
  '$pc = 7000001; while (¦f(x))',
  '$pc = 7000001; $t = ¦a + b',
  '$pc = 7000001; $t = a ¦instanceof B',
  '$pc = 7000001; $t = ¦await (p)',
  '$pc = 7000000; ¦f(x)',
  '$pc = 8000000; ¦f(x)',
  '$pc == 7000001; ¦f(x)',
  '$pc = 7000001; $t = 1; ¦f(x)',
  'id = 12; ¦f(x)',
  '¦f(x)',
]

test.each(others)('no resume point: %s', marked => {
  expect(markAt(marked.replace('¦', ''), marked.indexOf('¦'))).toBeUndefined()
})

test.each([
  'function leaf (n) {  return $.¦generatorCall($module, 3, [n]) }',
  'function*x(n){return t.¦generatorCall(e,3,[n])}',
  'n=>t.¦asyncGeneratorCall(e,3,[n])',
  '[($frame, $mode, $value) => ¦sum$resume($frame, $mode, $value)]',
  '(a,b,c)=>¦d(a,b,c)',
])('only forwards: %s', marked => {
  expect(markAt(marked.replace('¦', ''), marked.indexOf('¦'))).toMatchObject({ form: 'forward' })
})

test.each([
  ['f(...x)', true], ['f(a, ...x)', true], ['f("...", a)', false], ['f(a) + [...x]', false], ['f(/[(]\'/, ...x)', true], ['f(`${[...x]}`)', true], ['f((a))', false],
])('%s spreads: %s', (call, hasSpread) => {
  expect(markAt(`$pc = 7000001; ${call}`, 15)).toMatchObject({ hasSpread })
})

const source = `
export function run (list, f, o, C) {
  let $pc = 0, $t1, $t2, $t3, $t4
  try {
    $pc = 7001000; $t1 = f(list)
    $pc = 7000002; $t2 = (o.step)($t1)
    $pc = 7000003; $t3 = new C($t2)
    $pc = 7000004; $t4 = (o[$t3.key])($t2)
    if ($t4) { $pc = 7000005; f($t4) }
    $pc = -1
  } finally { if ($pc !== -1) o.record($pc, $t1, $t2, $t3, $t4) }
}`

test.each([
  ['terser', async () => (await minify(source, { module: true })).code!],
  ['esbuild', async () => transformSync(source, { minify: true, format: 'esm' }).code],
])('marks survive %s', async (_, shrink) => {
  const text = await shrink()
  const found = new Set<number>()
  for (let position = 0; position < text.length; position++) {
    const mark = markAt(text, position)
    if (mark !== undefined) found.add(mark.pc)
  }
  expect([...found].sort()).toEqual([7000002, 7000003, 7000004, 7000005, 7001000])
})
