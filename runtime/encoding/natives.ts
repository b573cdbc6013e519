/**
 * The encoder's own copies of intrinsics, taken when the runtime loads. It runs in the middle of a program that may have
 * changed any of them, so nothing here is reached through a prototype of the program's realm: no method calls on arrays
 * and strings, no for-of, no spread.
 */
import { types } from 'node:util'

export const { apply, construct, getPrototypeOf, setPrototypeOf, ownKeys, deleteProperty } = Reflect
export const defineOwn = Reflect.defineProperty
export const getOwn = Reflect.getOwnPropertyDescriptor
export const { create, getOwnPropertyNames, getOwnPropertySymbols, isExtensible, preventExtensions, hasOwn, is } = Object
export const { isArray } = Array
export const isView = ArrayBuffer.isView
export const {
  isProxy, isMap, isSet, isWeakMap, isWeakSet, isDate, isRegExp, isNativeError, isPromise, isArgumentsObject, isBoxedPrimitive,
  isArrayBuffer, isSharedArrayBuffer, isModuleNamespaceObject, isMapIterator, isSetIterator, isGeneratorObject, isExternal
} = types
export const { fromCharCode } = String
export const { keyFor } = Symbol
export const symbolFor = Symbol.for
export const NativeSymbol = Symbol
export const { min, floor } = Math
export const NativeBigInt = BigInt
export const NativeFunction = Function

type Method<This, Arguments extends unknown[], Result> = (self: This, ...rest: Arguments) => Result
/** `method(self, …)` for a method of a prototype; the bound `call` is not looked up again. */
export const uncurry: <This, Arguments extends unknown[], Result>(method: (this: This, ...rest: Arguments) => Result) => Method<This, Arguments, Result> =
  Function.prototype.bind.bind(Function.prototype.call) as never

/** The getter of an accessor on a native prototype: reads internal state whatever the object's own properties say. */
export function getter<This, Result> (prototype: object, key: PropertyKey): (self: This) => Result {
  const get = getOwn(prototype, key)?.get
  if (get === undefined) return () => undefined as Result
  return uncurry(get as (this: This) => Result)
}

/** For lists of the runtime's own: what a program finds at these names may poll (runtime/builtins/compiled), or be the program's. */
export const mapList = uncurry(Array.prototype.map) as <T, U>(list: readonly T[], each: (value: T, index: number) => U) => U[]
export const filterList = uncurry(Array.prototype.filter) as <T>(list: readonly T[], test: (value: T) => boolean) => T[]
export const someOf = uncurry(Array.prototype.some) as <T>(list: readonly T[], test: (value: T) => boolean) => boolean
export const findIn = uncurry(Array.prototype.find) as <T>(list: readonly T[], test: (value: T) => boolean) => T | undefined
export const findIndexIn = uncurry(Array.prototype.findIndex) as <T>(list: readonly T[], test: (value: T) => boolean) => number
export const sortList = uncurry(Array.prototype.sort) as <T>(list: T[], compare: (a: T, b: T) => number) => T[]

export const charCodeAt = uncurry(String.prototype.charCodeAt)
export const endsWith = uncurry(String.prototype.endsWith)
export const symbolDescription = getter<symbol, string | undefined>(Symbol.prototype, 'description')
export const bigintToString = uncurry(BigInt.prototype.toString)
export const functionToString = uncurry(Function.prototype.toString)

/** For a class that assigns its fields: what a program puts on Object.prototype, a setter say, is not met. */
export function withoutObjectPrototype (Class: { readonly prototype: object }): void { setPrototypeOf(Class.prototype, null) }

function safe<Class extends abstract new (...rest: never[]) => object> (Class: Class, parent: object): Class {
  const target = Class.prototype as object
  for (const key of ownKeys(parent)) {
    if (!hasOwn(target, key)) defineOwn(target, key, { __proto__: null, ...getOwn(parent, key) } as PropertyDescriptor)
  }
  setPrototypeOf(target, null)
  return Class
}
/** Map and Set whose methods are their own: a program that patches Map.prototype is not met. */
export const SafeMap = safe(class SafeMap<Key, Value> extends Map<Key, Value> {}, Map.prototype)
export type SafeMap<Key, Value> = InstanceType<typeof SafeMap<Key, Value>>
export const SafeSet = safe(class SafeSet<Value> extends Set<Value> {}, Set.prototype)
export type SafeSet<Value> = InstanceType<typeof SafeSet<Value>>
export const SafeWeakMap = safe(class SafeWeakMap<Key extends WeakKey, Value> extends WeakMap<Key, Value> {}, WeakMap.prototype)
export type SafeWeakMap<Key extends WeakKey, Value> = InstanceType<typeof SafeWeakMap<Key, Value>>

export const SafeWeakSet = safe(class SafeWeakSet<Value extends WeakKey> extends WeakSet<Value> {}, WeakSet.prototype)
export type SafeWeakSet<Value extends WeakKey> = InstanceType<typeof SafeWeakSet<Value>>

/** A property descriptor without a prototype: what a program puts on Object.prototype is not read as part of it. */
export function dataDescriptor (value: unknown, attributes: number): PropertyDescriptor {
  return {
    __proto__: null,
    value,
    writable: (attributes & 1) !== 0,
    enumerable: (attributes & 2) !== 0,
    configurable: (attributes & 4) !== 0
  } as PropertyDescriptor
}

export function accessorDescriptor (get: unknown, set: unknown, attributes: number): PropertyDescriptor {
  return {
    __proto__: null,
    get,
    set,
    enumerable: (attributes & 2) !== 0,
    configurable: (attributes & 4) !== 0
  } as PropertyDescriptor
}

/** An array index in its canonical form: 0 to 2 ** 32 - 2. Such keys are elements, stored apart from the layout. */
export function isIndex (key: string): boolean {
  const { length } = key
  if (length === 0 || length > 10) return false
  const first = charCodeAt(key, 0)
  if (first < 48 || first > 57) return false
  if (first === 48) return length === 1
  for (let position = 1; position < length; position++) {
    const code = charCodeAt(key, position)
    if (code < 48 || code > 57) return false
  }
  return length < 10 || +key < 4294967295
}

export function isObject (value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** `{ __proto__: null }`, typed. */
export const nullObject = <T extends object>(): T => create(null) as T
