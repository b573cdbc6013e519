/**
 * Emitted names begin with `$`. A file that uses one of them itself (jQuery's `$`, minified code) gets others: in our own text
 * each reserved name gets a suffix. The file's names are marked where our text repeats them, and its slices are not touched.
 */
import type { Scopes } from '../analyze/scopes.js'
import type { Code } from './source-map.js'

const reserved = /(?<![\w$.\uE000"])\$(?:|flag|poll|module|pc|result|body|frame|generation|left|shared|mode|value|this|arguments|target|home|error|handler|l|parent|method|closure|self|waits|class|o|values|name|require|t\d+|p\d+|k\d+|v\d+)(?![\w${])/g
const own = /^\$(?:|flag|poll|module|pc|result|body|frame|generation|left|shared|mode|value|this|arguments|target|home|error|handler|l|parent|method|closure|self|waits|class|o|values|name|require|t\d+|p\d+|k\d+|v\d+)$/

/** Protects a name of the file from being taken for one of ours. */
export const markOwn = (name: string): string => own.test(name) ? `\uE000${name}` : name

export function avoidNames (code: Code, scopes: Scopes): Code {
  const clashes = [...scopes.names, ...scopes.globals].some(name => own.test(name))
  if (!clashes) return code
  let suffix = '$'
  while ([...scopes.names, ...scopes.globals].some(name => name.endsWith(suffix) && name.startsWith('$'))) suffix += '_'
  const walk = (part: Code): Code => {
    if (typeof part === 'string') return part.replace(reserved, name => name + suffix).replaceAll('\uE000', '')
    if (Array.isArray(part)) return part.map(walk)
    if ('code' in part) return { ...part, code: walk(part.code) }
    return part
  }
  return walk(code)
}
