/**
 * From a position in a script as it runs to the user's source, by the source map that the text names at its end. Maps are
 * parsed when the first position is asked for: for a stack trace, or to name the frame that holds up a capture.
 */
import { SourceMap } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { SafeMap, uncurry } from '../encoding/natives.js'
import { readFileSync } from '../store/own-fs.js'
import { textOf } from './texts.js'

export interface SourceLine {
  /** Path or URL, in the form in which the script is named, where it is its own source; else a path. */
  readonly file: string
  readonly line: number
  readonly column: number
}

const lastIndexOf = uncurry(String.prototype.lastIndexOf)
const indexOf = uncurry(String.prototype.indexOf)
const slice = uncurry(String.prototype.slice)
const trim = uncurry(String.prototype.trim)
const parse = JSON.parse as (text: string) => unknown
const decodeBase64 = (text: string): string => bufferToString(bufferFrom(text, 'base64'), 'utf8')
const bufferFrom = Buffer.from
const bufferToString = uncurry(Buffer.prototype.toString) as (bytes: Uint8Array, encoding: 'utf8') => string
const decodeComponent = decodeURIComponent
const NativeURL = URL
const findEntry = uncurry(SourceMap.prototype.findEntry)
const hrefOf = uncurry(Object.getOwnPropertyDescriptor(URL.prototype, 'href')!.get as (this: URL) => string)

const isUrl = (name: string): boolean => indexOf(name, 'file:') === 0

/** Torture evaluates modules again under `?reprise=N`; that is no name the user knows. */
export function withoutQuery (file: string): string {
  const at = lastIndexOf(file, 'reprise=')
  return at > 0 && (file[at - 1] === '?' || file[at - 1] === '&') ? slice(file, 0, at - 1) : file
}

interface ScriptMap { readonly map: SourceMap, readonly base: string, readonly source: string | undefined }

const maps = new SafeMap<string, ScriptMap | undefined>()

/** Lines and columns from 1. Positions without a mapping stay as they are. */
export function sourcePosition (file: string, line: number, column: number): SourceLine {
  const plain = withoutQuery(file)
  const script = mapOf(plain)
  if (script === undefined) return { file: plain, line, column }
  const entry = findEntry(script.map, line - 1, column - 1) as { originalSource?: string, originalLine?: number, originalColumn?: number }
  if (entry.originalSource === undefined || entry.originalLine === undefined) return { file: plain, line, column }
  return { file: sourceName(entry.originalSource, script.base, plain), line: entry.originalLine + 1, column: (entry.originalColumn ?? 0) + 1 }
}

/** The user's file from which a script was compiled. */
export function sourceFile (file: string): string {
  const plain = withoutQuery(file)
  const script = mapOf(plain)
  return script?.source === undefined ? plain : sourceName(script.source, script.base, plain)
}

function sourceName (source: string, base: string, script: string): string {
  let url
  try { url = hrefOf(new NativeURL(source, base)) } catch { return source }
  if (url === (isUrl(script) ? script : hrefOf(pathToFileURL(script)))) return script
  try { return isUrl(url) ? fileURLToPath(url) : url } catch { return url }
}

function mapOf (file: string): ScriptMap | undefined {
  const known = maps.get(file)
  if (known !== undefined || maps.has(file)) return known
  const script = loadMap(file)
  maps.set(file, script)
  return script
}

function loadMap (file: string): ScriptMap | undefined {
  try {
    let base = isUrl(file) ? file : hrefOf(pathToFileURL(file))
    const text = textOf(file)
    const at = text === undefined ? -1 : lastIndexOf(text, '//# sourceMappingURL=')
    if (text === undefined || at < 0) return undefined
    const end = indexOf(text, '\n', at)
    const target = trim(slice(text, at + 21, end < 0 ? text.length : end))
    if (indexOf(target, 'data:') === 0) {
      const comma = indexOf(target, ',')
      const content = slice(target, comma + 1)
      return makeMap(parse(indexOf(slice(target, 0, comma), ';base64') > 0 ? decodeBase64(content) : decodeComponent(content)), base)
    }
    base = hrefOf(new NativeURL(target, base))
    return makeMap(parse(readFileSync(fileURLToPath(base), 'utf8')), base)
  } catch {
    // A map that is missing or broken costs the lines of the source, nothing else.
    return undefined
  }
}

function makeMap (map: unknown, base: string): ScriptMap {
  const payload = map as ConstructorParameters<typeof SourceMap>[0]
  const { sources } = payload
  return { map: new SourceMap(payload), base, source: sources.length === 1 ? sources[0] : undefined }
}
