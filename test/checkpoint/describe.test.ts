/** What `reprise show` tells of values: short, true, and without running any code of the program. */
import { describe, expect, test } from 'vitest'
import { describeStack, preview } from '../../runtime/checkpoint/describe.js'
import { Frame } from '../../runtime/restore/frame.js'

const trap = (): never => { throw new Error('code of the program ran') }
class Point { x = 1; y = 2 }

const table: Array<{ name: string, value: unknown, text: string | RegExp }> = [
  { name: 'undefined', value: undefined, text: 'undefined' },
  { name: 'null', value: null, text: 'null' },
  { name: 'minus zero', value: -0, text: '-0' },
  { name: 'a string with a quote', value: 'a"b\n', text: '"a\\"b\\n"' },
  { name: 'a long string', value: 'x'.repeat(1000), text: /^"x{48}"… \(1000 characters\)$/ },
  { name: 'a bigint', value: 12n, text: '12n' },
  { name: 'a symbol', value: Symbol('s'), text: 'Symbol(s)' },
  { name: 'a function', value: function weigh () {}, text: 'function weigh' },
  { name: 'a class', value: Point, text: 'class Point' },
  { name: 'an instance', value: new Point(), text: 'Point { x: 1, y: 2 }' },
  { name: 'an object in an object', value: { a: { b: 1 }, c: [1] }, text: '{ a: {…}, c: Array(1) }' },
  { name: 'an empty object', value: {}, text: '{}' },
  { name: 'no prototype', value: Object.assign(Object.create(null) as object, { a: 1 }), text: '{ a: 1 }' },
  { name: 'a large object', value: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${i}`, i])), text: '{ k0: 0, k1: 1, k2: 2, k3: 3, k4: 4, k5: 5, … }' },
  { name: 'an array', value: [1, 'a', null], text: '[1, "a", null]' },
  { name: 'a sparse array', value: [1, , 3], text: '[1, (hole), 3]' },
  { name: 'a long array', value: Array.from({ length: 100 }, () => 0), text: 'Array(100) [0, 0, 0, 0, 0, 0, …]' },
  { name: 'a map', value: new Map([[1, 2]]), text: 'Map(1)' },
  { name: 'a set', value: new Set([1, 2]), text: 'Set(2)' },
  { name: 'a typed array', value: new Uint8Array(5), text: 'Uint8Array(5)' },
  { name: 'a buffer', value: Buffer.alloc(7), text: 'Buffer(7)' },
  { name: 'a date', value: new Date(0), text: '1970-01-01T00:00:00.000Z' },
  { name: 'an invalid date', value: new Date(NaN), text: 'Invalid Date' },
  { name: 'an error', value: new RangeError('too far'), text: 'RangeError: "too far"' },
  { name: 'a promise', value: Promise.resolve(), text: 'Promise' },
  { name: 'an accessor', value: { get a () { return trap() } }, text: '{ a: (accessor) }' },
  { name: 'a proxy', value: new Proxy({}, { get: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap }), text: 'Proxy' },
  { name: 'an object whose prototype is a proxy', value: Object.create(new Proxy({}, { get: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap })), text: '{}' },
  { name: 'toString, toJSON and inspect of its own', value: { toString: trap, toJSON: trap, [Symbol.toPrimitive]: trap }, text: /^\{ toString: function toString|^\{ toString: function trap/ },
  { name: 'a name that is an accessor', value: Object.defineProperty(() => {}, 'name', { get: trap }), text: 'function (anonymous)' }
]

describe('preview', () => {
  test.each(table)('$name', ({ value, text }) => {
    if (typeof text === 'string') expect(preview(value)).toBe(text)
    else expect(preview(value)).toMatch(text)
  })
})

describe('describeStack', () => {
  const frame = (layout: string[], locals: unknown[], pc = 1): Frame => new Frame({
    module: { id: 'file:///p/a%20b.ts', sites: [] }, index: 0, name: 'main', kind: 'function', layout,
    points: new Map([[1, { line: 2, column: 3 }]]), resume: undefined, loops: new Map(), make: undefined
  }, pc, locals)

  test('names variables as the source does, and leaves out what the compiler added', () => {
    const [described] = describeStack([frame(['$this', 'item', 'item$2', '$scope1', '$t1', '$target', '$arguments'], [undefined, 1, 2, { shared: 3 }, 4, undefined, [5]])])
    expect(described.position).toEqual({ file: '/p/a b.ts', line: 2, column: 3, name: 'main' })
    expect(described.variables).toEqual([
      { name: 'item', text: '1' }, { name: 'item', text: '2' }, { name: 'shared', text: '3' }, { name: 'arguments', text: '[5]' }
    ])
  })
  test('frames without a source are left out', () => {
    expect(describeStack([frame([], [], 99)])).toEqual([])
  })
  test('a deep stack is shown at both ends', () => {
    const described = describeStack(Array.from({ length: 7000 }, (_, depth) => frame(['depth'], [depth])))
    expect(described).toHaveLength(33)
    expect(described[8].omitted).toBe(6968)
    expect(described[7].variables[0].text).toBe('7')
    expect(described[9].variables[0].text).toBe('6976')
    expect(described[32].variables[0].text).toBe('6999')
  })
})
