/** A compiled built-in in a stack trace: as V8 shows the native one, `Array.map (<anonymous>)`. */
import { BUILTIN_IDS } from '../code/own-files.js'
import type { Site } from '../code/site.js'
import { getOwn, getPrototypeOf, isObject, isProxy, uncurry } from '../encoding/natives.js'
import type { Shown } from './shown-site.js'

const slice = uncurry(String.prototype.slice)

/** By module; where the receiver does not tell it. */
const typeNames: Readonly<Record<string, string>> = {
  'array': 'Array', 'array-constructor': 'Function', 'sort': 'Array', 'typed-array': 'TypedArray', 'map': 'Map', 'set': 'Set', 'string': 'String', 'regexp': 'RegExp',
  'json': 'JSON', 'object': 'Function', 'iterator': 'Iterator',
}

/** Undefined for functions that the native built-in has no frame for. `label`: what V8 says of our frame. */
export function shownBuiltin ({ module, name, kind }: Site, self: unknown, label?: string): Shown | undefined {
  if (kind !== 'method') return undefined
  const type = constructorName(self) ?? typeNames[slice(module.id, BUILTIN_IDS.length)]
  const isSymbol = name[0] === '['
  return { file: null, line: null, column: null, label: label ?? (isSymbol ? name : `${type}.${name}`), functionName: name, isConstructor: false }
}

function constructorName (value: unknown): string | undefined {
  for (let at = isObject(value) && typeof value !== 'function' ? value : null; at !== null && !isProxy(at); at = getPrototypeOf(at)) {
    const constructor: unknown = getOwn(at, 'constructor')?.value
    if (typeof constructor !== 'function' || isProxy(constructor)) continue
    const name: unknown = getOwn(constructor, 'name')?.value
    if (typeof name === 'string' && name !== '') return name
  }
  return undefined
}
