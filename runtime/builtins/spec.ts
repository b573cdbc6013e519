/**
 * Operations of the specification that the compiled built-ins are made of, with V8's messages. They call nothing of the
 * program but accessors and conversions, so no frame stands in them: a capture within one waits.
 */
import { uncurry } from '../encoding/natives.js'
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

/** ToObject of the `this` of a method of arrays. */
export function toObject (value: unknown, method: string): Indexed {
  if (value === undefined || value === null) refuseLike(() => apply(nativeMethods[method], value, [nothing]))
  return Object(value) as Indexed
}

const nothing = (): void => {}
const nativeMethods: Record<string, Callable> = {}
for (const name of Object.getOwnPropertyNames(Array.prototype)) {
  const method = (Array.prototype as unknown as Record<string, unknown>)[name]
  if (isCallable(method)) nativeMethods[name] = method
}

/** Does what V8 refuses, and throws an error with its words. */
export function refuseLike (refused: () => unknown): never {
  let message = ''
  try {
    refused()
  } catch (error) {
    message = (error as Error).message
  }
  throw new TypeError(message)
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

/** A callback that cannot be called. */
export function notCallable (value: unknown, method = 'forEach'): never {
  return refuseLike(() => apply(nativeMethods[method], [], [value]))
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

export const nativeSort = nativeMethods.sort
/** Later versions of V8 look for no runs in fewer than 8 values. */
export const sortBisects = comparisonsOf('sort', [0, 1, 2, 3]) === 4
export const toSortedBisects = comparisonsOf('toSorted', [0, 1, 2, 3]) === 4
function comparisonsOf (method: string, list: number[]): number {
  if (nativeMethods[method] === undefined) return 0
  let count = 0
  apply(nativeMethods[method], list, [(a: number, b: number) => {
    count++
    return a - b
  }])
  return count
}

export const nativeToSorted = nativeMethods.toSorted

export const sliceOf = uncurry(Array.prototype.slice) as (list: unknown[], from: number, to: number) => unknown[]
export const copyWithin = uncurry(Array.prototype.copyWithin) as (list: unknown[], to: number, from: number, end: number) => unknown[]
