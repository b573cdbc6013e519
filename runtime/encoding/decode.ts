/**
 * Decodes a snapshot's heap in two phases. `root(key)` gives a value its final identity, with all that has to exist before
 * it: a closure's captures, a prototype, a class. `fill` then puts the content into everything. In between, modules can use
 * the identities, as they do while they are evaluated again.
 *
 * Allocation follows dependencies with a stack of its own: a chain of 100,000 closures costs no native stack. A prototype
 * that depends on the object itself is set when the object is filled.
 *
 * The bytes are taken for hostile: each number is checked before it is used, nothing in them is evaluated, content goes
 * only into objects that the snapshot makes or that naming says have content.
 */
import { ByteReader } from './bytes.js'
import { corrupt, RestoreMismatchError } from './errors.js'
import {
  ABSENT, BIGINT, DOUBLE, FALSE, HAS_CONTENT, HAS_ELEMENTS, INTEGER, NEGATIVE_BIGINT, NOT_EXTENSIBLE, NULL, OBJECT, openSections, SMALL_INTEGER, STRING,
  SYMBOL, TRUE, UNDEFINED
} from './format.js'
import { RepriseError } from '../diagnostics/error.js'
import { Allocator } from './allocate.js'
import { ABSENT_VALUE, type ContentReader } from './kinds.js'
import { decodeLayouts, type Layout } from './decode-layouts.js'
import type { Naming } from './naming.js'
import { getPrototypeOf, isObject, preventExtensions, SafeMap, setPrototypeOf } from './natives.js'
import { fillElements, fillProperties } from './properties.js'
import { lookForInheritedIndices } from './values/array.js'
import { weakAdd } from './values/weak.js'
import { decodeBigint } from './values/primitive.js'
import { decodeStrings } from './values/string.js'
import { decodeSymbols } from './values/symbol.js'

export interface Decoded {
  readonly keys: readonly string[]
  has (key: string): boolean
  /** The value of a root, with its final identity; before `fill` objects are empty. */
  root (key: string): unknown
  /** Fills all that the roots reach. Once. */
  fill (): void
}

export function decode (bytes: Uint8Array, naming: Naming): Decoded {
  return guarded(() => new Decoder(bytes, naming))
}

/** What hostile bytes make the engine throw is damage like any other. */
function guarded<Result> (work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (error instanceof RepriseError) throw error
    return corrupt('its values do not fit together', error)
  }
}

class Decoder implements Decoded, ContentReader {
  readonly keys: string[] = []
  private readonly strings: string[]
  private readonly symbols: symbol[]
  private readonly layouts: Layout[]
  private readonly allocator: Allocator
  private readonly rootPositions = new SafeMap<string, number>()
  private readonly roots: ByteReader
  private readonly contents: ByteReader
  private readonly weak: ByteReader
  /** What `value` reads. */
  private input: ByteReader
  private budget: number
  private filled = false
  private readonly read = (): unknown => this.value()

  constructor (bytes: Uint8Array, private readonly naming: Naming) {
    const sections = openSections(bytes)
    this.budget = bytes.length * 4 + 65536
    this.strings = decodeStrings(new ByteReader(sections.strings))
    this.symbols = decodeSymbols(new ByteReader(sections.symbols), id => this.string(id), naming)
    this.contents = this.input = new ByteReader(sections.contents)
    this.roots = new ByteReader(sections.roots)
    this.weak = new ByteReader(sections.weak)
    this.layouts = decodeLayouts(new ByteReader(sections.layouts), this)
    this.allocator = new Allocator(sections, this.layouts, naming, this)
    this.readRoots()
  }

  has (key: string): boolean {
    return this.rootPositions.has(key)
  }

  root (key: string): unknown {
    const position = this.rootPositions.get(key)
    if (position === undefined) return undefined
    this.roots.position = position
    return guarded(() => this.valueOf(this.roots))
  }

  fill (): void {
    if (this.filled) throw new Error('A snapshot is filled once')
    this.filled = true
    guarded(() => this.fillAll())
  }

  // ---- values

  value (): unknown {
    return this.valueOf(this.input)
  }

  valueOrAbsent (): unknown {
    const { input } = this
    if (input.position < input.end && input.bytes[input.position] === ABSENT) {
      input.position++
      return ABSENT_VALUE
    }
    return this.valueOf(input)
  }

  count (): number { return this.input.count() }
  countOf (size: number): number { return this.input.countOf(size) }
  double (): number { return this.input.double() }

  spend (bytes: number): boolean {
    if (bytes > this.budget) return false
    this.budget -= bytes
    return true
  }

  valueOf (input: ByteReader): unknown {
    const tag = input.byte()
    if (tag >= SMALL_INTEGER) return tag - SMALL_INTEGER
    switch (tag) {
      case UNDEFINED: return undefined
      case NULL: return null
      case FALSE: return false
      case TRUE: return true
      case INTEGER: return input.integer()
      case DOUBLE: return input.double()
      case STRING: return this.string(input.count())
      case OBJECT: return this.allocator.object(input.count())
      case SYMBOL: return this.symbol(input.count())
      case BIGINT: return decodeBigint(input, false)
      case NEGATIVE_BIGINT: return decodeBigint(input, true)
      default: return corrupt('a value is of no type')
    }
  }

  string (id: number): string {
    return id < this.strings.length ? this.strings[id] : corrupt('a string is missing')
  }

  symbol (id: number): symbol {
    return id < this.symbols.length ? this.symbols[id] : corrupt('a symbol is missing')
  }

  private readRoots (): void {
    const { roots } = this
    const count = roots.countOf(2)
    for (let index = 0; index < count; index++) {
      const key = this.string(roots.count())
      if (this.rootPositions.has(key)) corrupt('a root stands there twice')
      this.keys[index] = key
      this.rootPositions.set(key, roots.position)
      this.allocator.skipValue(roots)
    }
    if (!roots.atEnd()) corrupt('something follows the roots')
  }

  // ---- content

  private fillAll (): void {
    const { allocator } = this
    const { count } = allocator
    lookForInheritedIndices()
    for (let id = 0; id < count; id++) allocator.object(id)
    this.input = this.contents
    for (let id = 0; id < count; id++) {
      const layout = allocator.layoutOf(id)
      const object = allocator.object(id)
      if (layout.plan !== undefined) layout.plan.fill(object, this.read)
      else this.fillObject(object, id, layout)
    }
    if (!this.contents.atEnd()) corrupt('something follows the contents')
    this.fillWeak()
    for (let id = 0; id < count; id++) allocator.layoutOf(id).kind.filled?.(allocator.object(id))
  }

  private fillObject (object: object, id: number, layout: Layout): void {
    const { kind, flags } = layout
    if (layout.isExisting) {
      if ((flags & HAS_CONTENT) === 0) return
      // A closure's content is its own; all else that exists already must have been given up for the snapshot's.
      if (layout.isNamed && !this.naming.hasContent(object)) corrupt('it has content for what is only named')
    }
    const prototype = this.allocator.prototypeOf(layout)
    if (prototype !== undefined && getPrototypeOf(object) !== prototype && !setPrototypeOf(object, prototype)) {
      throw new RestoreMismatchError('RP3104', ['__proto__', this.allocator.describe(id)])
    }
    if (kind.fill !== undefined) kind.fill(object, this, this.allocator.partsOf(id))
    const existing = layout.isExisting || layout.classes.length > 0
    let elements: SafeMap<string, true> | undefined
    if ((flags & HAS_ELEMENTS) !== 0) elements = fillElements(object, this)
    fillProperties(object, layout, this, existing || kind.hasOwnProperties === true, elements, () => this.allocator.describe(id))
    for (let index = 0; index < layout.classes.length; index++) this.fillBrand(object, layout.classes[index])
    if ((flags & NOT_EXTENSIBLE) !== 0) preventExtensions(object)
  }

  private fillBrand (object: object, classRef: unknown): void {
    const values: unknown[] = []
    const count = this.countOf(1)
    for (let index = 0; index < count; index++) values[index] = this.value()
    const resolved = typeof classRef === 'number' ? this.allocator.object(classRef) : undefined
    if (!isObject(resolved)) corrupt('private members of no class')
    this.naming.setBrand(resolved, object, values)
  }

  private fillWeak (): void {
    const { weak } = this
    const count = weak.countOf(2)
    for (let index = 0; index < count; index++) {
      const collection = this.allocator.object(weak.count())
      const entries = weak.countOf(2)
      for (let entry = 0; entry < entries; entry++) {
        const key = this.valueOf(weak)
        weakAdd(collection, key, this.valueOf(weak))
      }
    }
    if (!weak.atEnd()) corrupt('something follows the weak collections')
  }
}
