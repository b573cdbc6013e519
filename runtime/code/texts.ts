/**
 * The text that runs, by file. What a call site's position means is read from this text, so it must be exactly what V8 was given:
 * the loader's compiled text where there is one, else the file on disk if it carries our mark.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isCompiledText } from './mark.js'

/** Called with a file's path; undefined where the supplier does not know it. */
export type TextSupplier = (path: string) => string | undefined

const { apply } = Reflect
const { indexOf, slice, startsWith } = String.prototype
const { get: mapGet, set: mapSet } = Map.prototype
const find = (text: string, part: string): number => apply(indexOf, text, [part]) as number

const texts = new Map<string, string>()
const suppliers: TextSupplier[] = []

/** For text that is no file: of `vm`, or compiled in memory. */
export function registerText (url: string, text: string): void {
  apply(mapSet, texts, [pathOfText(url), text])
}

/** A later supplier is asked first. */
export function registerTextSupplier (supplier: TextSupplier): void {
  suppliers[suppliers.length] = supplier
}

/** Whoever loads the program's files, as the runtime sees it. */
export interface ProgramFiles {
  /** Paths of all that has been loaded, whether it has begun or not. */
  loaded (): string[]
  /**
   * The text that would run if the file were loaded now; undefined where it would run uncompiled. Throws where it cannot be read
   * or is no program.
   */
  textToLoad (path: string): string | undefined
  /** From now on the file is loaded as this text, though there be none. */
  replace (path: string, text: string): void
}

let files: ProgramFiles = { loaded: () => [], textToLoad: readCompiledFile, replace () { throw new Error('There is no loader') } }
export const programFiles = (): ProgramFiles => files
export function setProgramFiles (loader: ProgramFiles): void { files = loader }

/** `url` is a call site's file name: a path, or a URL with or without a generation. */
export function textOf (url: string): string | undefined {
  const path = pathOfText(url)
  const known = apply(mapGet, texts, [path]) as string | undefined
  if (known !== undefined) return known
  for (let index = suppliers.length - 1; index >= 0; index--) {
    const text = suppliers[index](path)
    if (text !== undefined) return text
  }
  try { return readCompiledFile(path) } catch { return undefined }
}

function readCompiledFile (path: string): string | undefined {
  const text = readFileSync(path, 'utf8')
  return isCompiledText(text) ? text : undefined
}

export function pathOfText (url: string): string {
  if (!(apply(startsWith, url, ['file:']) as boolean)) return url
  const query = find(url, '?')
  return fileURLToPath(query === -1 ? url : apply(slice, url, [0, query]) as string)
}
