/** Steps of the iterator protocol for the compiled built-ins; see spec.ts. */
import { types } from 'node:util'
import { create, isView, uncurry } from '../encoding/natives.js'
import { checkedResult, plainArray } from '../operations/iteration.js'
import { apply, iteratorSymbol, type Callable } from '../tasks/intrinsics.js'
import { refuseLike } from './spec.js'
import { capturableMethod } from './index.js'

export { checkedResult, plainArray }

const { isProxy, isMap, isSet, isMapIterator, isSetIterator } = types
export const nativeFrom = Array.from as Callable
export const nativeFromEntries = Object.fromEntries as Callable

export interface AnyIterator { next: Callable, return?: unknown }
export interface Result { done?: unknown, value: unknown }

/** Iterated by Node's own code alone, at the speed of V8's fast paths. */
export function isIteratedNatively (items: unknown): boolean {
  if (typeof items === 'string') return true
  if (typeof items !== 'object' || items === null) return false
  if (isProxy(items)) return false
  return plainArray(items) !== null || isView(items) || isMap(items) || isSet(items) || isMapIterator(items) || isSetIterator(items)
}

/** Something that iterates, if what it has is right. */
export function mayIterate (items: unknown): boolean {
  return ((typeof items === 'object' && items !== null) || typeof items === 'function') && (isProxy(items) || iteratorSymbol in items)
}

/** GetMethod(items, @@iterator). */
export function iteratorMethodOf (items: unknown, native: Callable, self: unknown): Callable | undefined {
  const method = (items as Record<symbol, unknown>)[iteratorSymbol]
  if (method === undefined || method === null) return undefined
  if (typeof method !== 'function') refuseLike(() => apply(native, self, [{ [iteratorSymbol]: method }]))
  return capturableMethod(method as Callable)
}

/** GetIteratorFromMethod, after the call. */
export function checkedIterator (iterator: unknown): AnyIterator {
  if ((typeof iterator !== 'object' || iterator === null) && typeof iterator !== 'function') throw new TypeError('Result of the Symbol.iterator method is not an object')
  return iterator as AnyIterator
}

/** By name, where Node has them. */
export const nativeIterator: Record<string, Callable> = (globalThis as { Iterator?: { prototype: Record<string, Callable> } }).Iterator === undefined ? {} : copyOf((globalThis as unknown as { Iterator: { prototype: Record<string, Callable> } }).Iterator.prototype)

function copyOf (prototype: Record<string, Callable>): Record<string, Callable> {
  const copy: Record<string, Callable> = {}
  for (const name of ['forEach', 'some', 'every', 'find', 'reduce', 'toArray']) copy[name] = prototype[name]
  return copy
}

const next = (iterator: object): Callable => (iterator as { next: Callable }).next
/** Those of Map and Set, whose `next` calls nothing. */
export const mapNext = next(new Map().entries()) as (this: unknown) => unknown
export const setNext = next(new Set().values()) as (this: unknown) => unknown
export const nativeMapForEach = Map.prototype.forEach as unknown as Callable
export const nativeSetForEach = Set.prototype.forEach as unknown as Callable
export { isMap, isSet, apply }
export { openCollection } from './collections.js'

// ---- groups and entries

export { append } from '../operations/iteration.js'
export { propertyKey } from '../operations/values.js'
export const NativeMap = Map
export const mapGet = uncurry(Map.prototype.get) as <Key, Value>(map: Map<Key, Value>, key: Key) => Value | undefined
export const mapSet = uncurry(Map.prototype.set) as <Key, Value>(map: Map<Key, Value>, key: Key, value: Value) => void
export const createNull = (): Record<string, unknown[]> => create(null) as Record<string, unknown[]>
/** Where Node has them. */
export const groupByOf = {
  Object: (Object as { groupBy?: unknown }).groupBy as Callable,
  Map: (Map as { groupBy?: unknown }).groupBy as Callable,
}

export function entryPart (entry: unknown, index: 0 | 1): unknown {
  if ((typeof entry !== 'object' || entry === null) && typeof entry !== 'function') throw new TypeError(`Iterator value ${String(entry)} is not an entry object`)
  return (entry as Record<number, unknown>)[index]
}
