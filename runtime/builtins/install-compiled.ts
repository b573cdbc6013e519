/** Puts the compiled built-ins in the place of the native ones; before the program starts, and only where it runs under reprise. */
import { getPrototypeOf } from '../tasks/intrinsics.js'
import { replaceMethods } from '../tasks/install.js'
import { ArrayConstructor } from './compiled/array-constructor.js'
import { ArrayPrototype } from './compiled/array.js'
import { IteratorPrototype } from './compiled/iterator.js'
import { JsonNamespace } from './compiled/json.js'
import { MapPrototype } from './compiled/map.js'
import { MapConstructor, ObjectConstructor } from './compiled/object.js'
import { SetPrototype } from './compiled/set.js'
import { ArraySort, TypedArraySort } from './compiled/sort.js'
import { StringPrototype } from './compiled/string.js'
import { TypedArrayConstructor, TypedArrayPrototype } from './compiled/typed-array.js'

export function installCompiled (): void {
  const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype)!
  replaceMethods(Array, ArrayConstructor)
  replaceMethods(Array.prototype, ArrayPrototype)
  replaceMethods(Array.prototype, ArraySort)
  replaceMethods(getPrototypeOf(Uint8Array)!, TypedArrayConstructor)
  replaceMethods(typedArrayPrototype, TypedArrayPrototype)
  replaceMethods(typedArrayPrototype, TypedArraySort)
  replaceMethods(Map.prototype, MapPrototype)
  replaceMethods(Set.prototype, SetPrototype)
  replaceMethods(Map, MapConstructor)
  replaceMethods(Object, ObjectConstructor)
  replaceMethods(JSON, JsonNamespace)
  const { Iterator } = globalThis as { Iterator?: { prototype: object } }
  if (Iterator !== undefined) replaceMethods(Iterator.prototype, IteratorPrototype)
  replaceMethods(String.prototype, StringPrototype)
}
