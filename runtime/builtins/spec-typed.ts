/** What the methods of typed arrays need beside their callback; see spec.ts. */
import { getter } from '../encoding/natives.js'
import { apply, construct, getPrototypeOf, isConstructor, isObject, speciesSymbol, type Callable } from '../tasks/intrinsics.js'
import type { Indexed } from './spec.js'

export { apply, isConstructor }

const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype) as Uint8Array
export const nativeTypedFrom = (getPrototypeOf(Uint8Array) as unknown as { from: Callable }).from
/** The native methods by name. */
export const nativeTyped: Record<string, Callable> = {}
for (const name of ['forEach', 'map', 'filter', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'reduce', 'reduceRight', 'sort', 'toSorted']) {
  nativeTyped[name] = (typedArrayPrototype as unknown as typeof nativeTyped)[name]
}

const typedLength = getter<object, number>(typedArrayPrototype, 'length')
const typedTag = getter<unknown, string | undefined>(typedArrayPrototype, Symbol.toStringTag)

type Constructor = new (length: number) => Indexed
const typedArrays: Record<string, Constructor> = {}
for (const name of ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array']) {
  typedArrays[name] = (globalThis as unknown as typeof typedArrays)[name]
}

/** 0 also for what is no typed array, or has lost its buffer: what there is to be said of it the native method says. */
export function typedLengthOf (value: unknown): number {
  return typedTag(value) === undefined ? 0 : typedLength(value as object)
}

/** TypedArrayCreateSameType. */
export function newTypedArray (like: object, length: number): Indexed {
  return new typedArrays[typedTag(like)!](length)
}

/** TypedArraySpeciesCreate. A constructor of the program's runs within: it is not captured there. */
export function newSpecies (like: object, length: number): Indexed {
  const own = typedArrays[typedTag(like)!]
  let { constructor } = like as { constructor: unknown }
  if (constructor === undefined) return new own(length)
  if (!isObject(constructor)) throw new TypeError('The .constructor property is not an object')
  constructor = (constructor as { [Symbol.species]?: unknown })[speciesSymbol]
  if (constructor === undefined || constructor === null || constructor === own) return new own(length)
  if (!isConstructor(constructor)) throw new TypeError('object.constructor[Symbol.species] is not a constructor')
  return createTyped(constructor, length)
}

/** TypedArrayCreateFromCtor. */
export function createTyped (constructor: object, length: number): Indexed {
  const result = construct(constructor as Constructor, [length]) as Indexed
  if (typedTag(result) === undefined) throw new TypeError('this is not a typed array.')
  if (typedLength(result) < length) throw new TypeError('Derived TypedArray constructor created an array which was too small')
  return result
}
