/**
 * Built-ins whose native form could not be captured.
 *
 *     cursors.ts      iterators over arrays, strings and matches: ours
 *     collections.ts  iterators over Map and Set: native, with their origin noted
 *     bind.ts, proxy.ts, finalization.ts, abort-timeout.ts, text-decoder.ts: native, with what was given to them noted
 */
import { installAbortTimeout } from './abort-timeout.js'
import { installBind } from './bind.js'
import { installFinalization } from './finalization.js'
import { installProxy } from './proxy.js'
import { installTextDecoder } from './text-decoder.js'
import { defineInternal, defineKind, type Kind } from '../encoding/kinds.js'
import { replaceMethods } from '../tasks/install.js'
import { getPrototypeOf, iteratorSymbol, type Callable } from '../tasks/intrinsics.js'
import { advance, isKnownIterator, mapMethods, mapNatives, openCollection, openMap, openSet, originOf, remainingOf, setMethods, setNatives, type Listing } from './collections.js'
import { functionMethods } from './native-text.js'
import { arrayMethods, Cursor, cursorNext, cursorOf, linkCursor, makeCursorObject, openArray, openString, stringMethods, type CursorKind } from './cursors.js'

/** Before the program starts, and only where it runs under reprise. */
export function installBuiltins (): void {
  replaceMethods(Function.prototype, functionMethods)
  replaceMethods(Array.prototype, arrayMethods)
  replaceMethods(String.prototype, stringMethods)
  replaceMethods(Map.prototype, mapMethods)
  replaceMethods(Set.prototype, setMethods)
  installBind()
  installProxy()
  installFinalization()
  installAbortTimeout()
  installTextDecoder()
}

const arrayValues = Array.prototype.values as unknown as Callable
const typedArrayValues = (getPrototypeOf(Uint8Array.prototype) as Uint8Array).values as unknown as Callable
const stringIterator = String.prototype[iteratorSymbol] as unknown as Callable
const nativeNext = (iterator: object): { prototype: { next: unknown }, next: unknown } => {
  const prototype = getPrototypeOf(iterator) as { next: unknown }
  return { prototype, next: prototype.next }
}
const arrayNext = nativeNext([].values())
const stringNext = nativeNext(''[iteratorSymbol]())
const isUnchanged = ({ prototype, next }: { prototype: { next: unknown }, next: unknown }): boolean => prototype.next === next

/**
 * For a lowered loop: what to call in place of an iteration method. The native ones of arrays, strings, Map and Set give
 * iterators that cannot be captured, so they are exchanged where the program has not changed how they iterate.
 */
export function capturableMethod (method: Callable): Callable {
  if (method === arrayValues || method === typedArrayValues) return isUnchanged(arrayNext) ? openArray : method
  if (method === stringIterator) return isUnchanged(stringNext) ? openString : method
  if (method === mapNatives.entries) return openMap
  if (method === setNatives.values) return openSet
  return method
}

// ---- for the encoder

const cursorKind: Kind = {
  name: 'cursor',
  test: value => cursorOf(value) !== undefined,
  opaque: true,
  parts: value => [cursorOf(value)!.kind],
  allocate: ([kind]) => makeCursorObject(kind as CursorKind),
  encode: (object, out) => { out.value(cursorOf(object)) },
  fill: (object, input) => { linkCursor(object, input.value() as Cursor) },
}

/** Where a decoded iterator shall stand, until the collection is filled. */
const remaining = new WeakMap<object, number>()
const { set: setRemaining, get: getRemaining } = remaining

const collectionIteratorKind: Kind = {
  name: 'collection-iterator',
  test: isKnownIterator,
  parts (iterator) {
    const { collection, listing } = originOf(iterator)
    return [collection, listing]
  },
  allocate: ([collection, listing]) => openCollection(collection as Map<unknown, unknown>, listing as Listing),
  encode (iterator, out) {
    const left = remainingOf(iterator)
    out.count(left === undefined ? 0 : left + 1)
  },
  fill: (iterator, input) => { Reflect.apply(setRemaining, remaining, [iterator, input.count()]) },
  filled (iterator) {
    const count = Reflect.apply(getRemaining, remaining, [iterator]) as number
    advance(iterator, count === 0 ? undefined : count - 1)
  },
}

/** What lowered loops keep in their frames, by name. */
const methods: Readonly<Record<string, object>> = { cursorNext, openArray, openString, openMap, openSet }
const methodNames = Object.keys(methods)

function methodName (value: object): string | undefined {
  for (let index = 0; index < methodNames.length; index++) if (methods[methodNames[index]] === value) return methodNames[index]
  return undefined
}

const methodKind: Kind = {
  name: 'builtin-method',
  test: value => methodName(value) !== undefined,
  opaque: true,
  parts: value => [methodName(value)],
  allocate: ([name]) => methods[name as string],
}

export function defineBuiltinKinds (): void {
  for (const kind of [cursorKind, collectionIteratorKind, methodKind]) defineKind(kind)
  defineInternal('Cursor', Cursor)
}
