/** Our own copies of intrinsics, taken before the program starts: it may change any of them while it runs. */
import { types } from 'node:util'

export const NativePromise = Promise
export const promisePrototype = Promise.prototype
export const nativeThen = promisePrototype.then
export const nativeResolve = Promise.resolve
export const nativeReject = Promise.reject
export const { isPromise, isProxy } = types
export const { apply, construct, ownKeys, getPrototypeOf, setPrototypeOf, getOwnPropertyDescriptor } = Reflect
export const { create, defineProperty, freeze } = Object
export const { isArray } = Array
export const speciesSymbol: typeof Symbol.species = Symbol.species
export const iteratorSymbol: typeof Symbol.iterator = Symbol.iterator
export const asyncIteratorSymbol: typeof Symbol.asyncIterator = Symbol.asyncIterator
export const functionToString = Function.prototype.toString

/** Any function, before we know how to call it. */
export type Callable = (...args: unknown[]) => unknown

export const generatorFunctionPrototype: object = getPrototypeOf(function * () {})!
export const generatorPrototype = (generatorFunctionPrototype as { prototype: object }).prototype
export const asyncFunctionPrototype: object = getPrototypeOf(async function () {})!
export const asyncGeneratorFunctionPrototype: object = getPrototypeOf(async function * () {})!
export const asyncGeneratorPrototype = (asyncGeneratorFunctionPrototype as { prototype: object }).prototype

export function isObject (value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

export function isCallable (value: unknown): value is Callable {
  return typeof value === 'function'
}

/** IsConstructor, without calling anything of the program: a Proxy's `construct` trap is not entered for `newTarget`. */
export function isConstructor (value: unknown): value is new (...args: unknown[]) => object {
  if (typeof value !== 'function') return false
  try {
    construct(Object, [], value)
    return true
  } catch {
    return false
  }
}

/** The base of private fields on objects of others: a constructor that returns what it is given. */
export const Returned = function (object: object) { return object } as unknown as new (object: object) => object
