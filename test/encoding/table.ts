/**
 * What is kept, as a table: who asks "is a sparse array kept?" finds the row. `check` gets the decoded value, in this process
 * and in another one.
 */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { readFile } from 'node:fs'
import { inspect } from 'node:util'
import { Account, Failure, helper, moduleExports, Point, Registry, Savings, sites, Stack } from './sites.js'

export interface Row {
  readonly name: string
  readonly value: () => unknown
  readonly check: (value: never) => void
}

function row<Value> (name: string, value: () => Value, check: (value: Value) => void): Row {
  return { name, value, check }
}
/** Deep equality, and the same text of every property with its attributes. */
function same<Value> (name: string, value: () => Value): Row {
  return row(name, value, decoded => {
    assert.deepEqual(decoded, value())
    assert.equal(inspect(decoded, { showHidden: true, depth: 9 }), inspect(value(), { showHidden: true, depth: 9 }))
  })
}
const descriptors = (value: object): unknown => Object.getOwnPropertyDescriptors(value)
const unique = Symbol('unique')

export const primitives: Row[] = [
  undefined, null, true, false, 0, -0, 1, -1, 127, 128, -128, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 0.1, NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308,
  0n, 1n, -1n, 2n ** 64n, -(2n ** 200n) + 12345n, '', 'a', 'ÿ', 'Ā', '日本', '\ud800', 'a\udc00b', '\0', '😀', 'x'.repeat(1e5), '__proto__'
].map(value => row(`primitive ${inspect(value).slice(0, 30)}`, () => value, decoded => { assert.ok(Object.is(decoded, value)) }))

export const symbols: Row[] = [
  row('well-known symbol', () => Symbol.iterator, value => { assert.equal(value, Symbol.iterator) }),
  row('registered symbol', () => Symbol.for('kept'), value => { assert.equal(value, Symbol.for('kept')) }),
  row('unique symbol, as key and as value', () => ({ key: unique, [unique]: 1, other: Symbol('unique'), none: Symbol() }), value => {
    assert.equal(value[value.key as typeof unique], 1)
    assert.notEqual(value.key, value.other)
    assert.equal(value.none.description, undefined)
    assert.equal(value.key.description, 'unique')
  })
]

export const objects: Row[] = [
  same('empty object', () => ({})),
  same('order of keys: indices first, strings, symbols', () => ({ b: 1, 7: 'x', a: 2, 3: 'y', [Symbol.iterator]: 3, '01': 4, 4294967295: 5 })),
  row('object without prototype', () => Object.assign(Object.create(null) as object, { a: 1 }), value => {
    assert.equal(Object.getPrototypeOf(value), null)
    assert.deepEqual({ ...value }, { a: 1 })
  }),
  row('own __proto__, and setters of the prototype are not met', () => {
    const base = { set x (_value: number) { throw new Error('called') } }
    const made = Object.create(base) as { x: number }
    for (const key of ['__proto__', 'x']) Object.defineProperty(made, key, { value: 5, writable: true, enumerable: true, configurable: true })
    // Functions of tests have no names: the accessor is replaced by a native one before it is encoded.
    Object.defineProperty(base, 'x', { set: Object.getOwnPropertyDescriptor(Object.prototype, '__proto__')!.set, configurable: true })
    return Array.from({ length: 200 }, (_, index) => Object.defineProperty(Object.defineProperty(Object.create(base) as object, '__proto__', { value: index, writable: true, enumerable: true, configurable: true }), 'x', { value: made, writable: true, enumerable: true, configurable: true }))
  }, value => {
    assert.equal(value.length, 200)
    for (const [index, made] of value.entries()) {
      assert.deepEqual(Reflect.ownKeys(made), ['__proto__', 'x'])
      assert.equal(Object.getOwnPropertyDescriptor(made, '__proto__')!.value, index)
      assert.equal(Object.getPrototypeOf(made), Object.getPrototypeOf(value[0]))
    }
    assert.equal(Object.getPrototypeOf(Object.getPrototypeOf(value[0])), Object.prototype)
  }),
  row('accessors are kept and not called', () => Object.defineProperty({}, 'now', { get: sites.counter({ n: 6 }), enumerable: true, configurable: true }) as { now: number }, value => {
    assert.equal(value.now, 7)
    assert.equal(value.now, 8)
  }),
  row('attributes', () => Object.defineProperties({}, {
    hidden: { value: 1, writable: true, configurable: true }, fixed: { value: 2, enumerable: true }, both: { value: 3 }, plain: { value: 4, writable: true, enumerable: true, configurable: true }
  }) as object, value => {
    assert.deepEqual(descriptors(value), {
      hidden: { value: 1, writable: true, enumerable: false, configurable: true },
      fixed: { value: 2, writable: false, enumerable: true, configurable: false },
      both: { value: 3, writable: false, enumerable: false, configurable: false },
      plain: { value: 4, writable: true, enumerable: true, configurable: true }
    })
  }),
  row('frozen, sealed, not extensible', () => [Object.freeze({ a: 1 }), Object.seal({ a: 1 }), Object.preventExtensions({ a: 1 }), Object.freeze([1, 2]), Object.freeze(new Point(1, 2))], ([frozen, sealed, closed, list, point]) => {
    assert.ok(Object.isFrozen(frozen) && Object.isSealed(sealed) && !Object.isFrozen(sealed) && !Object.isExtensible(closed) && !Object.isSealed(closed))
    assert.ok(Object.isFrozen(list) && Array.isArray(list) && Object.isFrozen(point))
  }),
  row('cycle, shared object', () => {
    const shared = { s: 1 }
    const made: Record<string, unknown> = { left: shared, right: shared }
    made.self = made
    return made
  }, value => {
    assert.equal(value.self, value)
    assert.equal(value.left, value.right)
  }),
  row('prototype that is an ordinary object, with the object in it', () => {
    const base: Record<string, unknown> = { kind: 'base' }
    const made = Object.create(base) as Record<string, unknown>
    base.instance = made
    return { made, base }
  }, ({ made, base }) => {
    assert.equal(Object.getPrototypeOf(made), base)
    assert.equal(base.instance, made)
    assert.equal(made.kind, 'base')
  }),
  row('instances of a class of the program', () => Array.from({ length: 300 }, (_, index) => new Point(index, -index)), value => {
    assert.ok(value.every((point, index) => point instanceof Point && point.x === index && Object.is(point.y, -index)))
  }),
  same('object with 200 keys', () => Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`key${index}`, index]))),
  same('objects of many shapes', () => Array.from({ length: 500 }, (_, index) => ({ [`a${index}`]: 1, b: index, ...(index % 2 === 0 ? { c: 1 } : {}) }))),
  row('arguments', () => (function (..._parameters: unknown[]) { return arguments })(1, 'two'), value => { // eslint-disable-line prefer-rest-params
    assert.equal(Object.prototype.toString.call(value), '[object Arguments]')
    assert.deepEqual([...value], [1, 'two'])
    assert.equal(value.length, 2)
    assert.ok(!Object.keys(value).includes('length'))
  }),
  row('named: builtins and module functions', () => ({ max: Math.max, readFile, helper, globalThis, iterator: Object.getPrototypeOf([][Symbol.iterator]()) as object }), value => {
    assert.equal(value.max, Math.max)
    assert.equal(value.readFile, readFile)
    assert.equal(value.helper, helper)
    assert.equal(value.globalThis, globalThis)
    assert.equal(value.iterator, Object.getPrototypeOf([][Symbol.iterator]()))
  }),
  row('named with content: own properties are the snapshot\'s', () => {
    for (const key of Object.keys(moduleExports)) delete moduleExports[key]
    return Object.assign(moduleExports, { b: 1, a: { deep: true } })
  }, value => {
    assert.equal(value, moduleExports)
    assert.deepEqual(Object.entries(value), [['b', 1], ['a', { deep: true }]])
  })
]

export const arrays: Row[] = [
  same('empty array', () => []),
  same('nested', () => [[1], [[2]], []]),
  same('holes', () => [1, , 3, , ,]),
  same('long with holes', () => { const list = Array.from({ length: 3000 }, (_, index) => index); delete list[1500]; list.length = 3005; return list }),
  row('a gap of 2,000 holes', () => { const list = Array.from({ length: 5000 }, (_, index) => `${index}`); for (let index = 1000; index < 3000; index++) delete list[index]; return list }, value => {
    assert.equal(value.length, 5000)
    assert.ok(!(1000 in value) && !(2999 in value) && value[999] === '999' && value[3000] === '3000')
  }),
  row('sparse', () => { const list: unknown[] = []; list[5] = 'five'; list[4e9] = 'far'; return list }, value => {
    assert.equal(value.length, 4e9 + 1)
    assert.deepEqual(Object.keys(value), ['5', '4000000000'])
  }),
  row('only a length', () => [new Array(1e6), new Array(4294967295)], ([some, most]) => {
    assert.ok(some.length === 1e6 && most.length === 4294967295 && !(0 in some) && !(999999 in some))
  }),
  same('doubles', () => Array.from({ length: 100 }, (_, index) => index / 7)),
  same('doubles with -0 and NaN', () => [0.5, -0, NaN, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]),
  same('numbers, then another value', () => [...Array.from({ length: 40 }, (_, index) => index / 3), 'end']),
  same('extra properties', () => Object.assign([1, 2], { name: 'x', [Symbol.iterator]: 'own' })),
  same('long with extra properties', () => Object.assign(Array.from({ length: 100 }, () => 1), { name: 'x' })),
  row('length that is not writable', () => Object.defineProperty([1, 2], 'length', { writable: false }), value => {
    assert.throws(() => value.push(3), TypeError)
    assert.deepEqual(value, [1, 2])
  }),
  row('accessor at an index', () => Object.defineProperty([1, 2, 3], 1, { get: sites.counter({ n: 0 }), configurable: true, enumerable: true }) as number[], value => {
    assert.deepEqual([value[1], value[1]], [1, 2])
  }),
  row('long, one element read-only', () => Object.freeze(Array.from({ length: 50 }, (_, index) => index)), value => {
    assert.ok(Object.isFrozen(value) && value.length === 50 && value[49] === 49)
  }),
  row('subclass', () => { const stack = new Stack<number>(); stack.push(1, 2); return stack }, value => {
    assert.ok(value instanceof Stack && value.peek() === 2 && value.length === 2)
  })
]

export const collections: Row[] = [
  same('Map and Set in order, any keys', () => [new Map<unknown, unknown>([[NaN, 1], [0, 2], ['', new Map()], [{}, 3]]), new Set([3, 1, 2])]),
  row('Map that holds itself as key and value', () => { const map = new Map<unknown, unknown>(); return map.set(map, map) }, value => { assert.equal(value.get(value), value) }),
  same('Map with own properties', () => Object.assign(new Map([[1, 2]]), { label: 'x' })),
  row('WeakMap and WeakSet: entries whose keys are in the snapshot', () => {
    const key = { key: true }
    const second = { second: true }
    const weakMap = new WeakMap<object, unknown>([[key, { second }] as [object, unknown], [second, 'found through the value'], [{ gone: true }, 1]])
    return { weakMap, weakSet: new WeakSet<object>([key]), key }
  }, ({ weakMap, weakSet, key }) => {
    const { second } = weakMap.get(key) as { second: object }
    assert.equal(weakMap.get(second), 'found through the value')
    assert.ok(weakSet.has(key) && !weakSet.has(second))
  }),
  row('WeakMap in a WeakMap\'s value', () => {
    const key = {}
    const inner = new WeakMap([[key, 'inner']])
    return { outer: new WeakMap([[key, inner]]), key }
  }, ({ outer, key }) => { assert.equal(outer.get(key)!.get(key), 'inner') }),
  row('WeakRef', () => { const target = { t: 1 }; return { target, reference: new WeakRef(target), lost: new WeakRef({}) } }, ({ target, reference, lost }) => {
    assert.equal(reference.deref(), target)
    assert.ok(lost instanceof WeakRef)
  })
]

export const builtins: Row[] = [
  row('Date', () => [new Date(0), new Date(NaN), new Date(8.64e15), Object.assign(new Date(5), { zone: 'x' })] as [Date, Date, Date, Date & { zone: string }], value => {
    assert.deepEqual(value.map(Number), [0, NaN, 8.64e15, 5])
    assert.equal(value[3].zone, 'x')
  }),
  row('RegExp with lastIndex', () => { const expression = /a(?<n>b)/dgimsuy; expression.lastIndex = 7; return expression }, value => {
    assert.equal(value.source, 'a(?<n>b)')
    assert.equal(value.flags, 'dgimsuy')
    assert.equal(value.lastIndex, 7)
  }),
  same('RegExp, odd sources', () => [/\//, new RegExp(''), new RegExp('\n'), /[\]/]/]),
  row('Error: stack, cause, own properties, no second stack', () => Object.assign(new RangeError('far', { cause: { why: 1 } }), { code: 'E' }), value => {
    assert.ok(value instanceof RangeError)
    assert.equal(value.message, 'far')
    assert.deepEqual(value.cause, { why: 1 })
    assert.equal(value.code, 'E')
    assert.match(value.stack!, /^RangeError: far\n +at .*table/)
    assert.deepEqual(Object.keys(value), ['code'])
    assert.deepEqual(Object.getOwnPropertyNames(value).sort(), ['cause', 'code', 'message', 'stack'])
  }),
  row('AggregateError, subclass, Error without stack', () => { const bare = new Error('bare'); delete bare.stack; return [new AggregateError([new Error('one')], 'all'), new Failure('own'), bare] }, ([all, own, bare]) => {
    assert.ok(all instanceof AggregateError && (all.errors[0] as Error).message === 'one')
    assert.ok(own instanceof Failure && own.name === 'Failure' && /^\w+: own\n/.test(own.stack!))
    assert.ok(!Object.hasOwn(bare, 'stack') && bare.message === 'bare')
  }),
  row('boxed primitives', () => [Object(1), Object('ab'), Object(true), Object(1n), Object(unique), Object.assign(Object('ab') as object, { x: 1 })] as object[], ([number, text, yes, big, symbol, more]) => {
    assert.ok(number instanceof Number && Object.is(number.valueOf(), 1) && yes instanceof Boolean)
    assert.ok(text instanceof String && text.length === 2 && text[1] === 'b')
    assert.ok(Object(big) === big && (big as { valueOf (): unknown }).valueOf() === 1n && typeof symbol!.valueOf() === 'symbol')
    assert.deepEqual(Object.keys(more!), ['0', '1', 'x'])
  }),
  row('ArrayBuffer, views that share it', () => {
    const buffer = new ArrayBuffer(16)
    const view = new Float64Array(buffer, 8)
    view[0] = Math.PI
    return { buffer, view, bytes: new Uint8Array(buffer), data: new DataView(buffer, 8, 8) }
  }, ({ buffer, view, bytes, data }) => {
    assert.ok(view.buffer === buffer && bytes.buffer === buffer && data.buffer === buffer)
    assert.equal(view[0], Math.PI)
    assert.equal(view.length, 1)
    bytes[15] = 0
    assert.notEqual(data.getFloat64(0, true), Math.PI)
  }),
  same('all typed arrays', () => [
    Int8Array.of(-1), Uint8Array.of(255), Uint8ClampedArray.of(300), Int16Array.of(-300), Uint16Array.of(65535), Int32Array.of(-5), Uint32Array.of(2 ** 32 - 1),
    Float32Array.of(0.5), Float64Array.of(1e300), BigInt64Array.of(-5n), BigUint64Array.of(5n), new Uint8Array(100), Object.assign(new Uint8Array(2), { label: 'x' })
  ]),
  row('resizable buffer; views that follow it and views that do not', () => {
    const buffer = new (ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer & { resize (length: number): void })(8, { maxByteLength: 16 })
    const full = new (ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer)(4, { maxByteLength: 4 })
    new Uint8Array(full).set([1, 2, 3, 4])
    return { buffer, follows: new Uint8Array(buffer), fixed: new Uint8Array(buffer, 0, 8), full, both: [new Uint8Array(full), new Uint8Array(full, 2, 2)] }
  }, ({ buffer, follows, fixed, full, both }) => {
    buffer.resize(12)
    assert.deepEqual([follows.length, fixed.length], [12, 8])
    assert.deepEqual([...new Uint8Array(full)], [1, 2, 3, 4])
    assert.deepEqual([...both[1]!], [3, 4])
  }),
  row('SharedArrayBuffer', () => new Int32Array(new SharedArrayBuffer(8)).fill(7), value => {
    assert.ok(value.buffer instanceof SharedArrayBuffer)
    assert.deepEqual([...value], [7, 7])
  }),
  row('Buffers: of the pool, over one memory', () => { const whole = Buffer.alloc(20000, 'x'); return [Buffer.from('pool'), whole, whole.subarray(3, 5)] }, ([pool, whole, part]) => {
    assert.equal(pool!.toString(), 'pool')
    assert.ok(Buffer.isBuffer(part) && part.buffer === whole!.buffer && part.byteOffset === whole!.byteOffset + 3)
    whole![3] = 65
    assert.equal(part.toString(), 'Ax')
  }),
  row('URL with its searchParams, in either order', () => { const url = new URL('http://u:p@host:1/a?b=c#d'); const other = new URL('http://x/?q=1'); return { params: other.searchParams, other, url, own: url.searchParams, lone: new URLSearchParams('a=1&a=2&b') } }, ({ params, other, url, own, lone }) => {
    assert.equal(url.href, 'http://u:p@host:1/a?b=c#d')
    assert.ok(url.searchParams === own && other.searchParams === params)
    params.set('q', '2')
    assert.equal(other.href, 'http://x/?q=2')
    assert.deepEqual([...lone], [['a', '1'], ['a', '2'], ['b', '']])
  }),
  row('TextDecoder and TextEncoder', () => ({ plain: new TextDecoder(), strict: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }), encoder: new TextEncoder() }), ({ plain, strict, encoder }) => {
    assert.equal(plain.decode(encoder.encode('é')), 'é')
    assert.ok(!plain.fatal && strict.fatal && strict.ignoreBOM)
    assert.throws(() => strict.decode(new Uint8Array([255])))
  }),
  row('EventEmitter', () => new EventEmitter().on('x', sites.counter({ n: 0 })), value => {
    assert.ok(value instanceof EventEmitter && value.listenerCount('x') === 1 && value.emit('x'))
  })
]

export const functions: Row[] = [
  row('closures that share a scope, and constants', () => { const scope = { n: 10 }; return { scope, one: sites.counter(scope), two: sites.counter(scope), add: sites.adder(1, 2) } }, ({ scope, one, two, add }) => {
    assert.deepEqual([one(), two(), scope.n, add(3)], [11, 12, 12, 6])
  }),
  row('own properties of a function; name and length', () => Object.assign(Object.defineProperty(sites.adder(0, 0), 'name', { value: 'renamed', configurable: true }), { memo: { a: 1 } }), value => {
    assert.equal(value.name, 'renamed')
    assert.equal(value.length, 1)
    assert.deepEqual(value.memo, { a: 1 })
    assert.deepEqual(Reflect.ownKeys(value), ['length', 'name', 'memo'])
  }),
  row('a classic constructor: prototype and instances', () => { const Classic = sites.classic({ tag: 1 }) as unknown as new () => { scope: object }; const made = new Classic(); (Classic.prototype as Record<string, unknown>).extra = 2; return { Classic, made } }, ({ Classic, made }) => {
    assert.ok(made instanceof Classic && new Classic().scope === made.scope)
    assert.equal((made as unknown as { extra: number }).extra, 2)
    assert.equal((Classic.prototype as object).constructor, Classic)
  }),
  row('a function held by its own scope', () => { const scope: { n: number, self?: () => number } = { n: 1 }; return scope.self = sites.counter(scope) }, value => { assert.equal(value(), 2) }),
  row('classes of one site, their instances and methods', () => { const [A, B] = [sites.shape('a'), sites.shape('b')]; return { method: A.prototype.label, size: Object.getOwnPropertyDescriptor(A.prototype, 'size')!.get, a: new A(), A, b: new B(), extended: Object.assign(B.prototype, { extra: 1 }) } }, ({ method, size, a, A, b, extended }) => {
    assert.deepEqual([a, b].map(made => made instanceof A), [true, false])
    assert.equal(method, A.prototype.label)
    assert.equal(size, Object.getOwnPropertyDescriptor(A.prototype, 'size')!.get)
    assert.deepEqual([a.label(), b.label(), a.size, (b as unknown as { extra: number }).extra], ['a', 'b', 3, 1])
    assert.equal(extended, Object.getPrototypeOf(b))
    assert.deepEqual(Object.getOwnPropertyNames(Object.getPrototypeOf(a)), ['constructor', 'label', 'size'])
  }),
  row('private members, with inheritance', () => { const savings = new Savings('ann').add(5); const log = savings.note(savings).log; return { savings, log, plain: Object.freeze(new Account('bob').add(1)) } }, ({ savings, log, plain }) => {
    assert.ok(savings instanceof Savings && savings.balance === 5 && savings.owner === 'ann')
    assert.equal(savings.log, log)
    assert.equal(log[0], savings)
    assert.ok(plain.balance === 1 && Object.isFrozen(plain) && !(plain instanceof Savings))
  }),
  row('a brand below its prototype: an object caught inside super()', () => Object.setPrototypeOf(new Account('half').add(2), Savings.prototype) as Account, value => {
    assert.ok(value instanceof Savings && value.balance === 2)
    assert.throws(() => (value as Savings).log, TypeError)
  }),
  row('private members of a Map', () => new Registry([['k', 1]]).called('reg'), value => {
    assert.ok(value instanceof Registry && value.title === 'reg' && value.get('k') === 1)
  })
]

export const table: Row[] = [...primitives, ...symbols, ...objects, ...arrays, ...collections, ...builtins, ...functions]
