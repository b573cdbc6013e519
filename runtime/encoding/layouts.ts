/**
 * Layouts: what objects of one shape share, stored once: kind, prototype, keys with their attributes in order, classes
 * whose private members they have. While an object's properties are read, its layout is found by walking a tree of keys
 * from its kind and prototype; where the last object went is tried first, so a run of equal shapes costs a comparison a key.
 *
 * An entry of the section `layouts`: kind (string), flags, prototype (value; ABSENT for runtime classes), number of keys,
 * for each its attributes and itself (string or symbol), number of classes, the classes (values).
 */
import { ABSENT } from './format.js'
import { ByteWriter } from './bytes.js'
import type { Kind } from './kinds.js'
import { SafeMap } from './natives.js'

export class LayoutNode {
  private lastKey: string | symbol | undefined = undefined
  private lastAttributes = 0
  private last: LayoutNode | undefined = undefined
  /** By key, then by attributes; only once there is a second child. */
  private others: SafeMap<string | symbol, (LayoutNode | undefined)[]> | undefined = undefined
  /** Index of the layout that has no flags and no classes, or -1. */
  layout = -1
  variants: SafeMap<string, number> | undefined = undefined

  constructor (
    readonly kind: Kind,
    readonly prototype: object | null | undefined,
    readonly parent: LayoutNode | undefined,
    readonly key: string | symbol,
    readonly attributes: number
  ) {}

  next (key: string | symbol, attributes: number): LayoutNode {
    if (this.lastKey === key && this.lastAttributes === attributes) return this.last!
    return this.otherNext(key, attributes)
  }

  private otherNext (key: string | symbol, attributes: number): LayoutNode {
    if (this.last === undefined) {
      this.last = new LayoutNode(this.kind, this.prototype, this, key, attributes)
      this.lastKey = key
      this.lastAttributes = attributes
      return this.last
    }
    this.others ??= new SafeMap()
    this.remember(this.lastKey!, this.lastAttributes, this.last)
    const node = this.others.get(key)?.[attributes] ?? new LayoutNode(this.kind, this.prototype, this, key, attributes)
    this.remember(key, attributes, node)
    this.last = node
    this.lastKey = key
    this.lastAttributes = attributes
    return node
  }

  private remember (key: string | symbol, attributes: number, node: LayoutNode): void {
    let list = this.others!.get(key)
    if (list === undefined) this.others!.set(key, list = [])
    list[attributes] = node
  }
}

/** Writes a value where it is told, and gives objects their ids. */
export interface ValueEncoder {
  writeValue (out: ByteWriter, value: unknown): void
  stringId (text: string): number
}

export class LayoutEncoder {
  private readonly roots = new SafeMap<Kind, SafeMap<object | null | undefined, LayoutNode>>()
  private lastRoot: LayoutNode | undefined = undefined
  private readonly out = new ByteWriter()
  private count = 0

  constructor (private readonly values: ValueEncoder, private readonly onPrototype: (kind: Kind, prototype: object) => void) {}

  root (kind: Kind, prototype: object | null | undefined): LayoutNode {
    const { lastRoot } = this
    if (lastRoot !== undefined && lastRoot.kind === kind && lastRoot.prototype === prototype) return lastRoot
    let byPrototype = this.roots.get(kind)
    if (byPrototype === undefined) this.roots.set(kind, byPrototype = new SafeMap())
    let root = byPrototype.get(prototype)
    if (root === undefined) {
      if (prototype !== null && prototype !== undefined) this.onPrototype(kind, prototype)
      byPrototype.set(prototype, root = new LayoutNode(kind, prototype, undefined, '', 0))
    }
    this.lastRoot = root
    return root
  }

  layout (node: LayoutNode, flags: number, classes: readonly object[]): number {
    if (flags === 0 && classes.length === 0) {
      if (node.layout === -1) node.layout = this.write(node, flags, classes)
      return node.layout
    }
    const { values } = this
    let variant = `${flags}`
    if (classes.length > 0) {
      const ids = new ByteWriter(16)
      for (let index = 0; index < classes.length; index++) values.writeValue(ids, classes[index])
      for (let index = 0; index < ids.length; index++) variant += `,${ids.bytes[index]}`
    }
    node.variants ??= new SafeMap()
    let layout = node.variants.get(variant)
    if (layout === undefined) node.variants.set(variant, layout = this.write(node, flags, classes))
    return layout
  }

  finish (): Uint8Array {
    const section = new ByteWriter(this.out.length + 8)
    section.count(this.count)
    section.raw(this.out.finish())
    return section.finish()
  }

  private write (node: LayoutNode, flags: number, classes: readonly object[]): number {
    const { out, values } = this
    out.count(values.stringId(node.kind.name))
    out.byte(flags)
    if (node.prototype === undefined) out.byte(ABSENT)
    else values.writeValue(out, node.prototype)
    const path: LayoutNode[] = []
    for (let step = node; step.parent !== undefined; step = step.parent) path[path.length] = step
    out.count(path.length)
    for (let index = path.length - 1; index >= 0; index--) {
      out.byte(path[index].attributes)
      values.writeValue(out, path[index].key)
    }
    out.count(classes.length)
    for (let index = 0; index < classes.length; index++) values.writeValue(out, classes[index])
    return this.count++
  }
}
