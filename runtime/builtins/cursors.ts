/**
 * Iterators whose position can be read. A native iterator over an array, a string or the matches of a regular expression
 * hides where it stands, so compiled loops and `entries()` get these; they look like native ones, except that `next` is
 * found one step earlier in the prototype chain.
 *
 * Replacing `next` of the native prototypes, or `[Symbol.iterator]`, would do without that step, but V8 then leaves its fast
 * paths for all spreads and array patterns of the process.
 */
import { apply, create, defineProperty, getPrototypeOf, isObject, Returned, type Callable } from '../tasks/intrinsics.js'

export type CursorKind = 'array entries' | 'array keys' | 'array values' | 'string' | 'matches'

/** Where an iterator stands; private, and encoded as an internal. */
export class Cursor {
  index = 0
  done = false
  constructor (readonly kind: CursorKind, readonly source: unknown, readonly matcher: RegExp | undefined = undefined) {}
}

class Stamp extends Returned {
  #cursor: Cursor | undefined
  static set (object: object, cursor: Cursor): void {
    if (!(#cursor in object)) new Stamp(object)
    ;(object as Stamp).#cursor = cursor
  }

  static get (object: unknown): Cursor | undefined {
    return isObject(object) && #cursor in object ? (object as Stamp).#cursor : undefined
  }
}
export const cursorOf: (object: unknown) => Cursor | undefined = Stamp.get
export const linkCursor: (object: object, cursor: Cursor) => void = Stamp.set

const { exec: nativeExec } = RegExp.prototype
const { codePointAt, slice } = String.prototype

interface Result { value: unknown, done: boolean }
const ended = (cursor: Cursor): Result => {
  cursor.done = true
  return { value: undefined, done: true }
}

const steps: Record<CursorKind, (cursor: Cursor) => Result> = {
  'array entries': cursor => stepArray(cursor, (array, index) => [index, array[index]]),
  'array keys': cursor => stepArray(cursor, (array, index) => index),
  'array values': cursor => stepArray(cursor, (array, index) => array[index]),
  string (cursor) {
    const text = cursor.source as string
    if (cursor.index >= text.length) return ended(cursor)
    const length = (apply(codePointAt, text, [cursor.index]) as number) > 0xffff ? 2 : 1
    const value = apply(slice, text, [cursor.index, cursor.index += length])
    return { value, done: false }
  },
  // %RegExpStringIteratorPrototype%.next (ECMA-262, 22.2.9.2.1); the matcher is ours, and its `lastIndex` the position.
  matches (cursor) {
    const matcher = cursor.matcher!
    const match = apply(nativeExec, matcher, [cursor.source]) as RegExpExecArray | null
    if (match === null) return ended(cursor)
    if (!matcher.global) {
      cursor.done = true
      return { value: match, done: false }
    }
    if (match[0] === '') {
      const isUnicode = matcher.unicode || (matcher as { unicodeSets?: boolean }).unicodeSets === true
      const wide = isUnicode && (apply(codePointAt, cursor.source, [matcher.lastIndex]) as number | undefined ?? 0) > 0xffff
      matcher.lastIndex += wide ? 2 : 1
    }
    return { value: match, done: false }
  },
}

function stepArray (cursor: Cursor, valueAt: (array: ArrayLike<unknown>, index: number) => unknown): Result {
  const array = cursor.source as ArrayLike<unknown>
  if (cursor.index >= array.length) return ended(cursor)
  return { value: valueAt(array, cursor.index++), done: false }
}

// ---- objects that stand for them

const nativePrototypes = {
  array: getPrototypeOf([].values())!,
  string: getPrototypeOf(''[Symbol.iterator]())!,
  matches: getPrototypeOf(''.matchAll(/a/g))!,
}

/** `next` of all our iterators; named by the encoder. */
export const { next: cursorNext } = {
  next (this: unknown): unknown {
    const cursor = Stamp.get(this)
    if (cursor === undefined) throw new TypeError(`next method called on incompatible receiver ${String(this)}`)
    return cursor.done ? { value: undefined, done: true } : steps[cursor.kind](cursor)
  },
}

function layer (parent: object): object {
  const prototype = create(parent) as object
  defineProperty(prototype, 'next', { value: cursorNext, writable: true, configurable: true, enumerable: false })
  return prototype
}
const arrayLayer = layer(nativePrototypes.array)
const layers: Record<CursorKind, object> = {
  'array entries': arrayLayer,
  'array keys': arrayLayer,
  'array values': arrayLayer,
  string: layer(nativePrototypes.string),
  matches: layer(nativePrototypes.matches),
}

/** Not yet linked with a cursor. */
export const makeCursorObject = (kind: CursorKind): object => create(layers[kind]) as object

function makeIterator (cursor: Cursor): object {
  const object = makeCursorObject(cursor.kind)
  Stamp.set(object, cursor)
  return object
}

/** What a lowered loop calls in place of the native `[Symbol.iterator]`; named by the encoder. */
export const openArray: Callable = function (this: unknown) { return makeIterator(new Cursor('array values', this)) }
export const openString: Callable = function (this: unknown) { return makeIterator(new Cursor('string', String(this))) }

// ---- methods of the program's own calls

function arrayLike (receiver: unknown): object {
  if (receiver === undefined || receiver === null) throw new TypeError('Cannot convert undefined or null to object')
  return Object(receiver) as object
}

export const arrayMethods = {
  entries (this: unknown): unknown { return makeIterator(new Cursor('array entries', arrayLike(this))) },
  keys (this: unknown): unknown { return makeIterator(new Cursor('array keys', arrayLike(this))) },
}

const { matchAll: nativeMatchAll } = String.prototype
const nativeRegExpMatchAll = RegExp.prototype[Symbol.matchAll]
const { RegExp: NativeRegExp } = globalThis

export const stringMethods = {
  /** Ours for a plain global regular expression and an unchanged `exec`; what anything else does is Node's affair. */
  matchAll (this: unknown, pattern: unknown): unknown {
    const isPlain = pattern instanceof NativeRegExp && getPrototypeOf(pattern) === NativeRegExp.prototype && typeof this === 'string' &&
      NativeRegExp.prototype.exec === nativeExec && pattern[Symbol.matchAll] === nativeRegExpMatchAll && pattern.global
    if (!isPlain) return apply(nativeMatchAll, this, [pattern])
    const matcher = new NativeRegExp(pattern, pattern.flags)
    matcher.lastIndex = pattern.lastIndex
    return makeIterator(new Cursor('matches', this, matcher))
  },
}
