/**
 * JavaScript that a compiler has just written, with its source map, to resumable JavaScript with a map that leads to that
 * compiler's input. What the plugin and `reprise compile` share; they differ in where text comes from and goes to.
 */
import { isCompiledText } from '../../runtime/code/mark.js'
import { composeMaps, type SourceMap } from '../emit/source-map.js'
import { compile } from '../index.js'
import { placeInInput, type PlacedDiagnostic } from './placed.js'

export interface EmittedFile {
  readonly text: string
  /** The text of the map that lies beside, where there is one. */
  readonly map: string | undefined
}

export interface EmittedOptions {
  readonly fileName: string
  readonly module: 'esm' | 'commonjs' | 'script'
  readonly polls?: 'all' | 'sparse'
  readonly strict?: boolean
}

export interface CompiledFile extends EmittedFile {
  readonly diagnostics: readonly PlacedDiagnostic[]
}

/** The map, embedded or beside, is replaced in the way that it came. Undefined: the text is compiled already. */
export function compileEmitted (file: EmittedFile, options: EmittedOptions): CompiledFile | undefined {
  if (isCompiledText(file.text)) return undefined
  const { text, comment } = splitMapComment(file.text)
  const embedded = embeddedMap(comment)
  const inner = readMap(embedded ?? file.map)
  const { code, map, diagnostics } = compile(text, options)
  const composed = map !== null && inner !== undefined ? { ...composeMaps(map, inner), file: inner.file } : undefined
  const json = composed === undefined ? undefined : JSON.stringify(composed)
  const newComment = embedded !== undefined && json !== undefined ? embeddedComment(json) : comment
  return {
    text: newComment === '' ? code : `${code.replace(/\n*$/, '\n')}${newComment}`,
    map: embedded === undefined ? json ?? file.map : undefined,
    diagnostics: placeInInput(diagnostics, inner, options.fileName),
  }
}

const EMBEDDED = /^\/\/[#@] sourceMappingURL=data:application\/json;(?:charset=[^;,]+;)?base64,(\S*)/

const embeddedComment = (json: string): string =>
  `//# sourceMappingURL=data:application/json;base64,${Buffer.from(json).toString('base64')}`

function splitMapComment (text: string): { text: string, comment: string } {
  const match = /(?:^|\n)(\/\/[#@] sourceMappingURL=\S+\s*)$/.exec(text)
  return match === null ? { text, comment: '' } : { text: text.slice(0, text.length - match[1].length), comment: match[1] }
}

function embeddedMap (comment: string): string | undefined {
  const base64 = EMBEDDED.exec(comment)?.[1]
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('utf8')
}

/** The name of the map's file, where the text names one beside it. */
export function mapNameOf (text: string): string | undefined {
  const name = /\/\/[#@] sourceMappingURL=(\S+)\s*$/.exec(splitMapComment(text).comment)?.[1]
  return name === undefined || name.startsWith('data:') ? undefined : decodeURI(name)
}

function readMap (json: string | undefined): SourceMap | undefined {
  if (json === undefined) return undefined
  try {
    const map = JSON.parse(json) as SourceMap
    return map.version === 3 && typeof map.mappings === 'string' ? map : undefined
  } catch {
    // A damaged map makes worse traces, not a worse program.
    return undefined
  }
}
