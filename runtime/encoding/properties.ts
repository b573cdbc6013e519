/**
 * Own properties of decoded objects, where no plan does it. They are defined, never assigned. An object that exists already
 * (named, a closure, made by its class) keeps what is the same, so that what cannot be defined again need not be; what the
 * snapshot does not have is deleted; and if the order would be another, all are defined anew.
 */
import { corrupt, RestoreMismatchError } from './errors.js'
import { ACCESSOR, PLAIN } from './format.js'
import type { ContentReader } from './kinds.js'
import type { Layout } from './decode-layouts.js'
import { accessorDescriptor, dataDescriptor, defineOwn, deleteProperty, getOwn, hasOwn, is, isIndex, ownKeys, SafeMap } from './natives.js'
import { attributesOf, decodeDescriptor } from './values/array.js'

type Elements = SafeMap<string, true>

/** Returns which there are. */
export function fillElements (object: object, input: ContentReader): Elements {
  const elements: Elements = new SafeMap()
  const count = input.countOf(3)
  for (let position = 0; position < count; position++) {
    const index = input.count()
    if (index >= 4294967295) corrupt('an index is too large')
    const key = `${index}`
    define(object, key, decodeDescriptor(input), () => 'an object')
    elements.set(key, true)
  }
  return elements
}

const plain = dataDescriptor(undefined, PLAIN)

export function fillProperties (object: object, layout: Layout, input: ContentReader, isExisting: boolean, elements: Elements | undefined, describe: () => string): void {
  const { keys, attributes } = layout
  if (isExisting) clear(object, layout, elements)
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]
    if (!isExisting && attributes[index] === PLAIN) {
      plain.value = input.value()
      if (!defineOwn(object, key, plain)) cannot(key, describe)
      plain.value = undefined
      continue
    }
    let descriptor: PropertyDescriptor
    if ((attributes[index] & ACCESSOR) !== 0) {
      const get = input.value()
      descriptor = accessorDescriptor(get, input.value(), attributes[index])
    } else {
      descriptor = dataDescriptor(input.value(), attributes[index])
    }
    define(object, key, descriptor, describe)
  }
}

function define (object: object, key: string | symbol, descriptor: PropertyDescriptor, describe: () => string): void {
  if (isSame(getOwn(object, key), descriptor)) return
  if (!defineOwn(object, key, descriptor)) cannot(key, describe)
}

function isSame (own: PropertyDescriptor | undefined, descriptor: PropertyDescriptor): boolean {
  if (own === undefined || attributesOf(own) !== attributesOf(descriptor)) return false
  return hasOwn(own, 'value') ? is(own.value, descriptor.value) : own.get === descriptor.get && own.set === descriptor.set
}

function cannot (key: string | symbol, describe: () => string): never {
  throw new RestoreMismatchError('RP3104', [String(key), describe()])
}

function areSame (own: readonly (string | symbol)[], keys: readonly (string | symbol)[]): boolean {
  if (own.length !== keys.length) return false
  for (let index = 0; index < own.length; index++) {
    if (own[index] !== keys[index]) return false
  }
  return true
}

/** Deletes own properties that are not wanted, and, if those that remain stand in another order, these too. */
function clear (object: object, layout: Layout, elements: Elements | undefined): void {
  const { keys } = layout
  if (layout.kind.ownNames !== undefined || layout.kind.ownKeys !== undefined) return
  const own = ownKeys(object)
  if (elements === undefined && areSame(own, keys)) return
  let position = 0
  let inOrder = true
  const wanted = new SafeMap<string | symbol, number>()
  for (let index = 0; index < keys.length; index++) wanted.set(keys[index], index)
  for (let index = 0; index < own.length; index++) {
    const key = own[index]
    if (typeof key === 'string' && isIndex(key)) {
      if (elements?.has(key) !== true) deleteProperty(object, key)
      continue
    }
    const place = wanted.get(key)
    if (place === undefined) deleteProperty(object, key)
    else if (place !== position++) inOrder = false
  }
  if (inOrder) return
  for (let index = 0; index < own.length; index++) {
    const key = own[index]
    if (!(typeof key === 'string' && isIndex(key))) deleteProperty(object, key)
  }
}
