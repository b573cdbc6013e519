/**
 * From ropes of text with positions to one text and its source map (version 3).
 *
 * A rope is built bottom-up by the emitter without ever copying text; `render` walks it once. Each piece of text maps to the
 * position of the innermost piece around it: after a nested piece has ended, the text that follows belongs to the outer one
 * again. Text outside of any position maps to nothing.
 *
 *     code                        | text                      | mapping
 *     'text'                      | as it is                  | of the piece around it
 *     { at, code, name? }         | that of `code`            | `at`; `name` is the original name of the function there
 *     { from, to }                | the source's own slice    | each word and bracket to itself
 *     [a, b, …]                   | one after the other       | each its own
 *
 * Mappings are written as VLQ digits straight away, into bytes: 1.17 million segments of a slice took 130 to 200 ms with
 * their text, gen-mapping 150 to 320 ms for 0.5 million without (Node 20, noisy machine); ropes of small pieces 160 to 200 ms
 * for 0.5 million, of which the walk is the larger part.
 */
import remapping from '@jridgewell/remapping'
import { TraceMap, traceSegment } from '@jridgewell/trace-mapping'

export interface Positioned {
  /** Offset in the source text. */
  readonly at: number
  readonly code: Code
  /** The user's name of the function that begins here, where the emitted one differs. Stack traces show it. */
  readonly name?: string
}

/** A part of the source text, unchanged. */
export interface Slice {
  readonly from: number
  readonly to: number
}

export type Code = string | Positioned | Slice | readonly Code[]

export interface SourceMap {
  version: 3
  file?: string
  sourceRoot?: string
  sources: (string | null)[]
  sourcesContent?: (string | null)[]
  names: string[]
  mappings: string
  ignoreList?: number[]
}

export interface Rendered {
  text: string
  map: SourceMap
}

/** `inner` is the map of the source text itself, where that was generated: the result then maps to what `inner` maps to. */
export function render (code: Code, sourceText: string, fileName: string, inner?: SourceMap | null): Rendered {
  const writer = new MapWriter(sourceText, fileName, inner ?? null)
  let text = ''
  // An explicit stack, since ropes of long expression chains nest as deep as the source does. `null` ends a positioned piece.
  const pending: (Code | null)[] = [code]
  const positions: number[] = []
  let position = NOWHERE
  let name: string | undefined
  while (pending.length > 0) {
    const piece = pending.pop() as Code | null
    if (piece === null) {
      position = positions.pop() as number
    } else if (typeof piece === 'string') {
      if (piece === '') continue
      writer.text(piece, position, name)
      name = undefined
      text += piece
    } else if (isList(piece)) {
      for (let index = piece.length - 1; index >= 0; index--) pending.push(piece[index])
    } else if ('code' in piece) {
      positions.push(position)
      position = piece.at
      name = piece.name
      pending.push(null, piece.code)
    } else {
      text += writer.slice(piece.from, piece.to)
    }
  }
  return { text, map: writer.finish() }
}

/** The map of text that was generated in two steps: `inner` is that of the first, `outer` that of the second. */
export function composeMaps (outer: SourceMap, inner: SourceMap): SourceMap {
  // Under stand-in names, since the library resolves the inner sources against the outer one: a map that is published would
  // name folders of this machine.
  const standIns = inner.sources.map((_, index) => `${index}`)
  const composed = remapping(
    { ...outer, sourceRoot: undefined, sources: ['text'] },
    file => file === 'text' ? { ...inner, sourceRoot: undefined, sources: standIns } : null
  )
  const indices = composed.sources.map(standIn => Number(standIn))
  const map: SourceMap = {
    version: 3,
    sources: indices.map(index => inner.sources[index]),
    names: composed.names,
    mappings: composed.mappings as string,
  }
  if (outer.file !== undefined) map.file = outer.file
  if (inner.sourceRoot !== undefined) map.sourceRoot = inner.sourceRoot
  if (inner.sourcesContent !== undefined) map.sourcesContent = indices.map(index => inner.sourcesContent?.[index] ?? null)
  return map
}

const isList = (piece: Exclude<Code, string>): piece is readonly Code[] => Array.isArray(piece)

const NOWHERE = -1
const NO_NAME = -1
const NEWLINE = 10

class MapWriter {
  private readonly inner: TraceMap | null
  private readonly lineStarts: readonly number[]
  private readonly names: string[] = []
  private readonly nameIndices = new Map<string, number>()
  private readonly mappings = new Digits()
  /** Where the generated text stands. */
  private column = 0
  /** The last segment of the generated line: what a new one is relative to. */
  private firstInLine = true
  private segmentColumn = 0
  private sourced = false
  private source = 0
  private line = 0
  private lineColumn = 0
  private nameIndex = 0
  /** The last line that was looked up: positions mostly go forward by little. */
  private hint = 0

  constructor (private readonly sourceText: string, private readonly fileName: string, private readonly innerMap: SourceMap | null) {
    this.inner = innerMap === null ? null : new TraceMap({ ...innerMap, sourceRoot: undefined })
    this.lineStarts = lineStartsOf(sourceText)
    if (innerMap !== null) for (const name of innerMap.names) this.indexOfName(name)
  }

  /** Text that all maps to one position. Each of its lines begins with a mapping: maps do not carry over lines. */
  text (text: string, position: number, name: string | undefined): void {
    this.map(position, name)
    let from = 0
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
      this.endLine()
      from = at + 1
      if (from < text.length) this.map(position, undefined)
    }
    this.column += text.length - from
  }

  slice (from: number, to: number): string {
    const { sourceText } = this
    let inWord = false
    let inSpace = true
    for (let at = from; at < to; at++) {
      const char = sourceText.charCodeAt(at)
      const space = char === 32 || char === 9 || char === 13
      if (char === NEWLINE) {
        this.endLine()
        inWord = false
        inSpace = true
        continue
      }
      const word = isWord(char)
      // A stack position is where a name or an operator begins: the starts of words, and of runs of other characters,
      // and each bracket, since V8 gives that of the arguments for some calls.
      if (at === from || (!space && (word ? !inWord : inWord || inSpace || char === 40))) this.map(at, undefined)
      inWord = word
      inSpace = space
      this.column++
    }
    return sourceText.slice(from, to)
  }

  finish (): SourceMap {
    const { inner, innerMap, fileName } = this
    const map: SourceMap = { version: 3, sources: [fileName], names: this.names, mappings: this.mappings.toString() }
    if (inner === null || innerMap === null) {
      map.sourcesContent = [this.sourceText]
      return map
    }
    map.sources = innerMap.sources
    if (innerMap.sourceRoot !== undefined) map.sourceRoot = innerMap.sourceRoot
    if (innerMap.sourcesContent !== undefined) map.sourcesContent = innerMap.sourcesContent
    return map
  }

  private endLine (): void {
    this.mappings.byte(SEMICOLON)
    this.column = 0
    this.segmentColumn = 0
    this.firstInLine = true
    this.sourced = false
  }

  private map (position: number, name: string | undefined): void {
    if (position === NOWHERE) return this.nowhere()
    let line = this.lineOf(position)
    let column = position - this.lineStarts[line]
    let source = 0
    let nameIndex = name === undefined ? NO_NAME : this.indexOfName(name)
    if (this.inner !== null) {
      const segment = traceSegment(this.inner, line, column)
      if (segment === null || segment.length === 1) return this.nowhere()
      // The inner name is that of exactly where its segment begins, not of all the text up to the next.
      if (segment.length === 5 && nameIndex === NO_NAME && segment[0] === column) nameIndex = segment[4]
      source = segment[1]
      line = segment[2]
      column = segment[3]
    }
    if (this.sourced && nameIndex === NO_NAME && source === this.source && line === this.line && column === this.lineColumn) return
    this.segment()
    this.mappings.number(source - this.source)
    this.mappings.number(line - this.line)
    this.mappings.number(column - this.lineColumn)
    this.source = source
    this.line = line
    this.lineColumn = column
    this.sourced = true
    if (nameIndex !== NO_NAME) {
      this.mappings.number(nameIndex - this.nameIndex)
      this.nameIndex = nameIndex
    }
  }

  private nowhere (): void {
    // A line without segments maps to nothing already.
    if (!this.sourced) return
    this.segment()
    this.sourced = false
  }

  private segment (): void {
    if (!this.firstInLine) this.mappings.byte(COMMA)
    this.firstInLine = false
    this.mappings.number(this.column - this.segmentColumn)
    this.segmentColumn = this.column
  }

  private indexOfName (name: string): number {
    const known = this.nameIndices.get(name)
    if (known !== undefined) return known
    const index = this.names.push(name) - 1
    this.nameIndices.set(name, index)
    return index
  }

  private lineOf (position: number): number {
    const { lineStarts } = this
    const { hint } = this
    if (lineStarts[hint] <= position) {
      if (hint + 1 >= lineStarts.length || position < lineStarts[hint + 1]) return hint
      if (hint + 2 >= lineStarts.length || position < lineStarts[hint + 2]) return (this.hint = hint + 1)
    }
    let low = 0
    let high = lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (lineStarts[middle] <= position) low = middle
      else high = middle - 1
    }
    return (this.hint = low)
  }
}

function lineStartsOf (text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function isWord (char: number): boolean {
  return (char >= 97 && char <= 122) || (char >= 65 && char <= 90) || (char >= 48 && char <= 57) ||
    char === 95 || char === 36 || char === 35 || char > 127
}

const SEMICOLON = 59
const COMMA = 44
const DIGITS = new Uint8Array(64)
for (let index = 0; index < 64; index++) {
  DIGITS[index] = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charCodeAt(index)
}
/** A number of 32 bits has at most seven digits. */
const LONGEST = 7

class Digits {
  private bytes = new Uint8Array(4096)
  private length = 0

  byte (byte: number): void {
    if (this.length === this.bytes.length) this.grow()
    this.bytes[this.length++] = byte
  }

  number (value: number): void {
    if (this.length + LONGEST > this.bytes.length) this.grow()
    const { bytes } = this
    let rest = value < 0 ? ((-value) << 1) | 1 : value << 1
    while (rest > 31) {
      bytes[this.length++] = DIGITS[(rest & 31) | 32]
      rest >>>= 5
    }
    bytes[this.length++] = DIGITS[rest]
  }

  toString (): string {
    return decoder.decode(this.bytes.subarray(0, this.length))
  }

  private grow (): void {
    const larger = new Uint8Array(this.bytes.length * 2)
    larger.set(this.bytes)
    this.bytes = larger
  }
}

const decoder = new TextDecoder('latin1')
