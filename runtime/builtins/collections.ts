/**
 * Iterators over Map and Set stay native and live. What V8 does not tell is which collection one iterates (that is stamped
 * when it is made) and where it stands: the number of entries that are left is counted by Node's inspection, which looks
 * into the iterator without moving it. What is left is always the tail of the collection.
 */
import { inspect, types } from 'node:util'
import { apply, getPrototypeOf, isObject, Returned, type Callable } from '../tasks/intrinsics.js'

export type Listing = 'entries' | 'keys' | 'values'
type Collection = Map<unknown, unknown> | Set<unknown>

const { isMapIterator, isSetIterator, isMap, isSet } = types
const mapNatives = { entries: Map.prototype.entries, keys: Map.prototype.keys, values: Map.prototype.values } as Record<Listing, Callable>
const setNatives = { entries: Set.prototype.entries, keys: Set.prototype.keys, values: Set.prototype.values } as Record<Listing, Callable>
const mapNext = (getPrototypeOf(new Map().entries()) as { next: Callable }).next
const setNext = (getPrototypeOf(new Set().values()) as { next: Callable }).next

class Origin extends Returned {
  #collection: Collection | undefined
  #listing: Listing = 'entries'
  static set (iterator: object, collection: Collection, listing: Listing): void {
    const stamped = #collection in iterator ? iterator as Origin : new Origin(iterator)
    stamped.#collection = collection
    stamped.#listing = listing
  }

  static get (iterator: object): { collection: Collection, listing: Listing } | undefined {
    return isObject(iterator) && #collection in iterator ? { collection: (iterator as Origin).#collection!, listing: (iterator as Origin).#listing } : undefined
  }
}

export const isKnownIterator = (value: object): boolean => (isMapIterator(value) || isSetIterator(value)) && Origin.get(value) !== undefined
export const originOf = (iterator: object): { collection: Collection, listing: Listing } => Origin.get(iterator)!

export function openCollection (collection: Collection, listing: Listing): object {
  const iterator = apply((isMap(collection) ? mapNatives : setNatives)[listing], collection, []) as object
  Origin.set(iterator, collection, listing)
  return iterator
}

const { set: nativeSet, delete: nativeMapDelete } = Map.prototype as unknown as Record<'set' | 'delete', Callable>
const { add: nativeAdd, delete: nativeSetDelete } = Set.prototype as unknown as Record<'add' | 'delete', Callable>
const sizeOf = (prototype: object): Callable => Object.getOwnPropertyDescriptor(prototype, 'size')!.get as Callable
const [mapSize, setSize] = [sizeOf(Map.prototype), sizeOf(Set.prototype)]
const lastEntry = {}

/**
 * How many entries an iterator still has; undefined for one that has come to its end. V8 ends an iterator that is looked at
 * behind the last entry, and then it would miss what is added later: so there is one more for the length of the look.
 */
export function remainingOf (iterator: object): number | undefined {
  const { collection } = originOf(iterator)
  const isInMap = isMap(collection)
  apply(isInMap ? nativeSet : nativeAdd, collection, [lastEntry, undefined])
  const text = inspect(iterator, { maxArrayLength: 0, customInspect: false, showHidden: false, depth: 0, breakLength: Infinity })
  apply(isInMap ? nativeMapDelete : nativeSetDelete, collection, [lastEntry])
  const match = /(\d+) more items?/.exec(text)
  return match === null ? undefined : Number(match[1]) - 1
}

/** Moves a new iterator to where so many entries are left, or to its end. */
export function advance (iterator: object, remaining: number | undefined): void {
  const next = isMapIterator(iterator) ? mapNext : setNext
  const { collection } = originOf(iterator)
  const size = apply(isMap(collection) ? mapSize : setSize, collection, []) as number
  for (let count = remaining === undefined ? size + 1 : size - remaining; count > 0; count--) apply(next, iterator, [])
}

function methodsOf (natives: Record<Listing, Callable>): Record<Listing, unknown> {
  const isOfKind = natives === mapNatives ? isMap : isSet
  const method = (listing: Listing): unknown => ({
    [listing] (this: unknown): unknown {
      return isOfKind(this) ? openCollection(this as Collection, listing) : apply(natives[listing], this, []) // the native TypeError
    },
  })[listing]
  return { entries: method('entries'), keys: method('keys'), values: method('values') }
}
export const mapMethods = methodsOf(mapNatives)
export const setMethods = methodsOf(setNatives)

/** What a lowered loop calls in place of the native `[Symbol.iterator]`; named by the encoder. */
export const openMap: Callable = function (this: unknown) {
  return isMap(this) ? openCollection(this, 'entries') : apply(mapNatives.entries, this, [])
}
export const openSet: Callable = function (this: unknown) {
  return isSet(this) ? openCollection(this, 'values') : apply(setNatives.values, this, [])
}

export { mapNatives, setNatives }
