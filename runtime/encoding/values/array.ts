/**
 * Arrays. Four forms, by what the array is like; `length` follows, then its writability:
 *
 *     DENSE      every index has an entry, holes are ABSENT (a byte each: what the decoder allocates stays in proportion)
 *     SPARSE     count, then index and value of those that are there
 *     DESCRIBED  count, then index, attributes and value (or getter and setter): frozen arrays, accessors
 *     DOUBLES    raw doubles, for arrays of numbers that are not all integers
 *
 * Reading a descriptor costs 56 ns an element, reading the element 1.3. An accessor at an index is looked for in arrays of
 * up to DESCRIBED_MAX elements only; in a longer one it is called and its value kept.
 */
import { inspect } from 'node:util'
import { ACCESSOR, CONFIGURABLE, ENUMERABLE, PLAIN, WRITABLE } from '../format.js'
import { ABSENT_VALUE, defineBuiltinKind, type ContentReader, type ContentWriter } from '../kinds.js'
import {
  accessorDescriptor, dataDescriptor, defineOwn, endsWith, getOwnPropertyNames, hasOwn, isArray, isExtensible, isIndex, uncurry
} from '../natives.js'
import { corrupt } from '../errors.js'

const DENSE = 0
const SPARSE = 1
const DESCRIBED = 2
const DOUBLES = 3

const DESCRIBED_MAX = 16
const DOUBLES_MIN = 16
/** Where no name is wanted, asking for all names of a long array costs 40 ns an element; its text costs 1.2 µs. */
const NAMES_MAX = 32
/** Of so many first elements an eighth must be there, or the array is taken for sparse. */
const SAMPLE = 1024
const LENGTH_MAX = 2 ** 32 - 1
const push = uncurry(Array.prototype.push as (this: unknown[], value: unknown) => number)
const getDescriptor = Object.getOwnPropertyDescriptor
const arrayPrototype = Array.prototype as object
const objectPrototype = Object.prototype as object

export const arrayKind = defineBuiltinKind<unknown[]>({
  name: 'array',
  test: isArray,
  hasOwnProperties: true,
  allocate: () => [],
  encode: encodeArray,
  fill: fillArray,
  ownNames: array => extraNames(array, array.length, true)
})

/**
 * A program can make holes see through to a prototype, and writes of new elements reach a setter. Looked at once for each
 * snapshot, since nothing of the program runs meanwhile.
 */
let indicesInherited = false
export function lookForInheritedIndices (): void {
  indicesInherited = hasIndex(arrayPrototype) || hasIndex(objectPrototype)
}
function hasIndex (prototype: object): boolean {
  return isIndex(getOwnPropertyNames(prototype)[0] ?? '')
}

/** Own string keys that are no index; `length` neither. Also for typed arrays, whose `length` is inherited. */
export function extraNames (value: object, length: number, hidden: boolean): string[] {
  if (length > NAMES_MAX) {
    const text = inspect(value, { maxArrayLength: 0, showHidden: hidden, customInspect: false, depth: 0, colors: false, compact: 3, breakLength: Infinity })
    const end = `[ ... ${length} more items${hidden ? `, [length]: ${length}` : ''} ]`
    if (endsWith(text, end)) return []
  }
  const names = getOwnPropertyNames(value)
  const extra: string[] = []
  for (let index = 0; index < names.length; index++) {
    if (!isIndex(names[index]) && !(hidden && names[index] === 'length')) extra[extra.length] = names[index]
  }
  return extra
}

function encodeArray (array: unknown[], out: ContentWriter): void {
  const { length } = array
  const lengthWritable = getDescriptor(array, 'length')!.writable === true ? 0 : 4
  let form = DENSE
  if (length <= DESCRIBED_MAX || !isExtensible(array) || indicesInherited) {
    form = isPlain(array) ? DENSE : DESCRIBED
  } else if (isSparse(array)) {
    form = SPARSE
  } else if (length >= DOUBLES_MIN && isDoubles(array)) {
    form = DOUBLES
  }
  out.count(form + lengthWritable)
  out.count(length)
  switch (form) {
    case DENSE:
      for (let index = 0; index < length; index++) {
        const value = array[index]
        if (value === undefined && !hasOwn(array, index)) out.value(ABSENT_VALUE)
        else out.value(value)
      }
      break
    case DOUBLES:
      for (let index = 0; index < length; index++) out.double(array[index] as number)
      break
    default: encodeEntries(array, form, out)
  }
}

/** All there, with the attributes of a plain element. Holes do not count against it. */
function isPlain (array: unknown[]): boolean {
  const names = array.length > DESCRIBED_MAX ? getOwnPropertyNames(array) : undefined
  const count = names?.length ?? array.length
  for (let index = 0; index < count; index++) {
    const descriptor = getDescriptor(array, names === undefined ? index : names[index])
    if (descriptor === undefined) continue
    if (names !== undefined && !isIndex(names[index])) continue
    if (attributesOf(descriptor) !== PLAIN) return false
  }
  return names === undefined || count - 1 >= array.length / 2
}

function isSparse (array: unknown[]): boolean {
  const { length } = array
  const sample = length < SAMPLE ? length : SAMPLE
  let present = 0
  for (let index = 0; index < sample; index++) {
    if (array[index] !== undefined || hasOwn(array, index)) present++
  }
  return present < sample / 8
}

function isDoubles (array: unknown[]): boolean {
  let fractions = false
  for (let index = 0; index < 8; index++) {
    const value = array[index]
    if (typeof value !== 'number') return false
    if ((value | 0) !== value) fractions = true
  }
  if (!fractions) return false
  for (let index = 8; index < array.length; index++) {
    if (typeof array[index] !== 'number') return false
  }
  return true
}

export function attributesOf (descriptor: PropertyDescriptor): number {
  const shared = (descriptor.enumerable === true ? ENUMERABLE : 0) | (descriptor.configurable === true ? CONFIGURABLE : 0)
  return hasOwn(descriptor, 'writable') ? shared | (descriptor.writable === true ? WRITABLE : 0) : shared | ACCESSOR
}

function encodeEntries (array: unknown[], form: number, out: ContentWriter): void {
  const names = getOwnPropertyNames(array)
  let count = 0
  while (count < names.length && isIndex(names[count])) count++
  out.count(count)
  for (let position = 0; position < count; position++) {
    const name = names[position]
    out.count(+name)
    if (form === SPARSE) out.value(array[name as unknown as number])
    else encodeDescriptor(getDescriptor(array, name)!, out)
  }
}

export function encodeDescriptor (descriptor: PropertyDescriptor, out: ContentWriter): void {
  const attributes = attributesOf(descriptor)
  out.count(attributes)
  if ((attributes & ACCESSOR) !== 0) {
    out.value(descriptor.get)
    out.value(descriptor.set)
  } else {
    out.value(descriptor.value)
  }
}

export function decodeDescriptor (input: ContentReader): PropertyDescriptor {
  const attributes = input.count()
  if (attributes > 15) corrupt('a property has unknown attributes')
  if ((attributes & ACCESSOR) !== 0) {
    const get = input.value()
    return accessorDescriptor(get, input.value(), attributes)
  }
  return dataDescriptor(input.value(), attributes)
}

function fillArray (array: unknown[], input: ContentReader): void {
  const form = input.count()
  switch (form & 3) {
    case DENSE: fillDense(array, input); break
    case DOUBLES: {
      const count = input.countOf(8)
      for (let index = 0; index < count; index++) add(array, index, input.double())
      break
    }
    default: fillEntries(array, form & 3, input)
  }
  if ((form & 4) !== 0) defineOwn(array, 'length', { __proto__: null, writable: false } as PropertyDescriptor)
}

/** `push` grows an array of any kind of elements in 10 ns; a store at its end took 150 once several kinds had been met. */
function add (array: unknown[], index: number, value: unknown): void {
  if (indicesInherited) defineOwn(array, index, dataDescriptor(value, PLAIN))
  else if (index === array.length) push(array, value)
  else array[index] = value
}

function fillDense (array: unknown[], input: ContentReader): void {
  const length = input.countOf(1)
  let holes = false
  for (let index = 0; index < length; index++) {
    const value = input.valueOrAbsent()
    if (value === ABSENT_VALUE) {
      holes = true
      // Grown step by step: a gap of more than 1024 would turn the array into a dictionary.
      if ((index & 511) === 511) array.length = index + 1
    } else {
      add(array, index, value)
    }
  }
  if (holes) array.length = length
}

function fillEntries (array: unknown[], form: number, input: ContentReader): void {
  const length = input.count()
  if (length > LENGTH_MAX) corrupt('an array is too long')
  const count = input.countOf(2)
  let previous = -1
  // V8 reserves the length of an array that it takes for dense: a few bytes of the file must not cost gigabytes.
  if (form === SPARSE && length > count * 2 && !input.spend(length * 8)) makeSparse(array, length)
  for (let position = 0; position < count; position++) {
    const index = input.count()
    if (index <= previous || index >= length) corrupt('the elements of an array are not in order')
    previous = index
    if (form === SPARSE) {
      add(array, index, input.value())
    } else {
      defineOwn(array, index, decodeDescriptor(input))
    }
  }
  if (array.length !== length) {
    if (form === DESCRIBED && length - array.length > 1024 && !input.spend(length * 8)) makeSparse(array, length)
    else array.length = length
  }
}

/** An element far beyond the end makes V8 keep the array as a dictionary. */
function makeSparse (array: unknown[], length: number): void {
  defineOwn(array, length - 1, dataDescriptor(0, PLAIN))
  delete array[length - 1]
}
