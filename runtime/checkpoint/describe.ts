/**
 * What a snapshot says of itself to people: its call stack with the variables' values in a few words, kept in the header, so
 * that `reprise show` needs neither the program nor the encoder, and shows it of a damaged snapshot too.
 *
 * Runs while the program stands still, and must call none of its code: no accessor, no Proxy trap, no method.
 */
import type { Frame } from '../restore/frame.js'
import type { DescribedFrame, DescribedVariable } from '../store/store.js'
import {
  bigintToString, charCodeAt, functionToString, getOwn, getter, hasOwn, isArray, isDate, isMap, isNativeError, isPromise, isProxy, isRegExp, isSet, isView, ownKeys,
  symbolDescription, uncurry, getPrototypeOf, isIndex
} from '../encoding/natives.js'
import { positionOfFrame } from './position.js'

/** A deep recursion is shown at both ends; what is kept of it stays some kilobytes. */
const INNERMOST_MAX = 24
const OUTERMOST_MAX = 8
const VARIABLES_MAX = 24
const TEXT_LENGTH_MAX = 80
const STRING_LENGTH_MAX = 48
const ENTRIES_MAX = 6

const slice = uncurry(String.prototype.slice)
const startsWith = uncurry(String.prototype.startsWith)
const stringify = JSON.stringify
const mapSize = getter<object, number>(Map.prototype, 'size')
const setSize = getter<object, number>(Set.prototype, 'size')
const typedLength = getter<object, number>(Object.getPrototypeOf(Uint8Array.prototype) as object, 'length')
const dateToIso = uncurry(Date.prototype.toISOString)
const dateValue = uncurry(Date.prototype.getTime)
const regExpSource = getter<RegExp, string>(RegExp.prototype, 'source')

/** Outermost first. Frames in between that are left out are one without a name, with their number as its only variable. */
export function describeStack (stack: readonly Frame[]): DescribedFrame[] {
  const described: DescribedFrame[] = []
  const omittedUntil = stack.length - INNERMOST_MAX
  for (let index = 0; index < stack.length; index++) {
    if (index >= OUTERMOST_MAX && index < omittedUntil) continue
    if (index === omittedUntil && index > OUTERMOST_MAX) described[described.length] = { name: '', omitted: omittedUntil - OUTERMOST_MAX, variables: [] }
    const frame = stack[index]
    // What is left to do after a callback has no source of its own.
    const position = positionOfFrame(frame)
    if (position !== undefined) described[described.length] = { name: frame.site.name, position, variables: describeVariables(frame) }
  }
  return described
}

function describeVariables ({ site, locals }: Frame): DescribedVariable[] {
  const variables: DescribedVariable[] = []
  for (let index = 0; index < locals.length && index < site.layout.length; index++) {
    const name = site.layout[index]
    const value = locals[index]
    if (startsWith(name, '$scope')) addScope(variables, value)
    else if (name === '$this') { if (value !== undefined) add(variables, 'this', value) }
    else if (name === '$arguments') add(variables, 'arguments', value)
    else if (!startsWith(name, '$')) add(variables, withoutSuffix(name), value)
  }
  return variables
}

function add (variables: DescribedVariable[], name: string, value: unknown): void {
  if (variables.length < VARIABLES_MAX) variables[variables.length] = { name, text: preview(value) }
}

/** Variables that closures share live in a scope object. */
function addScope (variables: DescribedVariable[], scope: unknown): void {
  if (typeof scope !== 'object' || scope === null || isProxy(scope)) return
  const keys = ownKeys(scope)
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]
    const descriptor = getOwn(scope, key)
    if (typeof key === 'string' && descriptor !== undefined && hasOwn(descriptor, 'value')) add(variables, key, descriptor.value)
  }
}

/** A variable of an inner block that hides one of the same name is called `name$2`. */
function withoutSuffix (name: string): string {
  let end = name.length
  while (end > 0 && charCodeAt(name, end - 1) >= 48 && charCodeAt(name, end - 1) <= 57) end--
  return end > 1 && end < name.length && charCodeAt(name, end - 1) === 36 ? slice(name, 0, end - 1) : name
}

export function preview (value: unknown): string {
  const text = previewValue(value, 1)
  return text.length > TEXT_LENGTH_MAX ? `${slice(text, 0, TEXT_LENGTH_MAX - 1)}…` : text
}

function previewValue (value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string': return value.length > STRING_LENGTH_MAX ? `${stringify(slice(value, 0, STRING_LENGTH_MAX))}… (${value.length} characters)` : stringify(value)
    case 'number': return value === 0 && 1 / value < 0 ? '-0' : `${value}`
    case 'bigint': return `${bigintToString(value)}n`
    case 'symbol': return `Symbol(${symbolDescription(value) ?? ''})`
    case 'function': return previewFunction(value)
    case 'object': return value === null ? 'null' : previewObject(value, depth)
    default: return `${value as boolean | undefined}`
  }
}

function previewFunction (value: object): string {
  const name = ownValue(value, 'name')
  const isClass = !isProxy(value) && startsWith(functionToString(value as () => void), 'class')
  return `${isClass ? 'class' : 'function'} ${typeof name === 'string' && name !== '' ? name : '(anonymous)'}`
}

function previewObject (value: object, depth: number): string {
  if (isProxy(value)) return 'Proxy'
  if (isArray(value)) return previewArray(value, depth)
  if (isMap(value)) return `Map(${mapSize(value)})`
  if (isSet(value)) return `Set(${setSize(value)})`
  if (isDate(value)) return dateValue(value) !== dateValue(value) ? 'Invalid Date' : dateToIso(value)
  if (isRegExp(value)) return `/${regExpSource(value)}/`
  if (isPromise(value)) return 'Promise'
  if (isNativeError(value)) return `${className(value)}: ${previewValue(ownValue(value, 'message'), 0)}`
  if (isView(value)) return `${className(value)}(${typedLength(value) ?? '…'})`
  const name = className(value)
  const prefix = name === 'Object' ? '' : `${name} `
  if (depth === 0) return `${prefix}{…}`
  const keys = ownKeys(value)
  let text = ''
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]
    if (index === ENTRIES_MAX) { text += ', …'; break }
    const descriptor = getOwn(value, key)
    const shown = descriptor === undefined || !hasOwn(descriptor, 'value') ? '(accessor)' : previewValue(descriptor.value, depth - 1)
    text += `${index === 0 ? '' : ', '}${typeof key === 'symbol' ? `[${previewValue(key, 0)}]` : key}: ${shown}`
  }
  return `${prefix}{${text === '' ? '' : ` ${text} `}}`
}

function previewArray (value: readonly unknown[], depth: number): string {
  const { length } = value
  if (depth === 0) return `Array(${length})`
  let text = ''
  for (let index = 0; index < length; index++) {
    if (index === ENTRIES_MAX) { text += ', …'; break }
    text += (index === 0 ? '' : ', ') + (isIndex(`${index}`) && getOwn(value, index) !== undefined ? previewValue(ownValue(value, index), depth - 1) : '(hole)')
  }
  return `${length > ENTRIES_MAX ? `Array(${length}) ` : ''}[${text}]`
}

function ownValue (value: object, key: PropertyKey): unknown {
  if (isProxy(value)) return undefined
  const descriptor = getOwn(value, key)
  return descriptor !== undefined && hasOwn(descriptor, 'value') ? descriptor.value : undefined
}

/** By data properties alone, through the chain of prototypes. */
function className (value: object): string {
  for (let at: object | null = getPrototypeOf(value); at !== null; at = getPrototypeOf(at)) {
    if (isProxy(at)) break
    const constructor = ownValue(at, 'constructor')
    const name = typeof constructor === 'function' ? ownValue(constructor, 'name') : undefined
    if (typeof name === 'string' && name !== '') return name
  }
  return 'Object'
}
