/**
 * String.prototype.replace and replaceAll (ECMA-262, 22.1.3.19 and 22.1.3.20) with a function. The native method finds the
 * matches, which it does before its first call; the calls are made here.
 */
import type { Callable } from '../spec.js'
import { apply, isPlainPattern, matchesOf, nativeReplace, nativeReplaceAll, positionOfMatch, sliceText, toText } from '../spec-text.js'

export const StringPrototype = {
  replace (this: unknown, search: unknown, replacement?: unknown): unknown {
    if (typeof replacement !== 'function' || this === undefined || this === null || !isPlainPattern(search)) return apply(nativeReplace, this, [search, replacement])
    return replaceWith(nativeReplace, toText(this), search, replacement as Callable)
  },

  replaceAll (this: unknown, search: unknown, replacement?: unknown): unknown {
    if (typeof replacement !== 'function' || this === undefined || this === null || !isPlainPattern(search)) return apply(nativeReplaceAll, this, [search, replacement])
    return replaceWith(nativeReplaceAll, toText(this), search, replacement as Callable)
  },
}

function replaceWith (method: Callable, text: string, search: unknown, replacement: Callable): string {
  const matches = matchesOf(method, text, search)
  let result = ''
  let end = 0
  for (let index = 0; index < matches.length; index++) {
    const match = matches[index]
    const position = positionOfMatch(match)
    const value = match.length === 3 ? replacement(match[0], match[1], match[2]) : apply(replacement, undefined, match)
    result += sliceText(text, end, position) + toText(value)
    end = position + (match[0] as string).length
  }
  return result + sliceText(text, end)
}
