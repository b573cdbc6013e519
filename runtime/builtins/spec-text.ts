/** What String.prototype.replace and replaceAll need beside their callback; see spec.ts. */
import { types } from 'node:util'
import { uncurry } from '../encoding/natives.js'
import { apply, getPrototypeOf, type Callable } from '../tasks/intrinsics.js'

const { hasOwn } = Object
const { isRegExp } = types
const regExpPrototype = RegExp.prototype
const nativeExec = regExpPrototype.exec
const nativeRegExpReplace = regExpPrototype[Symbol.replace]
const stringPrototype = String.prototype
const replaceSymbol: typeof Symbol.replace = Symbol.replace

export const nativeReplace = String.prototype.replace as unknown as Callable
export const nativeReplaceAll = String.prototype.replaceAll as unknown as Callable
export const sliceText = uncurry(String.prototype.slice) as (text: string, from: number, to?: number) => string
export { apply }

export const toText = (value: unknown): string => `${value as string}`

/**
 * Nothing of the program is called to find the matches. (RegExp.prototype itself stays as it is: V8 leaves its fast paths for
 * all regular expressions when it is touched.)
 */
export function isPlainPattern (search: unknown): boolean {
  if (typeof search === 'string') return !(replaceSymbol in stringPrototype)
  return isRegExp(search) && getPrototypeOf(search) === regExpPrototype && !hasOwn(search, 'exec') && !hasOwn(search, replaceSymbol) && !hasOwn(search, 'flags') &&
    regExpPrototype.exec === nativeExec && regExpPrototype[replaceSymbol] === nativeRegExpReplace
}

/** The arguments of each call that the native method would make. It looks for all matches before its first call. */
export function matchesOf (method: Callable, text: string, search: unknown): unknown[][] {
  const matches: unknown[][] = []
  apply(method, text, [search, (...match: unknown[]) => {
    matches[matches.length] = match
    return ''
  }])
  return matches
}

/** A match's place; the last argument is the text, or the named groups behind it. */
export function positionOfMatch (match: unknown[]): number {
  return match[match.length - (typeof match[match.length - 1] === 'string' ? 2 : 3)] as number
}

