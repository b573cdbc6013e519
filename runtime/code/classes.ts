/**
 * The program's classes: which functions are their members, and how their private members are read, written and made.
 *
 * An object with private members is made by its class: the parent is swapped for a function that returns the object, and the
 * class is constructed with TOKEN, at which its compiled constructor returns at once. Initialisers then install the members.
 */
import type { ModuleSites, SiteKind } from './site.js'
import { mapList } from '../encoding/natives.js'
import { asyncFunction, asyncGeneratorFunction, generatorFunction } from '../tasks/dress.js'
import { stamp } from './closures.js'

const { construct, getPrototypeOf, setPrototypeOf, getOwnPropertyDescriptor } = Reflect

/** The first argument of a constructor that shall install private members and nothing else. */
export const TOKEN = Object.freeze({})

/** True while objects and classes are made again: initialisers are skipped. Read by compiled code as `$.decoding`. */
export interface DecodingState { decoding: boolean }

export interface PrivateAccess {
  has (value: object): boolean
  get (value: object): unknown[]
  set (value: object, values: readonly unknown[]): void
}

export interface StaticAccess {
  get (): unknown[]
  set (values: readonly unknown[]): void
}

/** Site, kind of property, key, and whether it is static. */
export type MemberTuple = readonly [site: number, kind: 'value' | 'get' | 'set', key: PropertyKey, isStatic?: 1]

export interface ClassEntry {
  readonly type: new (...args: unknown[]) => object
  readonly module: ModuleSites
  readonly site: number
  readonly access: PrivateAccess | undefined
  readonly statics: StaticAccess | undefined
  readonly members: readonly (object | undefined)[]
}

const entries = new WeakMap<object, ClassEntry>()
const byPrototype = new WeakMap<object, ClassEntry>()
const owners = new WeakMap<object, { readonly owner: object, readonly name: string }>()
/** Classes with static private members: their values are roots of a snapshot. */
const withStatics: WeakRef<object>[] = []

export const classEntryOf = (value: object): ClassEntry | undefined => entries.get(value)
export const memberOwnerOf = (value: object): { readonly owner: object, readonly name: string } | undefined => owners.get(value)

export function memberByName (owner: object, name: string): object | undefined {
  if (name === 'prototype') return getOwnPropertyDescriptor(owner, 'prototype')?.value as object | undefined
  return entries.get(owner)?.members[Number(name)]
}

export function defineClass (type: ClassEntry['type'], module: ModuleSites, site: number, tuples: readonly MemberTuple[], access: PrivateAccess | 0, statics: StaticAccess | 0): ClassEntry {
  const prototype = type.prototype as object
  const members = mapList(tuples, tuple => findMember(tuple[3] === 1 ? type : prototype, tuple))
  for (let index = 0; index < members.length; index++) {
    const member = members[index]
    if (member === undefined) continue
    dress(member, module.sites[tuples[index][0]].kind)
    owners.set(member, { owner: type, name: String(index) })
  }
  owners.set(prototype, { owner: type, name: 'prototype' })
  const entry: ClassEntry = { type, module, site, access: access === 0 ? undefined : access, statics: statics === 0 ? undefined : statics, members }
  entries.set(type, entry)
  byPrototype.set(prototype, entry)
  if (statics !== 0) withStatics.push(new WeakRef(type))
  return entry
}

/** Stamps the functions of an object literal; returns the literal. */
export function stampMembers<T extends object> (object: T, module: ModuleSites, captures: readonly unknown[], tuples: readonly MemberTuple[]): T {
  const found = mapList(tuples, tuple => {
    const member = findMember(object, tuple)
    if (member !== undefined) {
      dress(member, module.sites[tuple[0]].kind)
      stamp(member, module, tuple[0], captures)
    }
    return member
  })
  latest = { object, found }
  return object
}
let latest: { object: object, found: readonly (object | undefined)[] } | undefined

/** A function out of a literal that was made only for it. */
export function memberOfLiteral (object: object, index: number, home?: object): object | undefined {
  const member = latest?.object === object ? latest.found[index] : undefined
  // Its `super` must look where that of the literal which the method belongs to does.
  if (home !== undefined) setPrototypeOf(object, superOf(home))
  return member
}

function superOf (home: object): object {
  const parent = (): object => getPrototypeOf(home) ?? {}
  return new Proxy({}, {
    get: (_, key, receiver) => Reflect.get(parent(), key, receiver) as unknown,
    set: (_, key, value, receiver) => Reflect.set(parent(), key, value, receiver),
    has: (_, key) => Reflect.has(parent(), key)
  })
}

function findMember (holder: object, [, kind, key]: MemberTuple): object | undefined {
  const descriptor = getOwnPropertyDescriptor(holder, key)
  const member = descriptor === undefined ? undefined : kind === 'value' ? descriptor.value as unknown : descriptor[kind]
  // A later member of the same key has taken the place.
  return typeof member === 'function' ? member : undefined
}

const generators = new WeakMap<ModuleSites, Map<number, object>>()

function dress (fn: object, kind: SiteKind): void {
  if (kind === 'async') asyncFunction(fn)
  else if (kind === 'generator') generatorFunction(fn)
  else if (kind === 'async-generator') asyncGeneratorFunction(fn)
}

/** Function declarations and methods that are async or generators look like it. */
export function dressSite (fn: object, module: ModuleSites, site: number): void {
  dress(fn, module.sites[site].kind)
}

export function rememberGenerator (fn: object, module: ModuleSites, site: number): void {
  let known = generators.get(module)
  if (known === undefined) generators.set(module, known = new Map())
  known.set(site, fn)
}

/** A generator method has no name for itself. A private one is known to nobody: what only its objects' prototype needs stands in. */
export function generatorOf (module: ModuleSites, site: number): { prototype?: unknown } {
  let known = generators.get(module)?.get(site)
  if (known === undefined) {
    known = function () {}
    dressSite(known, module, site)
    rememberGenerator(known, module, site)
  }
  return known
}

// ---- private members

export function brandedClassesOf (value: object): ClassEntry[] {
  const found: ClassEntry[] = []
  for (let at = getPrototypeOf(value); at !== null; at = getPrototypeOf(at)) {
    const entry = byPrototype.get(at)
    if (entry?.access?.has(value) === true) found.unshift(entry)
  }
  return found
}

export function allocateBranded (state: DecodingState, classes: readonly object[], prototype: object | null): object {
  const holder = function () {} as unknown as new () => object
  holder.prototype = prototype as object
  state.decoding = true
  try {
    const first = classes[0] as ClassEntry['type']
    let object: object
    if (getPrototypeOf(first) === Function.prototype) object = construct(first, [TOKEN], holder) as object
    else {
      object = constructNative(first, holder)
      installMembers(first, object, holder)
    }
    for (let index = 1; index < classes.length; index++) installMembers(classes[index] as ClassEntry['type'], object, holder)
    if (getPrototypeOf(object) !== prototype) setPrototypeOf(object, prototype)
    return object
  } finally {
    state.decoding = false
  }
}

/** An object of the built-in class at the end of the chain: it brings internal slots. */
function constructNative (type: object, holder: new () => object): object {
  let base = getPrototypeOf(type)
  while (base !== null && entries.has(base)) base = getPrototypeOf(base)
  if (base === null || base === Function.prototype || typeof base !== 'function') return Object.create(holder.prototype as object) as object
  return construct(base as new (...args: unknown[]) => object, base === Promise ? [() => {}] : [], holder) as object
}

/** Runs the initialisers of one class on an object that its parent has made. */
export function installMembers (type: ClassEntry['type'], object: object, target: new () => object): object {
  const parent = getPrototypeOf(type)
  setPrototypeOf(type, function () { return object })
  try {
    return construct(type, [TOKEN], target) as object
  } finally {
    setPrototypeOf(type, parent)
  }
}

// ---- static private members

export function captureStatics (): [object, unknown[]][] {
  const captured: [object, unknown[]][] = []
  for (const reference of withStatics) {
    const type = reference.deref()
    if (type === undefined) continue
    captured.push([type, entries.get(type)!.statics!.get()])
  }
  return captured
}

/** Torture: the classes are evaluated anew. */
export function forgetStatics (): void { withStatics.length = 0 }

export function restoreStatics (captured: readonly (readonly [object, readonly unknown[]])[]): void {
  for (const [type, values] of captured) entries.get(type)?.statics?.set(values)
}
