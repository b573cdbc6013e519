/**
 * Goal: every kind of value keeps identity, shape and behaviour. Method: one table of values, each through a round trip in
 * this process and through another process; and the same state gives the same bytes.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { decode, encode, UnsupportedValueError } from '../../runtime/encoding/index.js'
import { sites, testNaming } from './sites.js'
import { table } from './table.js'

describe('round trip in one process', () => {
  test.each(table)('$name', ({ value, check }) => {
    const bytes = encode({ value: value() }, testNaming)
    const decoded = decode(bytes, testNaming)
    const early = decoded.root('value')
    decoded.fill()
    expect(Object.is(decoded.root('value'), early)).toBe(true)
    check(early as never)
  })
})

describe('round trip through another process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-encoding-'))
  const program = join(folder, 'child.mjs')
  buildSync({ entryPoints: [join(import.meta.dirname, 'child.ts')], bundle: true, platform: 'node', format: 'esm', outfile: program })
  table.forEach(({ value }, index) => { writeFileSync(join(folder, String(index)), encode({ value: value() }, testNaming)) })
  const { stdout, stderr } = spawnSync(process.execPath, [program, folder], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  const failures = stdout === '' ? undefined : JSON.parse(stdout) as Record<string, string>
  test('it ran', () => { expect(stderr).toBe(''); expect(failures).toBeDefined() })
  test.each(table)('$name', ({ name }) => { expect(failures?.[name]).toBeUndefined() })
})

describe('the same state gives the same bytes', () => {
  test.each(table)('$name', ({ name, value }) => {
    const made = value()
    const first = encode({ value: made }, testNaming)
    expect(encode({ value: made }, testNaming)).toEqual(first)
    // A stack trace names its call, a Buffer of the pool shows its place there.
    if (/Error|of the pool/.test(name)) return
    expect(encode({ value: value() }, testNaming)).toEqual(first)
  })
  test('after a round trip', () => {
    const bytes = encode({ table: table.filter(({ name }) => !/Error|WeakRef|named with content/.test(name)).map(({ value }) => value()) }, testNaming)
    const decoded = decode(bytes, testNaming)
    decoded.fill()
    expect(encode({ table: decoded.root('table') }, testNaming)).toEqual(bytes)
  })
})

describe('what cannot be kept', () => {
  const sealed: { name: string, value: unknown, code: string, path: string }[] = [
    { name: 'a native function', value: { jobs: [0, 1, 2, { socket: [].map.bind([]) }] }, code: 'RP2102', path: 'main.ts#state.jobs[3].socket' },
    { name: 'a Proxy', value: { a: new Proxy({}, { getPrototypeOf: () => { throw new Error('trapped') } }) }, code: 'RP2101', path: 'main.ts#state.a' },
    { name: 'a promise nobody knows', value: new Map([['k', [Promise.resolve()]]]), code: 'RP2104', path: 'main.ts#state<map 1>[0]' },
    { name: 'a native iterator', value: { it: new Map().entries() }, code: 'RP2104', path: 'main.ts#state.it' },
    { name: 'an array\'s iterator', value: { it: [][Symbol.iterator]() }, code: 'RP2103', path: 'main.ts#state.it' },
    { name: 'a native generator', value: { it: (function * () { yield 1 })() }, code: 'RP2104', path: 'main.ts#state.it' },
    { name: 'an object of Node with private state', value: { 'odd key': new FinalizationRegistry(() => {}) }, code: 'RP2103', path: 'main.ts#state["odd key"]' },
    { name: 'through a closure', value: { f: sites.classic({ native: (() => 1) as unknown as object }) }, code: 'RP2102', path: 'main.ts#state.f<captured 0>.native' }
  ]
  test.each(sealed)('$name', ({ value, code, path }) => {
    const attempt = (): unknown => encode({ 'main.ts#state': value }, testNaming)
    expect(attempt).toThrow(UnsupportedValueError)
    expect(attempt).toThrow(expect.objectContaining({ code, path }))
  })
  test('an encode after a failed one is right', () => {
    const shared = { a: [{ b: 1 }] }
    expect(() => encode({ shared, bad: () => 1 }, testNaming)).toThrow(UnsupportedValueError)
    const decoded = decode(encode({ shared }, testNaming), testNaming)
    decoded.fill()
    expect(decoded.root('shared')).toEqual(shared)
  })
})

describe('depth costs no stack', () => {
  test('a linked list of 1,000,000', () => {
    let head: { value: number, next: object | null } | null = null
    for (let index = 0; index < 1e6; index++) head = { value: index, next: head }
    const decoded = decode(encode({ head }, testNaming), testNaming)
    decoded.fill()
    let count = 0
    for (let node = decoded.root('head') as typeof head; node !== null; node = node.next as typeof head) {
      if (node.value !== 999_999 - count++) throw new Error(`wrong at ${count}`)
    }
    expect(count).toBe(1e6)
  })
  test('a chain of 100,000 closures', () => {
    let last: (() => number) | null = null
    for (let index = 0; index < 1e5; index++) last = sites.chained(last, index)
    const decoded = decode(encode({ last }, testNaming), testNaming)
    expect((decoded.root('last') as () => number)()).toBe(99_998)
    decoded.fill()
  })
  test('a prototype chain of 5,000', () => {
    let last: object = {}
    for (let index = 0; index < 5000; index++) last = Object.create(last) as object
    const decoded = decode(encode({ last }, testNaming), testNaming)
    decoded.fill()
    let count = 0
    for (let step: object | null = decoded.root('last') as object; step !== null; step = Object.getPrototypeOf(step) as object | null) count++
    expect(count).toBe(5002)
  })
})
