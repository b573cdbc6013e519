/** Gives objects of a snapshot their identities, on demand, each after what it cannot be made without. */
import { ByteReader } from './bytes.js'
import { corrupt, RestoreMismatchError } from './errors.js'
import { ABSENT, BIGINT, DOUBLE, INTEGER, NEGATIVE_BIGINT, OBJECT, SMALL_INTEGER, STRING, SYMBOL, type Sections } from './format.js'
import type { Layout } from './decode-layouts.js'
import type { Naming } from './naming.js'
import { create, getPrototypeOf, isObject, setPrototypeOf } from './natives.js'
import { makePlan, type Plan } from './plans.js'
import { closureKind, memberKind, namedKind, objectKind } from './values/index.js'

/** Reads values; objects among them through this allocator. */
export interface ValueReader {
  valueOf (input: ByteReader): unknown
}

const UNSEEN = 0
/** On the stack, waiting for what it depends on. */
const WAITING = 1
const objectPrototype = Object.prototype as object
/** A plan takes some kilobytes; a file must not buy memory with many layouts. */
const PLANS_MAX = 256
const NO_PARTS: readonly unknown[] = []

export class Allocator {
  readonly count: number
  private readonly objects: (object | undefined)[] = []
  private readonly heads: Uint32Array
  private readonly state: Uint8Array
  /** Where the parts of an object stand, plus one; 0 for none. */
  private readonly partPositions: Uint32Array
  private readonly parts: ByteReader
  private readonly blobs: Uint8Array[] = []
  private plansLeft = PLANS_MAX

  constructor (sections: Sections, private readonly layouts: readonly Layout[], private readonly naming: Naming, private readonly values: ValueReader) {
    if (sections.objects.length % 4 !== 0) corrupt('its objects are torn')
    this.count = sections.objects.length / 4
    this.heads = new Uint32Array(this.count)
    this.state = new Uint8Array(this.count)
    this.partPositions = new Uint32Array(this.count)
    this.parts = new ByteReader(sections.parts)
    // Filled at once: written in another order it would become a dictionary.
    for (let id = 0; id < this.count; id++) this.objects[id] = undefined
    this.readHeads(new ByteReader(sections.objects))
    this.readBlobs(new ByteReader(sections.blobs))
    this.findParts()
  }

  object (id: number): object {
    return this.objects[id] ?? this.allocate(id)
  }

  layoutOf (id: number): Layout {
    return this.layouts[this.heads[id]]
  }

  /** Undefined where the kind knows it. */
  prototypeOf (layout: Layout): object | null | undefined {
    return typeof layout.prototype === 'number' ? this.object(layout.prototype) : layout.prototype
  }

  partsOf (id: number): readonly unknown[] {
    return this.partPositions[id] === 0 ? NO_PARTS : this.readParts(id)
  }

  /** For messages about objects that exist already. */
  describe (id: number): string {
    const parts = this.partsOf(id)
    const { kind } = this.layoutOf(id)
    if (kind === memberKind) return `${String(parts[1])} of a class`
    return typeof parts[0] === 'string' ? parts[0] : kind.name
  }

  // ---- in order of dependencies

  private allocate (root: number): object {
    if (root >= this.count) corrupt('an object is missing')
    const { plan } = this.layoutOf(root)
    if (plan !== undefined) return this.objects[root] = plan.allocate()
    const stack = [root]
    let depth = 1
    while (depth > 0) {
      const id = stack[depth - 1]
      if (this.objects[id] !== undefined) {
        depth--
        continue
      }
      const isFirst = this.state[id] === UNSEEN
      this.state[id] = WAITING
      const layout = this.layoutOf(id)
      const before = depth
      const need = (dependency: number, isHard: boolean): void => {
        if (dependency >= this.count) corrupt('an object is missing')
        if (this.objects[dependency] !== undefined) return
        if (this.state[dependency] === UNSEEN) stack[depth++] = dependency
        else if (isHard) corrupt('an object cannot be made before itself')
      }
      if (isFirst || this.hasDependencies(id, layout)) this.dependencies(id, layout, need)
      if (depth > before) continue
      this.objects[id] = this.make(id, layout)
      depth--
    }
    return this.objects[root]!
  }

  private hasDependencies (id: number, layout: Layout): boolean {
    return this.partPositions[id] !== 0 || layout.classes.length > 0
  }

  private dependencies (id: number, layout: Layout, need: (dependency: number, isHard: boolean) => void): void {
    if (typeof layout.prototype === 'number' && !layout.isExisting) need(layout.prototype, false)
    for (let index = 0; index < layout.classes.length; index++) {
      if (!layout.isExisting) need(layout.classes[index], true)
    }
    if (this.partPositions[id] === 0) return
    const { parts } = this
    parts.position = this.partPositions[id] - 1
    const count = parts.countOf(1)
    for (let index = 0; index < count; index++) {
      if (parts.position < parts.end && parts.bytes[parts.position] === OBJECT) {
        parts.position++
        need(parts.count(), true)
      } else {
        this.skipValue(parts)
      }
    }
  }

  private make (id: number, layout: Layout): object {
    if (layout.plan !== undefined) return layout.plan.allocate()
    if (layout.isExisting) return this.makeExisting(id, layout)
    const { kind } = layout
    const prototype = this.availablePrototype(layout)
    if (layout.classes.length > 0) return this.makeBranded(layout, prototype)
    if (kind === objectKind || kind.internalPrototype !== undefined) {
      const plan = layout.planned ? undefined : this.plan(layout, prototype)
      return plan === undefined ? create(prototype) as object : plan.allocate()
    }
    const object = kind.allocate(this.partPositions[id] === 0 ? [] : this.readParts(id), this.blob)
    if (!isObject(object)) corrupt('a kind made no object')
    if (layout.prototype !== undefined && getPrototypeOf(object) !== prototype) setPrototypeOf(object, prototype)
    return object
  }

  /** Already decided, or Object.prototype as a stand-in until the object is filled. */
  private availablePrototype (layout: Layout): object | null {
    if (layout.kind.internalPrototype !== undefined) return layout.kind.internalPrototype
    const { prototype } = layout
    return typeof prototype === 'number' ? this.objects[prototype] ?? objectPrototype : prototype ?? null
  }

  /** Decided with a layout's first object: all of a layout are made in one way. */
  private plan (layout: Layout, prototype: object | null): Plan | undefined {
    layout.planned = true
    const { kind, flags, isPlain, keys, instances } = layout
    const isFinal = typeof layout.prototype !== 'number' || this.objects[layout.prototype] !== undefined
    if (!isFinal || prototype === null || flags !== 0 || !isPlain || kind.encode !== undefined || kind.fill !== undefined) return undefined
    if (this.plansLeft === 0) return undefined
    const plan = makePlan(prototype, keys, instances)
    if (plan !== undefined) this.plansLeft--
    layout.plan = plan
    return plan
  }

  private makeExisting (id: number, layout: Layout): object {
    const parts = this.readParts(id)
    const { naming } = this
    if (layout.kind === closureKind) {
      const captures: unknown[] = []
      for (let index = 2; index < parts.length; index++) captures[index - 2] = parts[index]
      const module = parts[0]
      const site = parts[1]
      if (typeof module !== 'string' || typeof site !== 'number') corrupt('a closure has no site')
      return naming.makeClosure(module, site, captures)
    }
    if (layout.kind === namedKind) {
      const name = parts[0]
      if (typeof name !== 'string') corrupt('a named value has no name')
      const value = naming.byName(name)
      if (!isObject(value)) throw new RestoreMismatchError('RP3103', [name])
      return value
    }
    const owner = parts[0]
    const name = parts[1]
    if (!isObject(owner) || typeof name !== 'string') corrupt('a member has no owner')
    const member = naming.memberByName(owner, name)
    if (member === undefined) throw new RestoreMismatchError('RP3103', [`${name} of a class`])
    return member
  }

  private makeBranded (layout: Layout, prototype: object | null): object {
    const classes: object[] = []
    for (let index = 0; index < layout.classes.length; index++) classes[index] = this.objects[layout.classes[index]]!
    const object = this.naming.allocateBranded(classes, prototype)
    if (!isObject(object)) corrupt('a class made no object')
    return object
  }

  // ---- sections

  private readHeads (input: ByteReader): void {
    for (let id = 0; id < this.count; id++) {
      const layout = input.uint32()
      if (layout >= this.layouts.length) corrupt('a layout is missing')
      this.heads[id] = layout
      this.layouts[layout].instances++
    }
  }

  private readBlobs (input: ByteReader): void {
    const count = input.countOf(1)
    for (let index = 0; index < count; index++) this.blobs[index] = input.raw(input.count())
    if (!input.atEnd()) corrupt('something follows the buffers')
  }

  private readonly blob = (index: number): Uint8Array => this.blobs[index] ?? corrupt('the bytes of a buffer are missing')

  private findParts (): void {
    const { parts } = this
    while (!parts.atEnd()) {
      const id = parts.count()
      if (id >= this.count || this.partPositions[id] !== 0) corrupt('parts belong to no object')
      this.partPositions[id] = parts.position + 1
      const count = parts.countOf(1)
      for (let index = 0; index < count; index++) this.skipValue(parts)
    }
  }

  private readParts (id: number): unknown[] {
    if (this.partPositions[id] === 0) corrupt('an object has no parts')
    const { parts } = this
    parts.position = this.partPositions[id] - 1
    const values: unknown[] = []
    const count = parts.countOf(1)
    for (let index = 0; index < count; index++) values[index] = this.values.valueOf(parts)
    return values
  }

  skipValue (input: ByteReader): void {
    const tag = input.byte()
    if (tag >= SMALL_INTEGER || tag < INTEGER || tag === ABSENT) return
    switch (tag) {
      case INTEGER: case STRING: case OBJECT: case SYMBOL: input.count(); break
      case DOUBLE: input.raw(8); break
      case BIGINT: case NEGATIVE_BIGINT: input.raw(input.count()); break
      default: corrupt('a value is of no type')
    }
  }
}
