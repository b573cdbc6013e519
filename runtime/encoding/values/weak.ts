/**
 * WeakMap, WeakSet, WeakRef. Their edges keep nothing alive in the snapshot. Entries of the collections cannot be listed,
 * so each object of the snapshot is asked for; the encoder does that, when all else has been visited.
 */
import { corrupt } from '../errors.js'
import { defineBuiltinKind } from '../kinds.js'
import { isObject, isWeakMap, isWeakSet, uncurry } from '../natives.js'

type AnyWeakMap = WeakMap<object, unknown>
const has = uncurry(WeakMap.prototype.has as (this: AnyWeakMap, key: unknown) => boolean)
const get = uncurry(WeakMap.prototype.get as (this: AnyWeakMap, key: unknown) => unknown)
const set = uncurry(WeakMap.prototype.set as (this: AnyWeakMap, key: object, value: unknown) => unknown)
const hasMember = uncurry(WeakSet.prototype.has as (this: WeakSet<object>, key: unknown) => boolean)
const addMember = uncurry(WeakSet.prototype.add as (this: WeakSet<object>, key: object) => unknown)
const deref = uncurry(WeakRef.prototype.deref as (this: WeakRef<object>) => unknown)

const { WeakMap: NativeWeakMap, WeakSet: NativeWeakSet, WeakRef: NativeWeakRef } = globalThis

export const weakHas = (collection: object, key: unknown): boolean =>
  isWeakMap(collection) ? has(collection as AnyWeakMap, key) : hasMember(collection as WeakSet<object>, key)
/** Undefined for a WeakSet. */
export const weakGet = (collection: object, key: unknown): unknown => isWeakMap(collection) ? get(collection as AnyWeakMap, key) : undefined
export function weakAdd (collection: object, key: unknown, value: unknown): void {
  if (isWeakMap(collection)) set(collection as AnyWeakMap, key as object, value)
  else if (isWeakSet(collection)) addMember(collection as WeakSet<object>, key as object)
  else corrupt('entries are given to what is no weak collection')
}

export const weakMapKind = defineBuiltinKind<AnyWeakMap>({
  name: 'weak-map',
  test: isWeakMap,
  weak: 'map',
  allocate: () => new NativeWeakMap()
})

export const weakSetKind = defineBuiltinKind<WeakSet<object>>({
  name: 'weak-set',
  test: isWeakSet,
  weak: 'set',
  allocate: () => new NativeWeakSet()
})

export const weakRefKind = defineBuiltinKind<WeakRef<object>>({
  name: 'weak-ref',
  prototype: WeakRef.prototype,
  test (value) {
    try {
      deref(value as WeakRef<object>)
      return true
    } catch {
      return false
    }
  },
  late: true,
  parts (reference, visit) {
    const target = deref(reference)
    return target !== undefined && visit.has(target) ? [target] : []
  },
  // What nothing else holds is gone, as it may be in any program after its next collection.
  allocate (parts) {
    const target = parts[0]
    return new NativeWeakRef(isObject(target) || typeof target === 'symbol' ? target as object : {})
  }
})
