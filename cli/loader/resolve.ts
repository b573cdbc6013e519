/**
 * From a specifier in a TypeScript program to the file that TypeScript means by it.
 *
 * Two questions are asked around Node's own resolution. *Before* it, for a TypeScript importer: a relative specifier and one that
 * `paths` matches go to TypeScript's files first, as its own resolution does (a stale x.js beside x.ts must not win). *After* it
 * has failed, for any importer of the program: the file that was missed may exist as TypeScript.
 *
 *     ./x.js      ⇒  x.ts, x.tsx, x.jsx         ./x      ⇒  x.ts, x.tsx, x.js, x.jsx, x/ (its "main", its index)
 *     ./x.mjs     ⇒  x.mts                      ./x.cjs  ⇒  x.cts
 */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, extname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isTypeScript } from './kind.js'
import { isInNodeModules } from './packages.js'
import { tsconfigOf } from './tsconfig.js'

/** What TypeScript takes for the source of a JavaScript file. */
const SOURCES_OF: Readonly<Record<string, readonly string[] | undefined>> = {
  '.js': ['.ts', '.tsx', '.jsx'],
  '.jsx': ['.tsx', '.ts'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
}
const TRIED = ['.ts', '.tsx', '.js', '.jsx']

/** The path of the file, or undefined where Node's own resolution should decide. */
export function resolveBefore (specifier: string, parentPath: string | undefined): string | undefined {
  if (parentPath === undefined || !isTypeScript(parentPath)) return undefined
  const path = pathMeant(specifier, parentPath)
  if (path !== undefined) return real(findFile(path))
  if (isBuiltinLike(specifier)) return undefined
  for (const match of tsconfigOf(parentPath)?.matchPaths?.(specifier) ?? []) {
    const found = findFile(match)
    if (found !== undefined) return real(found)
  }
  return undefined
}

/** The same, after Node's resolution has thrown `error`. */
export function resolveAfter (specifier: string, parentPath: string | undefined, error: unknown): string | undefined {
  if (parentPath !== undefined && isInNodeModules(parentPath)) return undefined
  const path = pathMeant(specifier, parentPath) ?? pathMissed(error)
  return path === undefined ? undefined : real(findFile(path))
}

function pathMeant (specifier: string, parentPath: string | undefined): string | undefined {
  if (specifier.startsWith('file:')) return fileURLToPath(withoutQuery(specifier))
  if (isAbsolute(specifier)) return specifier
  if (parentPath === undefined || !/^\.{1,2}(?:\/|$)/.test(specifier)) return undefined
  return resolve(dirname(parentPath), withoutQuery(specifier))
}

/** `imports` and `exports` of a package.json may name the JavaScript that a TypeScript file would become. */
function pathMissed (error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('url' in error && typeof error.url === 'string' && error.url.startsWith('file:')) return fileURLToPath(error.url)
  const path = /^Cannot find module '([^']+)'/.exec(error.message)?.[1]
  return path !== undefined && isAbsolute(path) && !isInNodeModules(path) ? path : undefined
}

export function findFile (path: string): string | undefined {
  const extension = extname(path)
  const sources = SOURCES_OF[extension]
  if (sources !== undefined) {
    const stem = path.slice(0, -extension.length)
    for (const source of sources) if (isFile(stem + source)) return stem + source
  }
  if (isFile(path)) return path
  for (const tried of TRIED) if (isFile(path + tried)) return path + tried
  if (!isFolder(path)) return undefined
  const main = mainOf(path)
  if (main !== undefined && resolve(path, main) !== path) {
    const found = findFile(resolve(path, main))
    if (found !== undefined) return found
  }
  for (const tried of TRIED) if (isFile(join(path, 'index' + tried))) return join(path, 'index' + tried)
  return undefined
}

function mainOf (folder: string): string | undefined {
  try {
    const json = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main?: unknown }
    return typeof json.main === 'string' ? json.main : undefined
  } catch {
    return undefined
  }
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true
const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** Node names a module by its real path, so that a linked package is one module. */
const real = (path: string | undefined): string | undefined => path === undefined ? undefined : realpathSync(path)

const isBuiltinLike = (specifier: string): boolean => /^(?:node|data|https?):/.test(specifier)

const withoutQuery = (specifier: string): string => specifier.replace(/[?#].*$/, '')

/** The URL of a file, with the query and fragment that the specifier had: they make an instance of their own. */
export function urlOf (path: string, specifier: string): string {
  return pathToFileURL(path).href + (/[?#].*$/.exec(specifier)?.[0] ?? '')
}

/** The file that a module's URL names, if it names one. */
export function pathOf (url: string | undefined): string | undefined {
  if (url === undefined) return undefined
  if (isAbsolute(url)) return url
  return url.startsWith('file:') ? fileURLToPath(withoutQuery(url)) : undefined
}
