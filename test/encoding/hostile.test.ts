/**
 * Goal: no bytes, however made, do more than fail: CorruptSnapshotError (or RestoreMismatchError, where they are whole but
 * name what is not there), or another valid state. Never an evaluation, a changed prototype, a hang, memory out of proportion.
 *
 * Method: a table of files built by hand, and seeded mutations of real snapshots whose checksums are made right again. The
 * seed is printed; SEED=… MUTATIONS=… repeats or extends the run.
 */
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../runtime/encoding/bytes.js'
import { openSections, sealSections, type Sections } from '../../runtime/encoding/format.js'
import { CorruptSnapshotError, decode, encode, RestoreMismatchError } from '../../runtime/encoding/index.js'
import { seededRandom } from '../random.js'
import { sites, testNaming } from './sites.js'
import { table } from './table.js'

type Part = number | readonly number[] | string
/** Numbers are counts, strings their Latin-1 bytes, lists raw bytes. */
function section (...parts: Part[]): Uint8Array {
  const out = new ByteWriter(16)
  for (const part of parts) {
    if (typeof part === 'number') out.count(part)
    else for (const byte of typeof part === 'string' ? Buffer.from(part, 'latin1') : part) out.byte(byte)
  }
  return out.finish()
}
const strings = (...texts: string[]): Uint8Array => section(texts.length, ...texts.flatMap(text => [text.length * 2, text]))
const layoutIds = (...ids: number[]): Uint8Array => section(ids.flatMap(id => [id & 255, id >>> 8, 0, 0]))
const NULL = 1; const STRING = 6; const OBJECT = 7; const ABSENT = 11; const SMALL = 128
/** One object, root `r`, of the layout given. */
function file (overrides: Partial<Sections>): Uint8Array {
  return sealSections({
    strings: strings('r', 'object'), symbols: section(0), layouts: section(1, 1, [0, NULL], 0, 0), objects: layoutIds(0), parts: section(), contents: section(),
    weak: section(0), blobs: section(0), roots: section(1, 0, [OBJECT, 0]), ...overrides
  })
}
const named = (name: string, contents: Part[] = []): Uint8Array => file({
  strings: strings('r', 'named', name, 'polluted'),
  layouts: contents.length === 0 ? section(1, 1, [0, ABSENT], 0, 0) : section(1, 1, [4, NULL], 1, [7, STRING, 3], 0),
  parts: section(0, 1, [STRING, 2]),
  contents: section(...contents)
})
const kind = (name: string, contents: Part[], parts: Part[] = [], more: Partial<Sections> = {}): Uint8Array => file({
  strings: strings('r', name, 'a', 'Uint8Array', '(', 'g'), layouts: section(1, 1, [0, NULL], 0, 0), contents: section(...contents), parts: section(...(parts.length > 0 ? [0, ...parts] : [])), ...more
})

const whole = file({})
const hostile: { name: string, bytes: Uint8Array }[] = [
  { name: 'nothing', bytes: new Uint8Array(0) },
  { name: 'another file', bytes: Buffer.from('{"json":true,"long":"enough to be read as a header"}') },
  { name: 'another version', bytes: whole.with(8, 2) },
  { name: 'torn', bytes: whole.subarray(0, whole.length - 1) },
  { name: 'something behind', bytes: new Uint8Array([...whole, 0]) },
  { name: 'a wrong checksum', bytes: whole.with(whole.length - 1, 99) },
  { name: 'an object that is missing', bytes: file({ roots: section(1, 0, [OBJECT, 1]) }) },
  { name: 'a string that is missing', bytes: file({ roots: section(1, 0, [STRING, 9]) }) },
  { name: 'a symbol that is missing', bytes: file({ roots: section(1, 0, [8, 0]) }) },
  { name: 'a value of no type', bytes: file({ roots: section(1, 0, [77]) }) },
  { name: 'a root twice', bytes: file({ roots: section(2, 0, [NULL], 0, [NULL]) }) },
  { name: 'more roots than bytes', bytes: file({ roots: section(2 ** 40) }) },
  { name: 'a count without an end', bytes: file({ roots: section(Array(40).fill(255)) }) },
  { name: 'more strings than bytes', bytes: file({ strings: section(2 ** 31) }) },
  { name: 'a string of gigabytes', bytes: file({ strings: section(1, 2 ** 33) }) },
  { name: 'a layout that is missing', bytes: file({ objects: layoutIds(1) }) },
  { name: 'objects that are torn', bytes: file({ objects: section([0, 0, 0]) }) },
  { name: 'a layout of an unknown kind', bytes: file({ layouts: section(1, 0, [0, NULL], 0, 0) }) },
  { name: 'a layout without a prototype', bytes: file({ layouts: section(1, 1, [0, ABSENT], 0, 0) }) },
  { name: 'unknown flags', bytes: file({ layouts: section(1, 1, [64, NULL], 0, 0) }) },
  { name: 'a read-write accessor', bytes: file({ layouts: section(1, 1, [0, NULL], 1, [9, STRING, 0], 0), contents: section([NULL, NULL]) }) },
  { name: 'a getter that is no function', bytes: file({ layouts: section(1, 1, [0, NULL], 1, [8, STRING, 0], 0), contents: section([NULL, NULL]) }) },
  { name: 'an object that is its own prototype', bytes: file({ layouts: section(1, 1, [0, OBJECT, 0], 0, 0) }) },
  { name: 'content for Object.prototype', bytes: named('Object.prototype', [[SMALL]]) },
  { name: 'content for globalThis', bytes: named('globalThis', [[SMALL]]) },
  { name: 'a name that nothing has', bytes: named('Array.prototype.nothing') },
  { name: 'a module that is none', bytes: named('node:../../etc/passwd') },
  { name: 'a name that is a primitive', bytes: named('Math.PI') },
  { name: 'an array longer than its bytes', bytes: kind('array', [0, 2 ** 31]) },
  { name: 'doubles that are not there', bytes: kind('array', [3, 2 ** 20]) },
  { name: 'elements out of order', bytes: kind('array', [1, 9, 2, 5, [NULL], 3, [NULL]]) },
  { name: 'an element beyond the length', bytes: kind('array', [1, 5, 1, 7, [NULL]]) },
  { name: 'an array longer than arrays are', bytes: kind('array', [1, 2 ** 32, 0]) },
  { name: 'a map longer than its bytes', bytes: kind('map', [2 ** 31]) },
  { name: 'a view of no buffer', bytes: kind('view', [], [4, [STRING, 3, OBJECT, 0, SMALL, SMALL]]) },
  { name: 'a view of a primitive', bytes: kind('view', [], [4, [STRING, 3], [NULL, SMALL], [127]]) },
  { name: 'a buffer without bytes', bytes: kind('array-buffer', [], [2, [SMALL + 3, 0]]) },
  { name: 'a wrong regular expression', bytes: kind('regexp', [0, [NULL]], [2, [STRING, 4, STRING, 5]]) },
  { name: 'a boxed nothing', bytes: kind('boxed', [], [1, [NULL]]) },
  { name: 'a date without a time', bytes: kind('date', [[NULL]]) },
  { name: 'a closure of no site', bytes: kind('closure', [], [2, [STRING, 2, SMALL + 1]]) },
  { name: 'a closure that captures itself', bytes: kind('closure', [], [3, [STRING, 2, SMALL, OBJECT, 0]]) },
  { name: 'a URL that is none', bytes: kind('url', [], [1, [STRING, 2]]) },
  { name: 'parts that belong to nothing', bytes: file({ parts: section(5, 0) }) },
  { name: 'parts given twice', bytes: file({ parts: section(0, 0, 0, 0) }) },
  { name: 'contents that nobody reads', bytes: file({ contents: section([NULL]) }) },
  { name: 'entries for what is not weak', bytes: file({ weak: section(1, 0, 1, [NULL, NULL]) }) },
  { name: 'a bigint with wrong digits', bytes: file({ roots: section(1, 0, [9], 3, 'zzz') }) },
  { name: 'a record with a prototype', bytes: file({ strings: strings('r', 'internal:x') }) }
]

/** What must be the same whatever was decoded. */
const prototypes = [Object, Function, Array, Map, Set, Error, Promise, RegExp, Date].flatMap(Class => [Class, Class.prototype as object])
const fingerprint = (): string => JSON.stringify([
  ...prototypes.map(value => [Reflect.ownKeys(value).map(String), Object.isExtensible(value)]), Reflect.ownKeys(globalThis).map(String)
])

/** Decodes, and looks at everything that came out. Returns whether it was refused. */
function attempt (bytes: Uint8Array): boolean {
  try {
    const decoded = decode(bytes, testNaming)
    for (const key of decoded.keys) decoded.root(key)
    decoded.fill()
    return false
  } catch (error) {
    if (!(error instanceof CorruptSnapshotError || error instanceof RestoreMismatchError)) throw error
    return true
  }
}

describe('files built by hand are refused', () => {
  const before = fingerprint()
  test('the one that is right is not', () => { expect(attempt(whole)).toBe(false) })
  test.each(hostile)('$name', ({ bytes }) => {
    expect(attempt(bytes)).toBe(true)
    expect(fingerprint()).toBe(before)
  })
})

describe('other valid states', () => {
  test('a key __proto__ is an own property', () => {
    const decoded = decode(file({ strings: strings('r', 'object', '__proto__'), layouts: section(1, 1, [0, NULL], 1, [7, STRING, 2], 0), contents: section([SMALL + 1]) }), testNaming)
    decoded.fill()
    expect(Object.getOwnPropertyDescriptor(decoded.root('r'), '__proto__')?.value).toBe(1)
  })
  test('a sparse array of any length costs nothing', () => {
    const before = process.memoryUsage().rss
    for (let round = 0; round < 50; round++) expect(attempt(kind('array', [1, 3e7, 0]))).toBe(false)
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6)
  })
  test('text in keys is not evaluated', () => {
    const evil = '"]; globalThis.evaluated = true; ["'
    const list = Array.from({ length: 500 }, (_, index) => ({ [evil]: index, '${globalThis.evaluated = true}': 1 }))
    const decoded = decode(encode({ list }, testNaming), testNaming)
    decoded.fill()
    expect(decoded.root('list')).toEqual(list)
    expect('evaluated' in globalThis).toBe(false)
  })
})

describe('mutations, sealed again', () => {
  const seed = Number(process.env.SEED ?? 20260101)
  const count = Number(process.env.MUTATIONS ?? 6000)
  // What prints a stack or resizes memory is left out of the corpus only where it is slow.
  const rows = table.filter(({ name }) => !/primitive|only a length|named with content|sparse|200 keys|long/.test(name))

  test(`${count} from seed ${seed}`, { timeout: 600_000 }, () => {
    const random = seededRandom(seed)
    const corpus = rows.map(({ value }) => encode({ value: value(), more: sites.adder(1, 2) }, testNaming))
    const before = fingerprint()
    let refused = 0
    for (let round = 0; round < count; round++) {
      const index = random.below(corpus.length)
      const bytes = mutate(openSections(corpus[index]!), random)
      try {
        if (attempt(bytes)) refused++
      } catch (error) {
        throw new Error(`Round ${round}, row "${rows[index]!.name}": ${String(error)}`, { cause: error })
      }
      if (round % 100 === 0) expect(fingerprint()).toBe(before)
    }
    expect(fingerprint()).toBe(before)
    // Both ends are met: mutations that are seen, and others that give another state.
    expect(refused).toBeGreaterThan(count / 10)
    expect(refused).toBeLessThan(count)
  })

  test('checksums find every single flipped bit', () => {
    const bytes = encode({ value: { a: [1, 'two'] } }, testNaming)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice()
      flipped[bit >>> 3]! ^= 1 << (bit & 7)
      expect(() => decode(flipped, testNaming)).toThrow(CorruptSnapshotError)
    }
    expect(crc32(bytes)).toBeTypeOf('number')
  })
})

function mutate (sections: Sections, random: { below (limit: number): number }): Uint8Array {
  const changed = { ...sections }
  for (let times = 1 + random.below(3); times > 0; times--) {
    const names = Object.keys(changed) as (keyof Sections)[]
    const name = names[random.below(names.length)]!
    const bytes = changed[name].slice()
    const at = random.below(bytes.length + 1)
    switch (random.below(5)) {
      case 0: if (at < bytes.length) bytes[at] = random.below(256); changed[name] = bytes; break
      case 1: if (at < bytes.length) bytes[at]! ^= 1 << random.below(8); changed[name] = bytes; break
      case 2: changed[name] = bytes.subarray(0, at); break
      case 3: changed[name] = new Uint8Array([...bytes.subarray(0, at), random.below(256), ...bytes.subarray(at)]); break
      default: if (at < bytes.length) bytes[at] = [0, 1, 6, 7, 8, 9, 11, 127, 128, 255][random.below(10)]!; changed[name] = bytes
    }
  }
  return sealSections(changed)
}
