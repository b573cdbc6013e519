/**
 * What stack traces show of a frame of compiled code: the user's name and position. It answers like a CallSite of V8, so that
 * libraries that read structured call sites find what they would find in an undisturbed run.
 *
 * Two kinds of frames: on the native stack (`native` answers what does not depend on the text) and on the heap.
 */
import type { Site } from '../code/site.js'
import { isBuiltinId } from '../code/own-files.js'
import { sourceFile } from '../code/source-maps.js'
import { uncurry } from '../encoding/natives.js'
import { siteToString, type CallSite } from '../capture/call-sites.js'
import type { Frame } from './frame.js'
import { shownBuiltin } from './shown-builtin.js'

const lastIndexOf = uncurry(String.prototype.lastIndexOf)
const indexOf = uncurry(String.prototype.indexOf)
const slice = uncurry(String.prototype.slice)
const getPoint = uncurry(Map.prototype.get) as (points: Site['points'], pc: number) => { line: number, column: number } | undefined

export interface Shown {
  /** Null for a built-in. */
  readonly file: string | null
  readonly line: number | null
  readonly column: number | null
  /** As a trace shows it, `new Parser`; undefined for the body of a module and for functions without a name. */
  readonly label: string | undefined
  readonly functionName: string | null
  readonly isConstructor: boolean
  /** It awaits the one before it. */
  readonly isAsync?: boolean
}

type Answers = CallSite & {
  getScriptHash? (): string
  getEnclosingLineNumber? (): number
  getEnclosingColumnNumber? (): number
  getPosition? (): number
  isAsync? (): boolean
  isPromiseAll? (): boolean
  getPromiseIndex? (): number | null
}

export class ShownSite {
  readonly #shown: Shown
  readonly #native: Answers | undefined

  constructor (shown: Shown, native?: CallSite) {
    this.#shown = shown
    this.#native = native as Answers | undefined
  }

  static is (value: unknown): value is ShownSite {
    return typeof value === 'object' && value !== null && #shown in value
  }

  getFunctionName (): string | null { return this.#shown.functionName }
  getFileName (): string | null { return this.#shown.file }
  getScriptNameOrSourceURL (): string | null { return this.#shown.file }
  getLineNumber (): number | null { return this.#shown.line }
  getColumnNumber (): number | null { return this.#shown.column }
  getEnclosingLineNumber (): number | null { return this.#shown.line }
  getEnclosingColumnNumber (): number | null { return this.#shown.column }
  isConstructor (): boolean { return this.#shown.isConstructor }
  getThis (): unknown { return this.#native?.getThis() }
  getTypeName (): string | null { return this.#native?.getTypeName() ?? null }
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type
  getFunction (): Function | undefined { return this.#native?.getFunction() }
  getMethodName (): string | null { return this.#native?.getMethodName() ?? null }
  getEvalOrigin (): string | undefined { return this.#native?.getEvalOrigin() }
  getScriptHash (): string { return this.#native?.getScriptHash?.() ?? '' }
  getPosition (): number { return this.#shown.file === null ? 0 : this.#native?.getPosition?.() ?? 0 }
  getPromiseIndex (): number | null { return this.#native?.getPromiseIndex?.() ?? null }
  isToplevel (): boolean { return this.#native?.isToplevel() ?? true }
  isEval (): boolean { return this.#native?.isEval() ?? false }
  isNative (): boolean { return false }
  isAsync (): boolean { return this.#shown.isAsync ?? this.#native?.isAsync?.() ?? false }
  isPromiseAll (): boolean { return this.#native?.isPromiseAll?.() ?? false }

  toString (): string {
    const { file, line, column, label, isAsync } = this.#shown
    const place = file === null ? '<anonymous>' : `${file}:${line}:${column}`
    return `${isAsync === true ? 'async ' : ''}${label === undefined ? place : `${label} (${place})`}`
  }
}

/** The part of a native site's text before its place: `async Parser.parse [as run]`. */
export function labelOf (site: CallSite): string | undefined {
  const text = siteToString(site)
  const open = lastIndexOf(text, ' (')
  return open < 0 ? undefined : slice(text, 0, open)
}

/** Undefined for frames of the runtime, which no trace shows. */
export function shownFrame ({ site, pc, locals }: Frame): Shown | undefined {
  if (isBuiltinId(site.module.id)) return shownBuiltin(site, site.layout[0] === '$this' ? locals[0] : undefined)
  const point = getPoint(site.points, pc)
  if (point === undefined) return undefined
  return showSite(site, point)
}

export function showSite (site: Site, { line, column }: { line: number, column: number }): Shown {
  const { id } = site.module
  const { label, functionName } = nameSite(site, id)
  return { file: sourceFile(id), line, column, label, functionName, isConstructor: site.kind === 'constructor' }
}

/** From a site's path of names, `Parser.parse` or `main.<arrow 2>`, to what V8 would say. */
function nameSite ({ kind, name }: Site, id: string): { label: string | undefined, functionName: string | null } {
  if (kind === 'segment') return { label: indexOf(id, 'file:') === 0 ? undefined : 'Object.<anonymous>', functionName: null }
  const dot = lastDot(name)
  const last = slice(name, dot + 1)
  const owner = dot < 0 ? '' : slice(name, lastDot(slice(name, 0, dot)) + 1, dot)
  if (kind === 'constructor') {
    const className = last === 'constructor' ? owner : last
    return { label: `new ${className}`, functionName: className }
  }
  if (indexOf(last, '<') === 0) return { label: undefined, functionName: null }
  const isMethod = kind === 'method' && owner !== '' && indexOf(owner, '<') !== 0
  return { label: isMethod ? `${owner}.${last}` : last, functionName: last }
}

/** Dots in brackets, `<arrow 2.1>` or `[Symbol.iterator]`, separate nothing. */
function lastDot (path: string): number {
  let depth = 0
  for (let index = path.length - 1; index >= 0; index--) {
    const character = path[index]
    if (character === '>' || character === ']') depth++
    else if (character === '<' || character === '[') depth--
    else if (character === '.' && depth === 0) return index
  }
  return -1
}
