/** Steps of the iterator protocol that compiled code spells out; each as the specification words it, with V8's messages. */
import { capturableMethod } from '../builtins/index.js'
import { asyncIterationMethod as asyncMethod } from '../tasks/async-iterator.js'
import type { Callable } from '../tasks/intrinsics.js'

const { isArray } = Array
const iteratorSymbol: typeof Symbol.iterator = Symbol.iterator
const asyncIteratorSymbol: typeof Symbol.asyncIterator = Symbol.asyncIterator
const arrayValues = Array.prototype[iteratorSymbol]
const arrayIteratorPrototype = Object.getPrototypeOf([][iteratorSymbol]()) as { next: unknown }
const arrayNext = arrayIteratorPrototype.next

type Method = (this: unknown, ...args: unknown[]) => unknown

/** The array itself, where walking it by index is what its iterator would do; else null. */
export function plainArray (iterable: unknown): unknown[] | null {
  if (!isArray(iterable) || iterable[iteratorSymbol] !== arrayValues || arrayIteratorPrototype.next !== arrayNext) return null
  return iterable
}

export function iterationMethod (iterable: unknown): Method {
  const method = iterable == null ? undefined : (iterable as Record<symbol, unknown>)[iteratorSymbol]
  if (typeof method !== 'function') throw new TypeError(iterable == null ? `${String(iterable)} is not iterable (cannot read property Symbol(Symbol.iterator))` : `${describe(iterable)} is not iterable`)
  return capturableMethod(method as Callable)
}

export function asyncIterationMethod (iterable: unknown): Method {
  const method = iterable == null ? undefined : (iterable as Record<symbol, unknown>)[asyncIteratorSymbol]
  if (typeof method === 'function') return method as Method
  if (method != null) throw new TypeError(`${describe(method)} is not a function`)
  if (iterable == null || typeof (iterable as Record<symbol, unknown>)[iteratorSymbol] !== 'function') throw new TypeError(`${describe(iterable)} is not async iterable`)
  return asyncMethod(iterable) as Method
}

export function checkedIterator (iterator: unknown): unknown {
  if (!isObject(iterator)) throw new TypeError('Result of the Symbol.iterator method is not an object')
  return iterator
}

export function checkedResult (result: unknown): void {
  if (!isObject(result)) throw new TypeError(`Iterator result ${describe(result)} is not an object`)
}

/** GetMethod of the specification. */
export function methodOf (object: Record<string, unknown>, key: string): Method | undefined {
  const method = object[key]
  if (method == null) return undefined
  if (typeof method !== 'function') throw new TypeError(`${describe(method)} is not a function`)
  return method as Method
}

export function noThrowMethod (): TypeError { return new TypeError('The iterator does not provide a \'throw\' method') }

/** The keys of a for-in loop, in its order. */
export function forInKeys (object: unknown): string[] {
  const keys: string[] = []

  for (const key in object as object) keys[keys.length] = key
  return keys
}

/** Whether a key that was listed is still there when its turn comes. */
export function isForInKey (object: unknown, key: string): boolean {
  return isObject(object) ? key in object : key in (Object(object) as object)
}

export function append (list: unknown[], value: unknown): void { list[list.length] = value }

const isObject = (value: unknown): value is object => (typeof value === 'object' && value !== null) || typeof value === 'function'

export function describe (value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'function') return value.name || 'function'
  if (isArray(value)) return '[object Array]'
  return isObject(value) ? Object.prototype.toString.call(value) : String(value)
}
