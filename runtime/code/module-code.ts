/**
 * What can be known of a module's code without running it: each function's identity, and that of each top-level statement. It
 * stands in the emitted text as one string of plain letters, which any minifier leaves whole:
 *
 *     reprise:code:1 SITE SITE … | STEP STEP …
 *     SITE    kind digest form captures line name, with colons between
 *     STEP    digest line names, with colons and commas
 *
 * Sites stand in the order of their index, steps in that of their number, from 1. Pure, for both halves.
 */
import type { SiteKind } from './site.js'

export interface SiteCode {
  /** Path of names from the module's top: with kind and ordinal what a function is recognised by. */
  readonly name: string
  readonly kind: SiteKind
  /** Of the syntax tree. */
  readonly digest: string
  /** Of what a frame holds and where it can stand; of a class: its members. */
  readonly form: string
  /** Of the list of captured variables. */
  readonly captures: string
  readonly line: number
}

export interface StepCode {
  /** Of the statement without the functions in it. */
  readonly digest: string
  /** Variables that a new process gets from the snapshot. */
  readonly names: readonly string[]
  readonly line: number
}

export interface ModuleCode {
  readonly sites: readonly SiteCode[]
  readonly steps: readonly StepCode[]
}

const MARK = 'reprise:code:1 '
/** Fixed: each kind's letter. */
const LETTERS: Readonly<Record<SiteKind, string>> = {
  'function': 'f', 'arrow': 'r', 'method': 'm', 'constructor': 'n', 'async': 'a', 'generator': 'g', 'async-generator': 'h', 'class': 'c', 'segment': 's'
}
const KINDS = Object.fromEntries(Object.entries(LETTERS).map(([kind, letter]) => [letter, kind])) as Readonly<Record<string, SiteKind>>

const { apply } = Reflect
const nativeSplit = String.prototype.split
const nativeSlice = String.prototype.slice
const nativeIndexOf = String.prototype.indexOf
const split = (text: string, by: string): string[] => apply(nativeSplit, text, [by]) as string[]
const slice = (text: string, from: number, to?: number): string => apply(nativeSlice, text, [from, to]) as string
const indexOf = (text: string, part: string, from = 0): number => apply(nativeIndexOf, text, [part, from]) as number
const decode = decodeURIComponent
const toNumber = Number

/** Neither quotes nor what separates remain. */
const encode = (name: string): string => encodeURIComponent(name.replace(/[\ud800-\udfff]/gu, '\ufffd')).replaceAll("'", '%27')

export function printModuleCode ({ sites, steps }: ModuleCode): string {
  const printedSites = sites.map(({ name, kind, digest, form, captures, line }) => [LETTERS[kind], digest, form, captures, line, encode(name)].join(':'))
  const printedSteps = steps.map(({ digest, names, line }) => [digest, line, names.map(encode).join(',')].join(':'))
  return `${MARK}${printedSites.join(' ')}|${printedSteps.join(' ')}`
}

/** Entries of a printed code, one a site: the module's own reading, which decodes a name only when it is asked for. */
export function siteEntries (printed: string): string[] {
  const end = indexOf(printed, '|')
  return end <= MARK.length ? [] : split(slice(printed, MARK.length, end), ' ')
}

export const kindOfEntry = (entry: string): SiteKind => KINDS[entry[0]]

export function siteOfEntry (entry: string): SiteCode {
  const [letter, digest, form, captures, line, name] = split(entry, ':')
  return { kind: KINDS[letter], digest, form, captures, line: toNumber(line), name: decode(name) }
}

export function parseModuleCode (printed: string): ModuleCode {
  const sites: SiteCode[] = []
  const entries = siteEntries(printed)
  for (let index = 0; index < entries.length; index++) sites[index] = siteOfEntry(entries[index])
  const steps: StepCode[] = []
  const rest = slice(printed, indexOf(printed, '|') + 1)
  const printedSteps = rest === '' ? [] : split(rest, ' ')
  for (let index = 0; index < printedSteps.length; index++) {
    const [digest, line, names] = split(printedSteps[index], ':')
    const decoded = names === '' ? [] : split(names, ',')
    for (let at = 0; at < decoded.length; at++) decoded[at] = decode(decoded[at])
    steps[index] = { digest, line: toNumber(line), names: decoded }
  }
  return { sites, steps }
}

/** Out of a compiled text, whatever quotes it has been given. Undefined where there is none. */
export function findModuleCode (text: string): string | undefined {
  const at = indexOf(text, MARK)
  if (at <= 0) return undefined
  const end = indexOf(text, text[at - 1], at)
  return end < 0 ? undefined : slice(text, at, end)
}
