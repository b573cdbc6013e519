/** JSON.stringify with a function, and JSON.parse with a reviver (ECMA-262, 25.5). All else is the native ones' affair. */
import { apply, call, isArray, lengthOf, type Callable } from '../spec.js'
import { contextOf, deleteProperty, gapOf, keysOf, nativeParse, nativeStringify, parsed, primitiveText, putProperty, quote, refuseCircle, unboxed, type Serialization, type Sources } from '../spec-json.js'

export const JsonNamespace = {
  stringify (value: unknown, replacer?: unknown, space?: unknown): unknown {
    if (typeof replacer !== 'function') return apply(nativeStringify, undefined, [value, replacer, space])
    const serialization: Serialization = { replacer: replacer as Callable, gap: gapOf(space), stack: [], keys: [] }
    return serialize(serialization, { '': value }, '', '')
  },

  parse (text: unknown, reviver?: unknown): unknown {
    if (typeof reviver !== 'function') return apply(nativeParse, undefined, [text])
    const { holder, sources } = parsed(text)
    return revive(holder, '', reviver as Callable, sources)
  },
}

function serialize (serialization: Serialization, holder: object, key: string, indent: string): string | undefined {
  const { replacer, stack, keys } = serialization
  let value = (holder as Record<string, unknown>)[key]
  if ((typeof value === 'object' && value !== null) || typeof value === 'bigint' || typeof value === 'function') {
    const { toJSON } = value as { toJSON?: unknown }
    if (typeof toJSON === 'function') value = call(toJSON as Callable, value, key)
  }
  value = unboxed(call(replacer, holder, key, value))
  if (value === null) return 'null'
  if (typeof value !== 'object') return primitiveText(value)
  refuseCircle(serialization, value, key)
  stack[stack.length] = value
  keys[keys.length] = key
  const text = isArray(value) ? serializeArray(serialization, value, indent) : serializeObject(serialization, value, indent)
  stack.length--
  keys.length--
  return text
}

function serializeObject (serialization: Serialization, object: object, indent: string): string {
  const { gap } = serialization
  const inner = indent + gap
  const keys = keysOf(object)
  let text = ''
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]
    const value = serialize(serialization, object, key, inner)
    if (value === undefined) continue
    text += (text === '' ? '' : ',') + (gap === '' ? `${quote(key)}:` : `\n${inner}${quote(key)}: `) + value
  }
  return text === '' ? '{}' : gap === '' ? `{${text}}` : `{${text}\n${indent}}`
}

function serializeArray (serialization: Serialization, array: object, indent: string): string {
  const { gap } = serialization
  const inner = indent + gap
  const length = lengthOf(array as { length: unknown })
  let text = ''
  for (let index = 0; index < length; index++) {
    const value = serialize(serialization, array, `${index}`, inner)
    text += (index === 0 ? '' : ',') + (gap === '' ? '' : `\n${inner}`) + (value === undefined ? 'null' : value)
  }
  return length === 0 ? '[]' : gap === '' ? `[${text}]` : `[${text}\n${indent}]`
}

function revive (holder: object, key: string, reviver: Callable, sources: Sources | undefined): unknown {
  const value = (holder as Record<string, unknown>)[key]
  if (typeof value === 'object' && value !== null) {
    const keys = isArray(value) ? undefined : keysOf(value)
    const length = keys === undefined ? lengthOf(value as unknown as { length: unknown }) : keys.length
    for (let index = 0; index < length; index++) {
      const member = keys === undefined ? `${index}` : keys[index]
      const revived = revive(value, member, reviver, sources)
      if (revived === undefined) deleteProperty(value, member)
      else putProperty(value, member, revived)
    }
  }
  return sources === undefined ? call(reviver, holder, key, value) : call(reviver, holder, key, value, contextOf(sources, holder, key, value))
}
