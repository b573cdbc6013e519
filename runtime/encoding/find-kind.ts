/** What an object is to the encoder: its kind, whether it can be kept at all, which of its keys are properties. */
import { hiddenState } from './intrinsics.js'
import { builtinKindOf, definedKindOf, internalKind, kindByChain, type Kind } from './kinds.js'
import {
  getOwn, getOwnPropertySymbols, getPrototypeOf, isGeneratorObject, isIndex, isMapIterator, isModuleNamespaceObject, isPromise, isProxy, isSetIterator, ownKeys
} from './natives.js'
import { objectKind } from './values/index.js'

const getDescriptor = Object.getOwnPropertyDescriptor

/** Thrown within the encoder; the path is found only then. */
export class Refusal {
  constructor (readonly code: 'RP2101' | 'RP2102' | 'RP2103' | 'RP2104', readonly value: unknown, readonly what: string) {}
}

export function refuse (code: Refusal['code'], value: unknown, what: string): never {
  throw new Refusal(code, value, what)
}

export function findKind (value: object): Kind {
  const prototype = getPrototypeOf(value)
  const internal = prototype === null ? undefined : internalKind(prototype)
  if (internal !== undefined) return internal
  const kind = builtinKindOf(value) ?? chainKind(value) ?? definedKindOf(value)
  if (kind !== undefined) return kind
  if (isPromise(value)) return refuse('RP2104', value, 'A promise whose record is not known')
  if (isGeneratorObject(value)) return refuse('RP2104', value, 'A generator that was not compiled')
  if (isMapIterator(value) || isSetIterator(value)) return refuse('RP2104', value, 'A native iterator')
  if (isModuleNamespaceObject(value)) return refuse('RP2104', value, 'The namespace of a module that reprise did not load')
  return objectKind
}

function chainKind (value: object): Kind | undefined {
  for (let prototype = getPrototypeOf(value); prototype !== null && !isProxy(prototype); prototype = getPrototypeOf(prototype)) {
    const kind = kindByChain(prototype)
    if (kind?.test!(value) === true) return kind
  }
  return undefined
}

/** An ordinary object whose prototype is one of Node's own has state that is no property; each prototype is asked once. */
export function refuseHiddenState (kind: Kind, prototype: object): void {
  if (kind !== objectKind) return
  for (let step: object | null = prototype; step !== null && !isProxy(step); step = getPrototypeOf(step)) {
    const name = hiddenState(step)
    if (name !== undefined) throw new HiddenState(name)
  }
}

/** Becomes a Refusal where the value is known. */
export class HiddenState {
  constructor (readonly name: string) {}
}

export function functionName (value: object): string {
  const name: unknown = getOwn(value, 'name')?.value
  return typeof name === 'string' && name !== '' ? name : '(anonymous)'
}

/** Without `arguments` and `caller` of sloppy functions, which are no state of theirs. */
export function functionKeys (value: object): (string | symbol)[] {
  const keys = ownKeys(value)
  const own: (string | symbol)[] = []
  // As V8 makes them. Asking for their descriptors would look for the function on the stack, twice.
  const isSloppy = keys.length >= 5 && keys[0] === 'length' && keys[1] === 'name' && keys[2] === 'arguments' && keys[3] === 'caller' && keys[4] === 'prototype'
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]
    if (isSloppy && (index === 2 || index === 3)) continue
    if ((key === 'arguments' || key === 'caller') && getDescriptor(value, key)?.configurable === false) continue
    own[own.length] = key
  }
  return own
}

export function withSymbols (names: string[], value: object): (string | symbol)[] {
  const symbols = getOwnPropertySymbols(value)
  if (symbols.length === 0) return names
  const keys: (string | symbol)[] = names
  for (let index = 0; index < symbols.length; index++) keys[keys.length] = symbols[index]
  return keys
}

export function isIndexKey (key: string | symbol): boolean {
  return typeof key === 'string' && isIndex(key)
}
