/** Puts the compiled built-ins in the place of the native ones; before the program starts, and only where it runs under reprise. */
import { intrinsicName } from '../encoding/intrinsics.js'
import { name } from '../modules/registry.js'
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
import * as specification from './specification.js'

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

/**
 * The compiled built-ins' frames hold functions that no program can reach: a callee that was read before its arguments were.
 * To be called when the intrinsics have their names.
 */
export function nameSpecification (): void {
  for (const [key, value] of Object.entries(specification)) {
    nameHidden(value, key)
    if (typeof value !== 'object' || intrinsicName(value) !== undefined) continue
    for (const [inner, method] of Object.entries(value)) nameHidden(method, `${key}.${inner}`)
  }
}

function nameHidden (value: unknown, key: string): void {
  if (typeof value === 'function' && intrinsicName(value) === undefined) name(value, `reprise:${key}`)
}
