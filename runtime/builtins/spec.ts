/**
 * Operations of the specification that the compiled built-ins are made of, with V8's messages. They call nothing of the
 * program but accessors and conversions, so no frame stands in them: a capture within one waits.
 */
import { getter, uncurry } from '../encoding/natives.js'
import { apply, construct, getPrototypeOf, isCallable, isConstructor, isObject, speciesSymbol, type Callable } from '../tasks/intrinsics.js'

export { apply, construct, isConstructor, isObject, type Callable }
export const { isArray } = Array
export const { hasOwn } = Object
export const NativeArray = Array
export const arrayPrototype = Array.prototype

/** `callback.call(thisArg, …)`, not looked up; V8 shows no frame of it, so the callback stands right below its caller. */
export const call = Function.prototype.call.bind(Function.prototype.call) as (callback: Callable, thisArg: unknown, ...args: unknown[]) => unknown

export type Indexed = Record<number, unknown> & { length: number }

export type Compare = (a: unknown, b: unknown) => number

export const { min, max } = Math
const { floor, trunc } = Math
const LENGTH_MAX = Number.MAX_SAFE_INTEGER

/** ToObject of a method's `this`. */
export function toObject (value: unknown, method: string): Indexed {
  if (value === undefined || value === null) throw new TypeError(`${method} called on null or undefined`)
  return Object(value) as Indexed
}

/** LengthOfArrayLike. */
export function lengthOf (object: { length: unknown }): number {
  const { length } = object
  return typeof length === 'number' && length >= 0 && length <= LENGTH_MAX && floor(length) === length ? length : toLength(length)
}

export function toLength (value: unknown): number {
  const number = trunc(+(value as number))
  return number > 0 ? min(number, LENGTH_MAX) : 0
}

const nativeForEach = Array.prototype.forEach as unknown as Callable

/** The words that V8 has for a callback that cannot be called. */
export function notCallable (value: unknown): never {
  let message = ''
  try {
    apply(nativeForEach, [], [value])
  } catch (error) {
    message = (error as Error).message
  }
  throw new TypeError(message)
}

/** The constructor that ArraySpeciesCreate calls; undefined for a plain array. */
export function speciesOf (original: object): (new (length: number) => Indexed) | undefined {
  if (!isArray(original)) return undefined
  let constructor: unknown = (original as { constructor: unknown }).constructor
  if (constructor === NativeArray) {
    const species: unknown = NativeArray[speciesSymbol]
    if (species === NativeArray) return undefined
    constructor = species
  } else {
    // Another realm's Array means this one's.
    if (isConstructor(constructor) && isArrayOfOtherRealm(constructor)) return undefined
    if (isObject(constructor)) constructor = (constructor as { [Symbol.species]?: unknown })[speciesSymbol]
    if (constructor === null) return undefined
  }
  if (constructor === undefined || constructor === null) return undefined
  if (!isConstructor(constructor)) throw new TypeError('object.constructor[Symbol.species] is not a constructor')
  return constructor as unknown as new (length: number) => Indexed
}

const functionToString = Function.prototype.toString
const arrayText = apply(functionToString, Array, []) as string

function isArrayOfOtherRealm (constructor: object): boolean {
  const { prototype } = constructor as { prototype?: unknown }
  return isArray(prototype) && getPrototypeOf(constructor) !== Function.prototype && apply(functionToString, constructor as Callable, []) === arrayText
}

const { defineProperty } = Object

/** CreateDataPropertyOrThrow. */
export function createProperty (object: object, key: PropertyKey, value: unknown): void {
  defineProperty(object, key, { __proto__: null, value, writable: true, enumerable: true, configurable: true } as PropertyDescriptor)
}

export const isFunction = isCallable

// ---- natives that the compiled ones hand on to

const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype) as Uint8Array
export const nativeSort = Array.prototype.sort as unknown as Callable
export const nativeToSorted = (Array.prototype as { toSorted?: unknown }).toSorted as Callable
export const nativeTypedSort = typedArrayPrototype.sort as unknown as Callable
export const nativeTypedToSorted = (typedArrayPrototype as { toSorted?: unknown }).toSorted as Callable

export const sliceOf = uncurry(Array.prototype.slice) as (list: unknown[], from: number, to: number) => unknown[]
export const copyWithin = uncurry(Array.prototype.copyWithin) as (list: unknown[], to: number, from: number, end: number) => unknown[]

const typedLength = getter<object, number>(typedArrayPrototype, 'length')
const typedTag = getter<unknown, string | undefined>(typedArrayPrototype, Symbol.toStringTag)
const typedArrays: Record<string, new (length: number) => Indexed> = {}
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
