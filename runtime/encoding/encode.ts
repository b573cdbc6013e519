/**
 * Encodes the graph of values that roots reach. Objects get ids in the order of their first visit and are written in that
 * order from a worklist, so depth costs no stack and the same state gives the same bytes.
 *
 * What an object writes, in three streams:
 *
 *     objects   its layout (32 bits)
 *     parts     id, then what has to exist before it is made: a closure's captures, a view's buffer; only for some kinds
 *     contents  kind's content, elements, properties in the layout's order, private fields of each class
 *
 * Reading a property costs a descriptor (18 ns), since an accessor must not be called, and the list of all own keys 170 an
 * object: these are most of the time.
 */
import { ByteWriter } from './bytes.js'
import { UnsupportedValueError } from './errors.js'
import {
  ABSENT, ACCESSOR, CONFIGURABLE, ENUMERABLE, FALSE, HAS_CONTENT, HAS_ELEMENTS, NOT_EXTENSIBLE, NULL, OBJECT, PLAIN, sealSections, STRING, SYMBOL,
  TRUE, UNDEFINED, WRITABLE
} from './format.js'
import { Identities } from './identity.js'
import {
  findKind, functionKeys, functionName, HiddenState, isIndexKey, Refusal, refuse, refuseHiddenState, withSymbols
} from './find-kind.js'
import { nameIntrinsics } from './intrinsics.js'
import {
  ABSENT_VALUE, builtinKindOf, defineKindsThatAreThere, definedKindOf, kindByNumber, kindNumber, type ContentWriter, type Kind, type Visit
} from './kinds.js'
import { LayoutEncoder, type LayoutNode, type ValueEncoder } from './layouts.js'
import type { Brand, Naming } from './naming.js'
import { getOwnPropertyNames, getPrototypeOf, hasOwn, isExtensible, isObject, isProxy, ownKeys } from './natives.js'
import { pathTo } from './path.js'
import { forgetViews } from './values/array-buffer.js'
import { arrayKind, attributesOf, encodeDescriptor, lookForInheritedIndices } from './values/array.js'
import { closureKind, memberKind, namedKind } from './values/index.js'
import { encodeBigint, encodeNumber } from './values/primitive.js'
import { StringEncoder } from './values/string.js'
import { SymbolEncoder } from './values/symbol.js'
import { forgetOwners } from './values/url.js'
import { WeakEntries } from './weak-entries.js'

const getDescriptor = Object.getOwnPropertyDescriptor
const NO_BRANDS: readonly Brand[] = []
const NO_CLASSES: readonly object[] = []

export function encode (roots: Record<string, unknown>, naming: Naming): Uint8Array {
  nameIntrinsics()
  defineKindsThatAreThere()
  lookForInheritedIndices()
  const encoder = new Encoder(naming)
  try {
    return encoder.encode(roots)
  } catch (error) {
    const refusal = error instanceof HiddenState ? new Refusal('RP2103', encoder.current, error.name) : error
    if (!(refusal instanceof Refusal)) throw error
    throw new UnsupportedValueError(refusal.code, refusal.value, pathTo(roots, refusal.value, naming), refusal.what)
  } finally {
    encoder.end()
  }
}

class Encoder implements ContentWriter, ValueEncoder, Visit {
  private readonly identities = new Identities()
  private readonly strings = new StringEncoder()
  private readonly symbols: SymbolEncoder
  private readonly layouts: LayoutEncoder
  private readonly objects = new ByteWriter(1 << 14)
  private readonly parts = new ByteWriter()
  private readonly contents = new ByteWriter(1 << 16)
  /** Where `value` and `count` write. */
  private out = this.contents
  private next = 0
  private readonly weak: WeakEntries
  private readonly late: { id: number, kind: Kind, value: object }[] = []
  private readonly blobs: (() => Uint8Array)[] = []
  private readonly cleanDescriptors = !hasOwn(Object.prototype, 'writable')

  constructor (private readonly naming: Naming) {
    this.symbols = new SymbolEncoder(this.strings, naming)
    this.layouts = new LayoutEncoder(this, refuseHiddenState)
    this.weak = new WeakEntries(this.identities, this.symbols, naming)
  }

  /** The object that is being written. */
  get current (): object {
    return this.identities.objects[this.next - 1]
  }

  end (): void {
    this.identities.end()
    forgetViews()
    forgetOwners()
  }

  encode (roots: Record<string, unknown>): Uint8Array {
    const rootSection = new ByteWriter()
    const keys = ownKeys(roots)
    rootSection.count(keys.length)
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string
      rootSection.count(this.strings.idOf(key))
      this.writeValue(rootSection, roots[key])
    }
    this.drain()
    while (this.weak.find(value => this.touch(value))) this.drain()
    for (let index = 0; index < this.late.length; index++) {
      const { id, kind, value } = this.late[index]
      this.writeParts(id, kind.parts!(value, this))
    }
    this.drain()
    const weak = new ByteWriter()
    this.weak.write(weak, this)
    return sealSections({
      strings: this.strings.finish(),
      symbols: this.symbols.finish(),
      layouts: this.layouts.finish(),
      objects: this.objects.finish(),
      parts: this.parts.finish(),
      contents: this.contents.finish(),
      weak: weak.finish(),
      blobs: this.blobSection(),
      roots: rootSection.finish()
    })
  }

  // ---- values

  value (value: unknown): void {
    this.writeValue(this.out, value)
  }

  count (value: number): void {
    this.out.count(value)
  }

  double (value: number): void {
    this.out.double(value)
  }

  stringId (text: string): number {
    return this.strings.idOf(text)
  }

  writeValue (out: ByteWriter, value: unknown): void {
    switch (typeof value) {
      case 'number': encodeNumber(out, value); break
      case 'string':
        out.byte(STRING)
        out.count(this.strings.idOf(value))
        break
      case 'object':
        if (value === null) {
          out.byte(NULL)
          break
        } // falls through
      case 'function':
        out.byte(OBJECT)
        out.count(this.identities.idOf(value))
        break
      case 'undefined': out.byte(UNDEFINED); break
      case 'boolean': out.byte(value ? TRUE : FALSE); break
      case 'symbol':
        if (value === ABSENT_VALUE) {
          out.byte(ABSENT)
        } else {
          out.byte(SYMBOL)
          out.count(this.symbols.idOf(value))
        }
        break
      default: encodeBigint(out, value as bigint)
    }
  }

  has (value: unknown): boolean {
    return typeof value === 'symbol' ? this.symbols.has(value) : isObject(value) && this.identities.visited(value) !== -1
  }

  touch (value: unknown): void {
    if (isObject(value)) this.identities.idOf(value)
    else if (typeof value === 'symbol') this.symbols.idOf(value)
  }

  refuse (value: unknown, what: string): never {
    return refuse('RP2104', value, what)
  }

  blob (bytes: () => Uint8Array): number {
    const index = this.blobs.length
    this.blobs[index] = bytes
    return index
  }

  private blobSection (): Uint8Array {
    const section = new ByteWriter(16)
    section.count(this.blobs.length)
    for (let index = 0; index < this.blobs.length; index++) {
      const bytes = this.blobs[index]()
      section.count(bytes.length)
      section.raw(bytes)
    }
    return section.finish()
  }

  // ---- objects

  private drain (): void {
    const { identities } = this
    while (this.next < identities.count) {
      const id = this.next++
      this.encodeObject(identities.objects[id], id)
    }
  }

  private encodeObject (value: object, id: number): void {
    const { naming } = this
    const name = naming.nameOf(value)
    if (name !== undefined) return this.encodeExisting(namedKind, value, id, [name], naming.hasContent(value))
    const known = this.identities.kind(value)
    if (known === 0 && isProxy(value)) return this.encodeNew(definedKindOf(value) ?? refuse('RP2101', value, ''), value, id)
    const member = naming.memberOf(value)
    if (member !== undefined) return this.encodeExisting(memberKind, value, id, [member.owner, member.name], naming.hasContent(value))
    if (typeof value === 'function') return this.encodeFunction(value, id)
    this.encodeNew(known === 0 ? this.learnKind(value) : kindByNumber(known), value, id)
  }

  private encodeFunction (value: object, id: number): void {
    const closure = this.naming.closureOf(value)
    if (closure === undefined) return this.encodeNew(definedKindOf(value) ?? refuse('RP2102', value, functionName(value)), value, id)
    const parts: unknown[] = [closure.module, closure.site]
    for (let index = 0; index < closure.captures.length; index++) parts[index + 2] = closure.captures[index]
    this.encodeExisting(closureKind, value, id, parts, true)
  }

  private encodeExisting (kind: Kind, value: object, id: number, parts: unknown[], hasContent: boolean): void {
    this.writeParts(id, parts)
    if (!hasContent) {
      this.objects.uint32(this.layouts.layout(this.layouts.root(kind, undefined), 0, NO_CLASSES))
      return
    }
    const builtin = typeof value === 'function' ? undefined : builtinKindOf(value)
    if (builtin !== undefined && builtin !== arrayKind) refuse('RP2104', value, `A ${builtin.name} known by name`)
    const keys = typeof value === 'function' ? functionKeys(value) : ownKeys(value)
    this.encodeProperties(value, this.layouts.root(kind, getPrototypeOf(value)), keys, HAS_CONTENT, this.naming.brandsOf(value))
  }

  private encodeNew (kind: Kind, value: object, id: number): void {
    if (kind.internalPrototype !== undefined) return this.encodeInternal(kind, value)
    if (kind.opaque === true) return this.encodeOpaque(kind, value, id)
    const brands = this.naming.brandsOf(value)
    const root = this.layouts.root(kind, getPrototypeOf(value))
    if (kind.parts !== undefined) {
      if (brands.length > 0) refuse('RP2104', value, `A ${kind.name} with private members`)
      if (kind.late === true) this.late[this.late.length] = { id, kind, value }
      else this.writeParts(id, kind.parts(value, this))
    }
    kind.encode?.(value, this, this)
    if (kind.weak !== undefined) this.weak.add(value, id)
    this.encodeProperties(value, root, keysOf(kind, value), 0, brands)
  }

  private encodeOpaque (kind: Kind, value: object, id: number): void {
    this.writeParts(id, kind.parts?.(value, this) ?? [])
    kind.encode?.(value, this, this)
    this.objects.uint32(this.layouts.layout(this.layouts.root(kind, undefined), 0, NO_CLASSES))
  }

  /** Runtime's own: no accessors, no symbols, the prototype by the kind's name. */
  private encodeInternal (kind: Kind, value: object): void {
    const fields = kind.fields ?? getOwnPropertyNames(value)
    kind.encode?.(value, this, this)
    let node = this.layouts.root(kind, undefined)
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index]
      if (!hasOwn(value, field)) continue
      node = node.next(field, PLAIN)
      this.writeValue(this.contents, (value as Record<string, unknown>)[field])
    }
    this.objects.uint32(this.layouts.layout(node, 0, NO_CLASSES))
  }

  private encodeProperties (value: object, root: LayoutNode, keys: readonly (string | symbol)[], flags: number, brands: readonly Brand[]): void {
    const { contents } = this
    let node = root
    let position = 0
    if (keys.length > 0 && isIndexKey(keys[0])) {
      position = this.encodeElements(value, keys)
      flags |= HAS_ELEMENTS
    }
    for (; position < keys.length; position++) node = this.encodeProperty(value, keys[position], node)
    if (!isExtensible(value)) flags |= NOT_EXTENSIBLE
    let classes = NO_CLASSES
    if (brands !== NO_BRANDS && brands.length > 0) {
      const list: object[] = []
      for (let index = 0; index < brands.length; index++) {
        const { classRef, values } = brands[index]
        list[index] = classRef
        contents.count(values.length)
        for (let field = 0; field < values.length; field++) this.writeValue(contents, values[field])
      }
      classes = list
    }
    this.objects.uint32(this.layouts.layout(node, flags, classes))
  }

  private encodeProperty (value: object, key: string | symbol, node: LayoutNode): LayoutNode {
    const descriptor = getDescriptor(value, key)
    if (descriptor === undefined) return node
    // A descriptor inherits from the program's Object.prototype; the rare one that adds to it is met on the other way.
    if (descriptor.writable !== undefined && (this.cleanDescriptors || hasOwn(descriptor, 'value'))) {
      this.writeValue(this.contents, descriptor.value)
      return node.next(key, (descriptor.writable === true ? WRITABLE : 0) | (descriptor.enumerable === true ? ENUMERABLE : 0) |
        (descriptor.configurable === true ? CONFIGURABLE : 0))
    }
    this.writeValue(this.contents, descriptor.get)
    this.writeValue(this.contents, descriptor.set)
    return node.next(key, attributesOf(descriptor) | ACCESSOR)
  }

  /** Index keys come first. Returns how many there are. */
  private encodeElements (value: object, keys: readonly (string | symbol)[]): number {
    let count = 1
    while (count < keys.length && isIndexKey(keys[count])) count++
    this.count(count)
    for (let position = 0; position < count; position++) {
      this.count(+(keys[position] as string))
      encodeDescriptor(getDescriptor(value, keys[position])!, this)
    }
    return count
  }

  private writeParts (id: number, parts: readonly unknown[]): void {
    const { parts: out } = this
    out.count(id)
    out.count(parts.length)
    for (let index = 0; index < parts.length; index++) this.writeValue(out, parts[index])
  }

  // ---- kinds

  private learnKind (value: object): Kind {
    const kind = findKind(value)
    this.identities.setKind(value, kindNumber(kind))
    return kind
  }
}

function keysOf (kind: Kind, value: object): (string | symbol)[] {
  if (kind.ownKeys !== undefined) return kind.ownKeys(value)
  return kind.ownNames === undefined ? ownKeys(value) : withSymbols(kind.ownNames(value), value)
}
