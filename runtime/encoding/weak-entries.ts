/**
 * Entries of weak collections: a fixpoint. When all else has been visited, each weak collection is asked about each object
 * of the snapshot; values of entries that are found may bring more objects, and further collections.
 *
 * The section: number of collections, then for each its id, number of entries, key and value of each. Keys stand in the
 * order of their ids, so the bytes do not depend on the engine's hash order.
 */
import type { ByteWriter } from './bytes.js'
import type { Identities } from './identity.js'
import type { ValueEncoder } from './layouts.js'
import type { Naming } from './naming.js'
import { weakGet, weakHas } from './values/weak.js'
import type { SymbolEncoder } from './values/symbol.js'

interface Collection {
  readonly id: number
  readonly value: object
  objectsAsked: number
  symbolsAsked: number
  namedAsked: boolean
  readonly keys: unknown[]
}

export class WeakEntries {
  private readonly collections: Collection[] = []

  constructor (private readonly identities: Identities, private readonly symbols: SymbolEncoder, private readonly naming: Naming) {}

  add (value: object, id: number): void {
    this.collections[this.collections.length] = { id, value, objectsAsked: 0, symbolsAsked: 0, namedAsked: false, keys: [] }
  }

  /** Returns whether anything may have been added. */
  find (touch: (value: unknown) => void): boolean {
    const { identities, symbols } = this
    const objectsBefore = identities.count
    const symbolsBefore = symbols.symbols.length
    for (let index = 0; index < this.collections.length; index++) {
      const collection = this.collections[index]
      // Values are touched at once, which appends to the list that is walked here: they are asked about in the same round.
      for (; collection.objectsAsked < identities.count; collection.objectsAsked++) {
        this.ask(collection, identities.objects[collection.objectsAsked], touch)
      }
      for (; collection.symbolsAsked < symbols.symbols.length; collection.symbolsAsked++) {
        this.ask(collection, symbols.symbols[collection.symbolsAsked], touch)
      }
      if (!collection.namedAsked) this.askNamed(collection, touch)
    }
    return identities.count > objectsBefore || symbols.symbols.length > symbolsBefore
  }

  write (out: ByteWriter, values: ValueEncoder): void {
    out.count(this.collections.length)
    for (let index = 0; index < this.collections.length; index++) {
      const { id, value, keys } = this.collections[index]
      out.count(id)
      out.count(keys.length)
      for (let entry = 0; entry < keys.length; entry++) {
        values.writeValue(out, keys[entry])
        values.writeValue(out, weakGet(value, keys[entry]))
      }
    }
  }

  /** Named values that nothing in the snapshot holds are asked about first of all, once; they get ids where they are keys. */
  private askNamed (collection: Collection, touch: (value: unknown) => void): void {
    collection.namedAsked = true
    const named = this.naming.weakKeys?.()
    if (named === undefined) return
    for (let index = 0; index < named.length; index++) {
      // Visited ones have been asked about, or will be.
      if (this.identities.visited(named[index]) === -1 && weakHas(collection.value, named[index])) touch(named[index])
    }
  }

  private ask (collection: Collection, key: unknown, touch: (value: unknown) => void): void {
    if (!weakHas(collection.value, key)) return
    collection.keys[collection.keys.length] = key
    touch(weakGet(collection.value, key))
  }
}
