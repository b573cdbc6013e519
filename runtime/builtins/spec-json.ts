/** What JSON.stringify and JSON.parse need beside their callbacks; see spec.ts. */
import { types } from 'node:util'
import { SafeMap, uncurry } from '../encoding/natives.js'
import { isArray, type Callable } from './spec.js'

const { isBoxedPrimitive, isNumberObject, isStringObject, isBooleanObject, isBigIntObject } = types
export const nativeStringify = JSON.stringify as Callable
export const nativeParse = JSON.parse as Callable
export const { keys: keysOf } = Object
export const { deleteProperty } = Reflect
const { defineProperty } = Reflect
const { isFinite } = Number
const slice = uncurry(String.prototype.slice)
const booleanValue = uncurry(Boolean.prototype.valueOf)
const bigintValue = uncurry(BigInt.prototype.valueOf)

export interface Serialization {
  readonly replacer: Callable
  readonly gap: string
  /** Objects around the present one, and the keys under which they stand. */
  readonly stack: object[]
  readonly keys: string[]
}

export function gapOf (space: unknown): string {
  const plain = isNumberObject(space) ? +(space as number) : isStringObject(space) ? `${space as unknown as string}` : space
  if (typeof plain === 'string') return slice(plain, 0, 10)
  if (typeof plain !== 'number') return ''
  return slice('          ', 0, plain < 1 ? 0 : plain > 10 ? 10 : plain)
}

export function unboxed (value: unknown): unknown {
  if (!isBoxedPrimitive(value)) return value
  if (isNumberObject(value)) return +(value as unknown as number)
  if (isStringObject(value)) return `${value as unknown as string}`
  if (isBooleanObject(value)) return booleanValue(value as unknown as boolean)
  return isBigIntObject(value) ? bigintValue(value as unknown as bigint) : value
}

/** Text of what holds nothing; undefined where it is left out. */
export function primitiveText (value: unknown): string | undefined {
  switch (typeof value) {
    case 'string': return nativeStringify(value) as string
    case 'number': return isFinite(value) ? `${value}` : 'null'
    case 'boolean': return value ? 'true' : 'false'
    case 'bigint': throw new TypeError('Do not know how to serialize a BigInt')
    default: return undefined
  }
}

export const quote = (key: string): string => nativeStringify(key) as string

export function refuseCircle ({ stack, keys }: Serialization, value: object, key: string): void {
  let start = 0
  while (start < stack.length && stack[start] !== value) start++
  if (start === stack.length) return
  let text = `Converting circular structure to JSON\n    --> starting at object with constructor ${constructorOf(value)}`
  for (let index = start + 1; index < stack.length; index++) {
    if (index > start + 2 && index < stack.length - 1) {
      if (index === start + 3) text += '\n    |     ...'
      continue
    }
    text += `\n    |     ${place(stack[index - 1], keys[index])} -> object with constructor ${constructorOf(stack[index])}`
  }
  throw new TypeError(`${text}\n    --- ${place(stack[stack.length - 1], key)} closes the circle`)
}

const place = (holder: object, key: string): string => isArray(holder) ? `index ${key}` : `property '${key}'`

function constructorOf (value: object): string {
  const { constructor } = value as { constructor?: unknown }
  return `'${typeof constructor === 'function' ? constructor.name : 'Object'}'`
}

// ---- parse

/** For revivers that are told the source of a primitive: by holder and key, with the value that it had. */
export type Sources = SafeMap<object, Record<string, { readonly value: unknown, readonly context: unknown }>>

const tellsSource = nativeParse('1', function (this: unknown, ...args: unknown[]) { return args.length }) === 3

/** The parsed value in its holder, `{ '': value }`, and the sources where Node tells them. */
export function parsed (text: unknown): { readonly holder: object, readonly sources: Sources | undefined } {
  if (!tellsSource) return { holder: { '': nativeParse(text) }, sources: undefined }
  const sources: Sources = new SafeMap()
  let holder: object = {}
  nativeParse(text, function (this: object, key: string, value: unknown, context: unknown) {
    let known = sources.get(this)
    if (known === undefined) sources.set(this, known = { __proto__: null } as never)
    known[key] = { value, context }
    holder = this
    return value
  })
  // The native walk has set each value anew.
  return { holder, sources }
}

export function contextOf (sources: Sources, holder: object, key: string, value: unknown): object {
  const known = sources.get(holder)?.[key]
  return known !== undefined && known.value === value && (typeof value !== 'object' || value === null) ? known.context as object : {}
}

/** CreateDataProperty: what is refused is left as it is. */
export function putProperty (object: object, key: string, value: unknown): void {
  defineProperty(object, key, { __proto__: null, value, writable: true, enumerable: true, configurable: true } as PropertyDescriptor)
}
