/**
 * Goal: the compiled built-ins do what the native ones do, step by step, on odd inputs too. Method: the same input is built
 * twice, with holes, accessors, proxies, species and callbacks that change what is iterated; one goes to the native method, one
 * to ours (as it is published, from dist). Results, errors and the order of all observable steps must agree.
 */
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import '../../dist/runtime/abi.js'
import { ArrayConstructor } from '../../dist/runtime/builtins/compiled/array-constructor.js'
import { ArrayPrototype } from '../../dist/runtime/builtins/compiled/array.js'
import { IteratorPrototype } from '../../dist/runtime/builtins/compiled/iterator.js'
import { JsonNamespace } from '../../dist/runtime/builtins/compiled/json.js'
import { MapPrototype } from '../../dist/runtime/builtins/compiled/map.js'
import { MapConstructor, ObjectConstructor } from '../../dist/runtime/builtins/compiled/object.js'
import { SetPrototype } from '../../dist/runtime/builtins/compiled/set.js'
import { ArraySort, TypedArraySort } from '../../dist/runtime/builtins/compiled/sort.js'
import { StringPrototype } from '../../dist/runtime/builtins/compiled/string.js'
import { TypedArrayConstructor, TypedArrayPrototype } from '../../dist/runtime/builtins/compiled/typed-array.js'

type Fn = (this: unknown, ...args: unknown[]) => unknown
type Methods = Record<string, Fn>
type Log = (text: string) => void

const fnOf = (methods: object, name: string): Fn => (methods as Methods)[name]

/** What a call does, in words. */
function observe (act: (log: Log) => unknown): string {
  const steps: string[] = []
  let outcome
  try {
    outcome = `gives ${show(act(text => { if (steps.length < 2000) steps.push(text) }))}`
  } catch (error) {
    outcome = `throws ${error instanceof Error ? `${error.name}: ${error.message}` : show(error)}`
  }
  return [...steps, outcome].join('\n')
}

const show = (value: unknown): string => inspect(value, { depth: 6, showProxy: false, getters: false, breakLength: Infinity, sorted: false })

function compare (native: Fn, ours: Fn, act: (fn: Fn, log: Log) => unknown): void {
  expect(observe(log => act(ours, log))).toBe(observe(log => act(native, log)))
}

// ---- inputs

interface Shape { readonly kind: string, readonly values: readonly (number | string | null)[], readonly odd: number }

const shapes = fc.record({
  kind: fc.constantFrom('array', 'holes', 'getter', 'proxy', 'subclass', 'species', 'foreign', 'frozen', 'array-like', 'string', 'long', 'inherited', 'no-species', 'bad-species', 'null'),
  values: fc.array(fc.oneof(fc.integer({ min: -3, max: 9 }), fc.constantFrom('a', 'b', null)), { maxLength: 8 }),
  odd: fc.nat({ max: 7 }),
})

function build ({ kind, values, odd }: Shape, log: Log): unknown {
  const array: unknown[] = [...values]
  switch (kind) {
    case 'holes':
      for (let index = odd % 3; index < array.length; index += 2) delete array[index]
      return array
    case 'getter':
      Object.defineProperty(array, odd, { get () { log('get element'); return 7 }, set (value) { log(`set element ${show(value)}`) }, configurable: odd % 2 === 0, enumerable: true })
      return array
    case 'proxy': return logged(array, log)
    case 'subclass': return Object.setPrototypeOf(array, class Sub extends Array {}.prototype)
    case 'species': {
      const constructor = { [Symbol.species]: function (length: unknown) { log(`species ${show(length)}`); return logged({ length: 0 }, log) } }
      return Object.assign(array, { constructor })
    }
    case 'foreign': return Object.assign(array, { constructor: function Foreign () {} })
    case 'no-species': return Object.assign(array, { constructor: { [Symbol.species]: odd % 2 === 0 ? null : undefined } })
    case 'bad-species': return Object.assign(array, { constructor: odd % 2 === 0 ? 5 : { [Symbol.species]: {} } })
    case 'frozen': return Object.freeze(array)
    case 'array-like': return { ...array, length: { valueOf () { log('length'); return [array.length, '3', -1, 2.7, NaN, array.length + 1, 1, 0][odd] } } }
    case 'string': return array.join('')
    case 'long': return { length: 2 ** 33, 0: 'x', 1: 'y', 2: 'z' }
    case 'inherited': return Object.setPrototypeOf([, 'own'], Object.assign(Object.create(Array.prototype) as object, { 0: 'up', 2: 'far' }))
    case 'null': return odd % 2 === 0 ? null : undefined
    default: return array
  }
}

function logged<T extends object> (target: T, log: Log): T {
  return new Proxy(target, {
    get: (t, key, receiver) => { log(`get ${String(key)}`); return Reflect.get(t, key, receiver) as unknown },
    has: (t, key) => { log(`has ${String(key)}`); return Reflect.has(t, key) },
    set: (t, key, value) => { log(`set ${String(key)}`); return Reflect.set(t, key, value) },
    deleteProperty: (t, key) => { log(`delete ${String(key)}`); return Reflect.deleteProperty(t, key) },
    defineProperty: (t, key, descriptor) => { log(`define ${String(key)} ${show(descriptor)}`); return Reflect.defineProperty(t, key, descriptor) },
    ownKeys: t => { log('keys'); return Reflect.ownKeys(t) },
    getOwnPropertyDescriptor: (t, key) => { log(`descriptor ${String(key)}`); return Reflect.getOwnPropertyDescriptor(t, key) },
  })
}

const callbacks = fc.constantFrom('plain', 'grow', 'shrink', 'throw', 'nested', 'none', 'object', 'strict-this')

function callback (kind: string, log: Log): unknown {
  let calls = 0
  const limit = (): void => { if (++calls > 40) throw new Error('enough') }
  switch (kind) {
    case 'none': return undefined
    case 'object': return {}
    case 'grow': return (x: unknown, index: number, list: unknown[]) => { limit(); if (Array.isArray(list) && !Object.isFrozen(list) && list.length < 12) list.push(index); return x }
    case 'shrink': return (x: unknown, index: number, list: unknown[]) => { limit(); if (Array.isArray(list) && !Object.isFrozen(list)) list.length = Math.min(list.length, 3); return index % 2 === 0 }
    case 'throw': return (_: unknown, index: number) => { limit(); if (index === 2) throw new Error('at 2'); return false }
    case 'nested': return (x: unknown, index: number) => { limit(); log(`call ${show(x)}`); return index % 2 === 0 ? [x, [index], , 3] : 0 }
    case 'strict-this': return function (this: unknown, x: unknown) { limit(); log(`this ${show(this)}`); return x }
    default: return (...args: unknown[]) => { limit(); log(`call ${show(args.slice(0, 2))} ${args.length}`); return args[0] }
  }
}

describe('methods of arrays', () => {
  for (const name of Object.keys(ArrayPrototype)) {
    const native = (Array.prototype as unknown as Methods)[name]
    test.skipIf(native === undefined)(name, () => {
      fc.assert(fc.property(shapes, callbacks, fc.constantFrom([], [undefined], [5], [null]), (shape, kind, more) => {
        if (shape.kind === 'long' && kind !== 'throw') return
        if (shape.kind === 'long' && /reduce|Last|map|every/.test(name)) return
        compare(native, fnOf(ArrayPrototype, name), (fn, log) => Reflect.apply(fn, build(shape, log), [callback(kind, log), ...more]))
      }), { numRuns: 400 })
    })
  }

  test('an index on Array.prototype is neither called nor written', () => {
    Object.defineProperty(Array.prototype, 1, { get: () => 'up', set () { throw new Error('written') }, configurable: true })
    try {
      for (const name of ['map', 'filter', 'flatMap']) {
        compare((Array.prototype as unknown as Methods)[name], fnOf(ArrayPrototype, name), fn => JSON.stringify(Reflect.apply(fn, [1, , 3], [(x: unknown) => x])))
      }
      compare(Array.from as Fn, fnOf(ArrayConstructor, 'from'), fn => JSON.stringify(Reflect.apply(fn, Array, [[1, 2, 3], (x: unknown) => x])))
    } finally {
      delete (Array.prototype as unknown as Record<number, unknown>)[1]
    }
  })
})

describe('sort', () => {
  const comparers = fc.constantFrom('ascending', 'descending', 'modulo', 'random', 'nan', 'throw', 'undefined', 'null')
  const comparer = (kind: string, log: Log): unknown => {
    let seed = 1
    let calls = 0
    const random = (): number => (seed = (seed * 48271) % 0x7fffffff) % 3 - 1
    const by = (compare: (a: number, b: number) => unknown) => (a: number, b: number) => { log(`${show(a)} ${show(b)}`); return compare(a, b) }
    switch (kind) {
      case 'ascending': return by((a, b) => a - b)
      case 'descending': return by((a, b) => b - a)
      case 'modulo': return by((a, b) => a % 4 - b % 4)
      case 'random': return by(random)
      case 'nan': return by(() => NaN)
      case 'throw': return by(() => { if (++calls === 5) throw new Error('fifth'); return 1 })
      case 'null': return null
      default: return undefined
    }
  }
  const numbers = fc.oneof(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 30 }), fc.array(fc.integer(), { minLength: 60, maxLength: 400 }),
    fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 60, maxLength: 300 }), fc.integer({ min: 100, max: 300 }).map(count => Array.from({ length: count }, (_, index) => (index * 2) % count)))

  for (const name of ['sort', 'toSorted']) {
    const native = (Array.prototype as unknown as Methods)[name]
    test.skipIf(native === undefined)(`${name}: comparisons in V8's order`, () => {
      fc.assert(fc.property(numbers, comparers, (values, kind) => {
        compare(native, fnOf(ArraySort, name), (fn, log) => Reflect.apply(fn, [...values], [comparer(kind, log)]))
      }), { numRuns: 300 })
    })
    test.skipIf(native === undefined)(`${name}: odd receivers`, () => {
      fc.assert(fc.property(shapes, comparers, (shape, kind) => {
        if (shape.kind === 'long' || shape.kind === 'species') return
        compare(native, fnOf(ArraySort, name), (fn, log) => { const input = build(shape, log); return [Reflect.apply(fn, input, [comparer(kind, log)]), input] })
      }), { numRuns: 400 })
    })
    const typed = (Float64Array.prototype as unknown as Methods)[name]
    test.skipIf(typed === undefined)(`${name} of typed arrays`, () => {
      fc.assert(fc.property(numbers, comparers, (values, kind) => {
        compare(typed, fnOf(TypedArraySort, name), (fn, log) => Reflect.apply(fn, Int16Array.from(values), [comparer(kind, log)]))
      }), { numRuns: 200 })
    })
  }
})

describe('methods of typed arrays', () => {
  const makers: readonly ((values: number[], log: Log) => unknown)[] = [
    values => Uint8Array.from(values), values => Float64Array.from(values), values => BigInt64Array.from(values.map(value => BigInt(Math.trunc(value)))),
    values => Object.assign(Int8Array.from(values), { constructor: { [Symbol.species]: Float32Array } }),
    values => Object.assign(Int8Array.from(values), { constructor: { [Symbol.species]: BigInt64Array } }),
    values => Object.assign(Int8Array.from(values), { constructor: { [Symbol.species]: function (length: number) { return new Uint8Array(length - 1) } } }),
    values => values, () => null, values => new (class Sub extends Uint16Array {})(values),
    values => { const view = Uint8Array.from(values); structuredClone(view.buffer, { transfer: [view.buffer] }); return view },
  ]
  for (const name of Object.keys(TypedArrayPrototype)) {
    const native = (Uint8Array.prototype as unknown as Methods)[name]
    test.skipIf(native === undefined)(name, () => {
      fc.assert(fc.property(fc.array(fc.integer({ min: -9, max: 300 }), { maxLength: 6 }), fc.nat({ max: makers.length - 1 }), callbacks, fc.constantFrom([], [undefined], [5]), (values, maker, kind, more) => {
        compare(native, fnOf(TypedArrayPrototype, name), (fn, log) => Reflect.apply(fn, makers[maker](values, log), [callback(kind, log), ...more]))
      }), { numRuns: 200 })
    })
  }
})

describe('iterated', () => {
  const iterables: readonly ((log: Log) => unknown)[] = [
    () => [1, , 3], () => 'a\u{1f600}b', () => new Set([1, 2]), () => new Map([[1, 2]]), () => ({ length: 2, 0: 'x' }), () => null, () => 5,
    function * () { yield 1; yield [2, 3] } as never,
    log => logging(log, 4), log => ({ ...logging(log, 4), length: 1 }), log => logged([1, 2], log),
  ]
  /** Where a compiled loop iterates, V8's words for these are not ours. */
  const malformed: typeof iterables = [() => ({ [Symbol.iterator]: 5 }), () => ({ [Symbol.iterator]: () => 5 }), () => ({ [Symbol.iterator]: () => ({ next: () => 5 }) })]
  function logging (log: Log, count: number): object {
    let at = 0
    return {
      [Symbol.iterator] () {
        log('open')
        return { get next () { log('get next'); return () => { log('next'); return { done: at++ >= count, value: at } } }, return () { log('return'); return {} } }
      }
    }
  }
  const froms: readonly [name: string, native: Fn, ours: Fn, self: unknown][] = [
    ['Array.from', Array.from as Fn, fnOf(ArrayConstructor, 'from'), Array],
    ['Array.from of a subclass', Array.from as Fn, fnOf(ArrayConstructor, 'from'), class Sub extends Array {}],
    ['Array.from of no constructor', Array.from as Fn, fnOf(ArrayConstructor, 'from'), {}],
    ['Array.from of a function', Array.from as Fn, fnOf(ArrayConstructor, 'from'), function Other (this: object) { Object.defineProperty(this, '1', { value: 0 }) }],
    ['Uint8Array.from', Uint8Array.from as Fn, fnOf(TypedArrayConstructor, 'from'), Uint8Array],
    ['Uint8Array.from of no constructor', Uint8Array.from as Fn, fnOf(TypedArrayConstructor, 'from'), {}],
    ['Object.groupBy', (Object as unknown as Methods).groupBy, fnOf(ObjectConstructor, 'groupBy'), Object],
    ['Map.groupBy', (Map as unknown as Methods).groupBy, fnOf(MapConstructor, 'groupBy'), Map],
  ]
  for (const [name, native, ours, self] of froms) {
    test.skipIf(native === undefined)(name, () => {
      for (const make of name.endsWith('groupBy') ? iterables : [...iterables, ...malformed]) {
        for (const kind of ['plain', 'throw', 'none', 'object', 'strict-this']) {
          for (const more of [[], [7]]) compare(native, ours, (fn, log) => Reflect.apply(fn, self, [make(log), callback(kind, log), ...more]))
        }
      }
    })
  }
  test('Object.fromEntries', () => {
    const entries: readonly ((log: Log) => unknown)[] = [...iterables, function * () { yield ['a', 1]; yield { 0: 'b', 1: 2 } } as never, function * () { yield 5 } as never]
    for (const make of entries) compare(Object.fromEntries as Fn, fnOf(ObjectConstructor, 'fromEntries'), (fn, log) => Reflect.apply(fn, Object, [make(log)]))
  })
  for (const name of Object.keys(IteratorPrototype)) {
    const native = (globalThis as unknown as { Iterator?: { prototype: Methods } }).Iterator?.prototype[name]
    test.skipIf(native === undefined)(`Iterator.prototype.${name}`, () => {
      for (const kind of ['plain', 'throw', 'strict-this', 'none']) {
        for (const more of [[], [7]]) {
          for (const count of [0, 1, 4]) {
            compare(native!, fnOf(IteratorPrototype, name), (fn, log) => Reflect.apply(fn, (logging(log, count) as Iterable<unknown>)[Symbol.iterator](), [callback(kind, log), ...more]))
          }
        }
      }
    })
  }
  test('forEach of Map and Set', () => {
    for (const kind of ['plain', 'throw', 'strict-this', 'none', 'object']) {
      for (const more of [[], [7]]) {
        for (const self of [() => new Map([[1, 2], [3, 4]]), () => new Set([1, 2, 3]), () => ({}), () => null]) {
          compare(Map.prototype.forEach as Fn, fnOf(MapPrototype, 'forEach'), (fn, log) => Reflect.apply(fn, self(), [callback(kind, log), ...more]))
          compare(Set.prototype.forEach as Fn, fnOf(SetPrototype, 'forEach'), (fn, log) => Reflect.apply(fn, self(), [callback(kind, log), ...more]))
        }
      }
    }
    const changing = (log: Log) => (value: number, key: number, map: Map<number, number>): void => { log(`${key} ${value}`); if (key < 20) map.set(key + 10, value); map.delete(key === 1 ? 3 : 1) }
    compare(Map.prototype.forEach as Fn, fnOf(MapPrototype, 'forEach'), (fn, log) => Reflect.apply(fn, new Map([[1, 2], [3, 4], [5, 6]]), [changing(log)]))
  })
})

describe('text', () => {
  const patterns: readonly (() => unknown)[] = [
    () => 'b', () => '', () => /b/, () => /b/g, () => /(?<first>.)(x)?/gu, () => /$/g, () => /a/y, () => 5, () => undefined, () => null, () => Object.assign(/b/g, { lastIndex: 2 }),
    () => new (class Sub extends RegExp {})('b', 'g'), () => Object.assign(/b/g, { exec: () => null }), () => ({ [Symbol.replace]: (text: string) => `own ${text}` }), () => Symbol('b'),
  ]
  for (const name of Object.keys(StringPrototype)) {
    test(name, () => {
      const native = (String.prototype as unknown as Methods)[name]
      for (const pattern of patterns) {
        for (const text of ['abcb', '', '\u{1f600}b', null, 35, ['a', 'b']]) {
          for (const by of ['x$&', undefined, (...args: unknown[]) => show(args), () => Symbol('no'), () => { throw new Error('no') }]) {
            compare(native, fnOf(StringPrototype, name), fn => { const search = pattern(); return [Reflect.apply(fn, text, [search, by]), (search as RegExp | undefined)?.lastIndex] })
          }
        }
      }
    })
  }

  test('JSON.stringify', () => {
    fc.assert(fc.property(fc.json({ depthSize: 'small' }), fc.constantFrom(undefined, 2, '--', 20, {}, -1), fc.nat({ max: 4 }), (text, space, drop) => {
      compare(JSON.stringify as Fn, fnOf(JsonNamespace, 'stringify'), (fn, log) => fn(JSON.parse(text), function (this: unknown, key: string, value: unknown) {
        log(`${key} ${show(this)}`)
        return key.length === drop && key !== '' ? undefined : typeof value === 'number' ? Object(value) as unknown : value
      }, space))
    }), { numRuns: 300 })
    const loop: Record<string, unknown> = { a: { b: [1, { c: { d: {} } }] } }
    ;((loop.a as { b: { c: { d: Record<string, unknown> } }[] }).b[1].c.d).back = loop.a
    const self: unknown[] = []
    self[0] = self
    for (const value of [loop, self, 1n, [1n], () => 1, undefined, NaN, { toJSON: (key: string) => `key ${key}` }, [undefined, Symbol('x')], new Date(0), Object('x'), { x: -0, y: Object(false) }]) {
      compare(JSON.stringify as Fn, fnOf(JsonNamespace, 'stringify'), fn => fn(value, (_: string, inner: unknown) => inner))
      compare(JSON.stringify as Fn, fnOf(JsonNamespace, 'stringify'), fn => fn(value, null, 1))
    }
  })

  test('JSON.parse', () => {
    fc.assert(fc.property(fc.json(), fc.nat({ max: 4 }), (text, drop) => {
      compare(JSON.parse as Fn, fnOf(JsonNamespace, 'parse'), (fn, log) => fn(text, function (this: unknown, ...args: unknown[]) {
        const [key, value] = args as [string, unknown]
        log(`${show(args)} ${show(this)}`)
        if (key === '0' && Array.isArray(this) && this.length > 1) this[1] = { new: 1 }
        return key.length === drop && key !== '' ? undefined : value
      }))
    }), { numRuns: 300 })
    for (const text of ['', '{', undefined, '{"__proto__":1}']) compare(JSON.parse as Fn, fnOf(JsonNamespace, 'parse'), fn => fn(text, (_: string, value: unknown) => value))
  })
})
