/**
 * Kinds of objects: how one is recognised, made, and what of it is not a property. Own properties, prototype and private
 * members are the same for all kinds and are written by the encoder itself.
 *
 *     parts(value)       known when the object is made (a regexp's source, a closure's captures); they are allocated first
 *     allocate(parts)    gives the object its identity; the content of parts must not be read, they may not be filled
 *     encode / fill      the content, written and read in the same order
 *     filled             called when the whole heap is filled, in the order of ids
 *
 * Kinds of the language stand in values/; tasks and others add theirs by `defineKind` and `defineInternal`.
 */
import { forgetKinds } from './identity.js'
import { SafeMap } from './natives.js'

/** What an encoder writes as ABSENT, and a decoder returns for it where that is allowed. Never seen by a program. */
export const ABSENT_VALUE: unique symbol = Symbol('absent')

export interface ContentWriter {
  value (value: unknown): void
  /** An integer from 0 to 2 ** 53 - 1. */
  count (value: number): void
  double (value: number): void
}

export interface ContentReader {
  value (): unknown
  /** ABSENT_VALUE where nothing was. */
  valueOrAbsent (): unknown
  count (): number
  double (): number
  /** A count of things that take at least `size` bytes each of what is left. */
  countOf (size: number): number
  /** Whether so many bytes may be allocated beyond what the file holds; they are counted. */
  spend (bytes: number): boolean
}

/** What the parts of some kinds depend on. */
export interface Visit {
  /** Whether a value is in the snapshot. */
  has (value: unknown): boolean
  /** Keeps raw bytes in a section of their own; the number finds them again. */
  blob (bytes: () => Uint8Array): number
  /** One more value that must be in the snapshot although it is only looked at when the walk is over. */
  touch (value: unknown): void
  /** The value cannot be kept; `what` begins the message: "A pending operation". */
  refuse (value: unknown, what: string): never
}

export interface Kind<Value extends object = object> {
  readonly name: string
  /** A brand check. Made once in an object's life, on objects that are no Proxy (those of `defineKind`: on all). */
  readonly test?: (value: object) => boolean
  /** Only objects with this prototype in their chain are tested. */
  readonly prototype?: object
  /** Parts are asked for when all else has been visited, and must not add anything. */
  readonly late?: boolean
  parts? (value: Value, visit: Visit): unknown[]
  allocate (parts: unknown[], blob: (index: number) => Uint8Array): Value
  encode? (value: Value, out: ContentWriter, visit: Visit): void
  fill? (value: Value, input: ContentReader, parts: readonly unknown[]): void
  filled? (value: Value): void
  /** Own string keys that are written as properties, where some belong to the content. */
  ownNames? (value: Value): string[]
  /** In place of all own keys, where Node keeps state of its own under symbols. */
  ownKeys? (value: Value): (string | symbol)[]
  /** A new one has own properties already. */
  readonly hasOwnProperties?: boolean
  /** Runtime's own classes: the prototype is known by the kind's name. */
  readonly internalPrototype?: object
  readonly fields?: readonly string[]
  /** Neither prototype nor own properties may be looked at: a Proxy. */
  readonly opaque?: boolean
  /** Entries are found when all else has been visited. */
  readonly weak?: 'map' | 'set'
}

const kinds: Kind[] = []
const byName = new SafeMap<string, Kind>()
const numbers = new SafeMap<Kind, number>()
const internals = new SafeMap<object, Kind>()
const builtin: Kind[] = []
const byChain = new SafeMap<object, Kind>()
const defined: Kind[] = []

function register<Value extends object> (kind: Kind<Value>): Kind {
  const erased = kind as unknown as Kind
  if (byName.has(kind.name)) throw new Error(`Kind "${kind.name}" is defined already`)
  byName.set(kind.name, erased)
  kinds[kinds.length] = erased
  numbers.set(erased, kinds.length)
  forgetKinds()
  return erased
}

/** A kind of the language. */
export function defineBuiltinKind<Value extends object> (kind: Kind<Value>): Kind {
  const erased = register(kind)
  if (kind.prototype !== undefined) byChain.set(kind.prototype, erased)
  else if (kind.test !== undefined) builtin[builtin.length] = erased
  return erased
}

/** A kind that a part of the runtime adds. Tested before an object counts as unsupported or ordinary. */
export function defineKind<Value extends object> (kind: Kind<Value>): Kind {
  const erased = register(kind)
  defined[defined.length] = erased
  return erased
}

interface LazyKind { readonly names: readonly string[], readonly isThere: () => boolean, readonly define: () => void }
const lazyKinds: LazyKind[] = []

/** Kinds of classes that Node makes on the first look: defined when the program has looked, or a snapshot names one. */
export function defineLazyKinds (names: readonly string[], isThere: () => boolean, define: () => void): void {
  lazyKinds[lazyKinds.length] = { names, isThere, define }
}

export function defineKindsThatAreThere (): void { defineLazy(({ isThere }) => isThere()) }

function defineLazy (isMeant: (kind: LazyKind) => boolean): void {
  let left = 0
  for (let index = 0; index < lazyKinds.length; index++) {
    if (isMeant(lazyKinds[index])) lazyKinds[index].define()
    else lazyKinds[left++] = lazyKinds[index]
  }
  lazyKinds.length = left
}

export interface InternalHooks<Value extends object> {
  /** What stands in private fields. */
  encode? (value: Value, out: ContentWriter): void
  fill? (value: Value, input: ContentReader): void
  /** The whole heap is filled. */
  filled? (value: Value): void
}

/**
 * A record class of the runtime: encoded by its own fields, allocated by `Object.create(Class.prototype)`. `fields` limits
 * which; a field that an object does not have itself is left to the prototype again.
 */
export function defineInternal<Value extends object> (
  name: string, Class: abstract new (...args: never[]) => Value, fields?: readonly string[], hooks: InternalHooks<Value> = {}
): void {
  const prototype = Class.prototype as object
  internals.set(prototype, register<Value>({
    ...hooks,
    name: `internal:${name}`,
    internalPrototype: prototype,
    fields,
    allocate: () => Object.create(prototype) as Value
  }))
}

export function kindByName (name: string): Kind | undefined {
  const kind = byName.get(name)
  if (kind !== undefined || lazyKinds.length === 0) return kind
  defineLazy(({ names }) => includes(names, name))
  return byName.get(name)
}

function includes (list: readonly string[], text: string): boolean {
  for (let index = 0; index < list.length; index++) if (list[index] === text) return true
  return false
}

export const kindNumber = (kind: Kind): number => numbers.get(kind)!
export const kindByNumber = (number: number): Kind => kinds[number - 1]
export const internalKind = (prototype: object): Kind | undefined => internals.get(prototype)
export const kindByChain = (prototype: object): Kind | undefined => byChain.get(prototype)

function firstMatch (list: readonly Kind[], value: object): Kind | undefined {
  for (let index = 0; index < list.length; index++) {
    if (list[index].test!(value)) return list[index]
  }
  return undefined
}
export const builtinKindOf = (value: object): Kind | undefined => firstMatch(builtin, value)
export const definedKindOf = (value: object): Kind | undefined => firstMatch(defined, value)
