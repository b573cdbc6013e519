/**
 * JavaScript that a compiler has just written, with its source map, to resumable JavaScript with a map that leads to that
 * compiler's input. What the plugin and `reprise compile` share; they differ in where text comes from and goes to.
 */
import { basename } from 'node:path'
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
  /** The map that is made where the text has none; without a name none is made. */
  readonly newMapName?: string
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
  const placed = placeInInput(diagnostics, inner, options.fileName)
  if (map === null) return { text: file.text, map: file.map, diagnostics: placed }
  if (inner === undefined) {
    const { newMapName } = options
    if (newMapName === undefined || comment !== '') return { text: join(code, comment), map: file.map, diagnostics: placed }
    const json = JSON.stringify({ ...map, sources: [basename(options.fileName)] })
    return { text: join(code, `//# sourceMappingURL=${encodeURI(newMapName)}\n`), map: json, diagnostics: placed }
  }
  const json = JSON.stringify({ ...composeMaps(map, inner), file: inner.file })
  return embedded === undefined
    ? { text: join(code, comment), map: json, diagnostics: placed }
    : { text: join(code, embeddedComment(json)), map: undefined, diagnostics: placed }
}

const join = (code: string, comment: string): string => comment === '' ? code : `${code.replace(/\n*$/, '\n')}${comment}`

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
