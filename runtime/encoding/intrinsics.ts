/**
 * Names of what every Node process has: globals, intrinsics (hidden ones too) and builtin modules, each by the path on
 * which a breadth-first walk first meets it: `Array.prototype.map`, `%ArrayIteratorPrototype%.next`,
 * `node:fs.promises.readFile`, `Map.prototype.size:get`. A name is resolved by walking its path, not by looking it up, so
 * that versions of Node whose walks meet a value on different paths understand each other.
 *
 * The walk takes 10 ms and is made at the first question, or before the program starts (`nameIntrinsics`) so that nothing
 * that the program has replaced gets a builtin's name. Only modules that are loaded are walked; accessors are never called.
 *
 * In a segment of a path `.`, `:`, `@` and `%` of a key are escaped as in a URL; `@iterator` is a well-known symbol,
 * `@@kCapture` another one by its description, `:get`, `:set`, `:proto` and `:symbol` say what of a property is meant.
 */
import { builtinModules, createRequire } from 'node:module'
import {
  charCodeAt, getOwn, getOwnPropertySymbols, getPrototypeOf, hasOwn, isArray, isObject, isProxy, isView, keyFor, ownKeys, SafeMap, SafeSet, symbolDescription
} from './natives.js'
import type { Nameable } from './naming.js'

const require = createRequire(import.meta.url)
const DEPTH_MAX = 6

/** Where the walk met a value; what of it is text is made when somebody asks. */
interface Place {
  readonly parent: Place | undefined
  /** A root's whole name, or the key under which `parent` holds the value. */
  readonly key: string | symbol
  readonly part: '' | ':get' | ':set' | ':symbol' | ':proto'
  readonly depth: number
  text: string | undefined
}

const places = new SafeMap<Nameable, Place>()
const roots = new SafeMap<string, object>()
const walkedModules = new SafeSet<string>()
let walked = false
let modulesSeen = 0
let fetchLoaded = false
let fetchSearched = 0
const PREFIX = 'NativeModule '

export function intrinsicName (value: Nameable): string | undefined {
  if (!walked) nameIntrinsics()
  const place = places.get(value)
  return place === undefined ? undefined : textOf(place)
}

function textOf (place: Place): string {
  return place.text ??= place.parent === undefined ? place.key as string : textBelow(place, place.parent)
}

function textBelow ({ key, part }: Place, parent: Place): string {
  if (part === ':proto') return textOf(parent) + part
  const segment = segmentOf(key)! + part
  return parent === globalPlace ? segment : `${textOf(parent)}.${segment}`
}

const rootPlace = (name: string): Place => ({ parent: undefined, key: name, part: '', depth: 0, text: name })
const globalPlace = rootPlace('globalThis')

/** The first walk, and later what has been loaded since: modules, and globals that Node makes on the first look. */
export function nameIntrinsics (): void {
  const queue: Step[] = []
  if (!walked) addHidden(queue)
  walked = true
  const samples: Step[] = []
  addModules(queue, samples)
  addLazyGlobals(queue)
  walk(queue)
  walk(samples)
}

function addModules (queue: Step[], samples: Step[]): void {
  const list = moduleLoadList()
  for (; modulesSeen < list.length; modulesSeen++) {
    const name = loadedModuleName(list[modulesSeen])
    if (name === undefined) continue
    addModule(queue, name)
    addSamples(samples, name)
  }
}

/** Node makes them on the first look, so they are looked at again and again, but without making them. */
function addLazyGlobals (queue: Step[]): void {
  let left = 0
  for (let index = 0; index < lazyGlobals.length; index++) {
    const key = lazyGlobals[index]
    const value: unknown = isUnmade(key) ? undefined : getOwn(globalThis, key)?.value
    if (isObject(value)) queue[queue.length] = { value, place: { parent: globalPlace, key, part: '', depth: 1, text: undefined } }
    else lazyGlobals[left++] = key
  }
  lazyGlobals.length = left
}

export function intrinsicByName (name: string): Nameable | undefined {
  if (!walked) nameIntrinsics()
  const segments = split(name)
  let value: unknown = rootOf(segments[0])
  for (let index = 1; index < segments.length && value !== undefined; index++) value = step(value, segments[index])
  return isObject(value) || typeof value === 'symbol' ? value : undefined
}

/** Objects of a package that is not compiled, by their path from what it exports. Walked again, since it may add some. */
export function nameForeign (file: string, exports: unknown): void {
  if (!isObject(exports)) return
  const name = foreignRoot(file)
  roots.set(name, exports)
  walk([{ value: exports, place: rootPlace(name) }], true)
}

/** A root's name may hold anything but percent signs. */
const foreignRoot = (file: string): string => `%file ${escape(file)
  .replaceAll('%', '=')}%`

// ---- state that is no property

const VISIBLE = new SafeSet<string>()
for (const name of [
  'Object', 'Function', 'Array', 'Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError',
  'Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Date', 'RegExp', 'Number', 'String', 'Boolean', 'Symbol', 'BigInt', 'ArrayBuffer',
  'SharedArrayBuffer', 'DataView', 'Iterator', 'node:events', 'node:events.EventEmitter', 'node:stream', 'node:stream.Stream', 'node:stream.Readable', 'node:stream.Writable',
  'node:stream.Duplex', 'node:stream.Transform', 'node:stream.PassThrough', 'Buffer', 'URL', 'URLSearchParams', 'Uint8Array', 'node:url.Url', 'node:fs.Stats', 'node:fs.Dirent', '%TypedArray%'
]) VISIBLE.add(`${name}.prototype`)
for (const name of ['%IteratorPrototype%', '%AsyncIteratorPrototype%', 'node:fs.Stats.prototype:proto']) VISIBLE.add(name)
// What inherits from them is the `prototype` of a generator function; generators themselves are a kind of their own.
for (const name of ['%GeneratorFunction.prototype%', '%AsyncGeneratorFunction.prototype%']) VISIBLE.add(`${name}.prototype`)
VISIBLE.add('%AsyncGeneratorFunction.prototype%.prototype:proto')

/** The name of a builtin's prototype whose instances have state that properties do not show; the kinds know their own. */
export function hiddenState (prototype: object): string | undefined {
  const name = intrinsicName(prototype)
  return name === undefined || VISIBLE.has(name) ? undefined : name
}

// ---- globals of fetch

/** Even a look at their descriptors makes Node 22 load fetch (50 ms), so they are left alone until something else has. */
const OF_FETCH = new SafeSet(['FormData', 'Headers', 'Request', 'Response', 'MessageEvent', 'WebSocket', 'CloseEvent', 'EventSource'])

function isUnmade (key: string | symbol): boolean {
  return typeof key === 'string' && OF_FETCH.has(key) && !isFetchLoaded()
}

export function isFetchLoaded (): boolean {
  const list = moduleLoadList()
  for (; fetchSearched < list.length && !fetchLoaded; fetchSearched++) fetchLoaded = list[fetchSearched] === `${PREFIX}internal/deps/undici/undici`
  return fetchLoaded
}

// ---- the walk

interface Step { value: Nameable, place: Place }

function walk (queue: Step[], again = false): void {
  for (let next = 0; next < queue.length; next++) {
    const { value, place } = queue[next]
    if (places.has(value) && !(again && next === 0)) continue
    places.set(value, place)
    if (typeof value === 'symbol' || place.depth === DEPTH_MAX || isProxy(value) || isView(value) || (isArray(value) && value.length > 0)) continue
    const keys = ownKeys(value)
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]
      if (value === globalThis && (isOfProgram(key) || isUnmade(key))) continue
      if (typeof key === 'symbol') {
        if (segmentOf(key) === undefined) continue
        add(queue, key, place, key, ':symbol')
      }
      const descriptor = getOwn(value, key)
      if (descriptor === undefined) continue
      if (hasOwn(descriptor, 'value')) {
        add(queue, descriptor.value, place, key, '')
      } else {
        add(queue, descriptor.get, place, key, ':get')
        add(queue, descriptor.set, place, key, ':set')
      }
    }
    add(queue, getPrototypeOf(value), place, '', ':proto')
  }
}

function add (queue: Step[], value: unknown, parent: Place, key: string | symbol, part: Place['part']): void {
  if ((!isObject(value) && !isUnregistered(value)) || places.has(value)) return
  queue[queue.length] = { value, place: { parent, key, part, depth: parent.depth + 1, text: undefined } }
}

function isUnregistered (value: unknown): value is symbol {
  return typeof value === 'symbol' && keyFor(value) === undefined
}

/** What stood on the global object when the runtime was loaded; later additions are the program's. */
const globalKeys = new SafeSet<string | symbol>()
const lazyGlobals: string[] = []
for (const key of ownKeys(globalThis)) {
  globalKeys.add(key)
  if (typeof key === 'string' && (isUnmade(key) || getOwn(globalThis, key)?.get !== undefined)) lazyGlobals[lazyGlobals.length] = key
}
/** Accessors for good, and of no cost. */
const singletons: Record<string, object> = { process, Buffer, performance }
const isOfProgram = (key: string | symbol): boolean => !globalKeys.has(key)

function addHidden (queue: Step[]): void {
  const addRoot = (name: string, value: object | null): void => {
    if (value === null) return
    roots.set(name, value)
    queue[queue.length] = { value, place: value === globalThis ? globalPlace : rootPlace(name) }
  }
  addRoot('globalThis', globalThis)
  for (const name of ['process', 'Buffer', 'performance']) addRoot(name, singletons[name])
  const prototypeOf = (value: object): object => getPrototypeOf(value)!
  const arrayIterator = prototypeOf([][Symbol.iterator]())
  const generatorFunction = prototypeOf(function * () {})
  const asyncGeneratorFunction = prototypeOf(async function * () {})
  addRoot('%TypedArray%', getPrototypeOf(Uint8Array))
  addRoot('%IteratorPrototype%', prototypeOf(arrayIterator))
  addRoot('%ArrayIteratorPrototype%', arrayIterator)
  addRoot('%MapIteratorPrototype%', prototypeOf(new Map().entries()))
  addRoot('%SetIteratorPrototype%', prototypeOf(new Set().values()))
  addRoot('%StringIteratorPrototype%', prototypeOf(''[Symbol.iterator]()))
  addRoot('%RegExpStringIteratorPrototype%', prototypeOf(''.matchAll(/a/g)))
  addRoot('%GeneratorFunction.prototype%', generatorFunction)
  addRoot('%AsyncGeneratorFunction.prototype%', asyncGeneratorFunction)
  addRoot('%AsyncFunction.prototype%', prototypeOf(async () => {}))
  addRoot('%AsyncIteratorPrototype%', prototypeOf(prototypeOf((asyncGeneratorFunction as { prototype: object }).prototype)))
  addRoot('%ThrowTypeError%', getOwn(strictArguments(), 'callee')!.get!)
  addIteratorHelpers(addRoot)
}

const strictArguments = function (): object { return arguments } // eslint-disable-line prefer-rest-params

/** Where Node has them. */
function addIteratorHelpers (addRoot: (name: string, value: object | null) => void): void {
  const iterator = new Map().values() as { map?: (each: (value: unknown) => unknown) => object }
  if (typeof iterator.map !== 'function') return
  addRoot('%IteratorHelperPrototype%', getPrototypeOf(iterator.map(value => value)))
  const { Iterator } = globalThis as { Iterator?: { from (value: object): object } }
  if (Iterator !== undefined) addRoot('%WrapForValidIteratorPrototype%', getPrototypeOf(Iterator.from({ __proto__: null, next () {} })))
}

/** Symbols that Node puts on instances of its classes. */
function addSamples (queue: Step[], module: string): void {
  const add = (name: string, value: object): void => {
    roots.set(name, value)
    queue[queue.length] = { value, place: rootPlace(name) }
  }
  if (module === 'events') {
    const Emitter = require('node:events') as new () => object
    add('%sample EventEmitter%', new Emitter())
  }
  if (module === 'fs') {
    const { Dirent } = require('node:fs') as { Dirent: new (name: string, type: number, path: string) => object }
    add('%sample Dirent%', new Dirent('', 1, ''))
  }
  if (module === 'stream') {
    const { Readable, Writable } = require('node:stream') as Record<'Readable' | 'Writable', new () => object>
    add('%sample Readable%', new Readable())
    add('%sample Writable%', new Writable())
  }
}

// ---- modules

function moduleLoadList (): readonly string[] {
  return (process as unknown as { moduleLoadList?: readonly string[] }).moduleLoadList ?? []
}

const publicModules = new SafeSet<string>()
for (const name of builtinModules) {
  if (name[0] !== '_' && name !== 'sys' && name !== 'punycode') publicModules.add(name)
}

function loadedModuleName (entry: string): string | undefined {
  if (entry.length <= PREFIX.length) return undefined
  const name = entry.slice(PREFIX.length)
  return publicModules.has(name) && !walkedModules.has(name) ? name : undefined
}

function addModule (queue: Step[], name: string): void {
  walkedModules.add(name)
  let exports: unknown
  try {
    exports = require(`node:${name}`)
  } catch {
    return
  }
  if (!isObject(exports)) return
  roots.set(`node:${name}`, exports)
  queue[queue.length] = { value: exports, place: rootPlace(`node:${name}`) }
}

// ---- paths

function segmentOf (key: string | symbol): string | undefined {
  if (typeof key === 'string') return escape(key)
  const registered = keyFor(key)
  const description = symbolDescription(key)
  if (registered !== undefined || description === undefined) return undefined
  if (getOwn(Symbol, description.slice(7))?.value === key) return `@${description.slice(7)}`
  return `@@${escape(description)}`
}

function escape (key: string): string {
  let text = ''
  for (let index = 0; index < key.length; index++) {
    const code = charCodeAt(key, index)
    text += code === 46 || code === 58 || code === 64 || code === 37 ? `%${code}%` : key[index]
  }
  return text
}

function unescape (segment: string): string {
  let text = ''
  for (let index = 0; index < segment.length; index++) {
    if (segment[index] !== '%') {
      text += segment[index]
      continue
    }
    const code = segment.slice(index + 1, index + 3)
    text += String.fromCharCode(+code)
    index += 3
  }
  return text
}

/** A root may have dots and colons between percent signs, or the colon of `node:`. */
function split (name: string): string[] {
  const segments: string[] = []
  let start = 0
  if (name[0] === '%') {
    const end = name.indexOf('%', 1) + 1
    if (end > 1) {
      segments[0] = name.slice(0, end)
      start = end
      if (name[start] === '.') start++
      if (start >= name.length) return segments
    }
  }
  const isModule = name.slice(0, 5) === 'node:'
  for (let index = start; index <= name.length; index++) {
    const character = name[index]
    const isMark = character === ':' && !(isModule && index === 4)
    if (index < name.length && character !== '.' && !isMark) continue
    if (index > start || segments.length === 0) segments[segments.length] = name.slice(start, index)
    start = isMark ? index : index + 1
    if (isMark) {
      const dot = name.indexOf('.', index)
      const end = dot === -1 ? name.length : dot
      // A prototype is a step of its own; `:get` and the like belong to the segment before.
      const mark = name.slice(index, end)
      if (mark === ':proto') segments[segments.length] = mark
      else segments[segments.length - 1] += mark
      start = end + 1
      index = end
    }
  }
  return segments
}

function rootOf (segment: string): object | undefined {
  if (segment.slice(0, 5) === 'node:') {
    const name = segment.slice(5)
    if (!roots.has(segment) && publicModules.has(name)) {
      const queue: Step[] = []
      addModule(queue, name)
      walk(queue)
    }
    return roots.get(segment)
  }
  if (segment.slice(0, 7) === '%sample') addModules([], [])
  const root = roots.get(segment)
  if (root !== undefined) return root
  const value = step(globalThis, segment)
  if (value !== undefined) return value as object
  // A global that Node makes on the first look: a snapshot may name it before this program has looked.
  const key = unescape(segment)
  return globalKeys.has(key) ? (globalThis as Record<string, unknown>)[key] as object : undefined
}

function step (value: unknown, segment: string): unknown {
  if (!isObject(value)) return undefined
  if (segment === ':proto') return getPrototypeOf(value)
  const mark = segment.indexOf(':')
  const part = mark === -1 ? 'value' : segment.slice(mark + 1)
  const key = keyOf(value, mark === -1 ? segment : segment.slice(0, mark))
  if (key === undefined) return undefined
  if (part === 'symbol') return key
  const descriptor = getOwn(value, key)
  return part === 'get' ? descriptor?.get : part === 'set' ? descriptor?.set : descriptor?.value as unknown
}

function keyOf (value: object, segment: string): string | symbol | undefined {
  if (segment[0] !== '@') return unescape(segment)
  if (segment[1] !== '@') return getOwn(Symbol, segment.slice(1))?.value as symbol | undefined
  const description = unescape(segment.slice(2))
  const symbols = getOwnPropertySymbols(value)
  for (let index = 0; index < symbols.length; index++) {
    if (symbolDescription(symbols[index]) === description) return symbols[index]
  }
  return undefined
}
