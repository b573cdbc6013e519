/**
 * Compiled text on disk, so that a program is compiled once. An entry is two files that never change:
 *
 *     node_modules/.cache/reprise/<compiler>/<key>.js     the text that runs, whole
 *     node_modules/.cache/reprise/<compiler>/<key>.map    its source map, which the text's last line names
 *
 * `<compiler>` digests our compiler's own files, `<key>` all that decides about the text. Files are written beside and renamed,
 * the map before the text: several processes may do so at once, and a text that exists is complete. Without fsync a power
 * failure can leave a short file; the last line tells.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { SourceMap } from '../../transformer/emit/source-map.js'
import { packageOf } from './packages.js'

export interface CompiledText {
  readonly text: string
  /** The file that holds exactly this text; undefined without a cache. */
  readonly path: string | undefined
}

/** What is compiled into the key. */
export interface CacheKey {
  readonly source: string
  readonly fileName: string
  readonly options: unknown
}

const TRAILER = '\n//# sourceMappingURL='
const DAYS_UNUSED_MAX = 30

export const keyOf = ({ source, fileName, options }: CacheKey): string =>
  createHash('sha256').update(JSON.stringify([fileName, options])).update('\0').update(source).digest('hex').slice(0, 40)

export function readCompiled (folder: string | undefined, key: string): CompiledText | undefined {
  if (folder === undefined) return undefined
  const path = join(folder, `${key}.js`)
  try {
    const text = readFileSync(path, 'utf8')
    return text.endsWith(trailerOf(folder, key)) ? { text, path } : undefined
  } catch {
    return undefined
  }
}

export function writeCompiled (folder: string | undefined, key: string, code: string, map: SourceMap | null): CompiledText {
  const json = JSON.stringify(map ?? EMPTY_MAP)
  if (folder !== undefined) {
    const text = code + trailerOf(folder, key)
    const path = join(folder, `${key}.js`)
    try {
      writeWhole(join(folder, `${key}.map`), json)
      writeWhole(path, text)
      return { text, path }
    } catch {
      // A full or read-only disk is no reason not to run.
    }
  }
  return { text: `${code}${TRAILER}data:application/json;base64,${Buffer.from(json).toString('base64')}`, path: undefined }
}

const EMPTY_MAP: SourceMap = { version: 3, sources: [], names: [], mappings: '' }

/** Node takes a scheme for a `data:` URL's, or gives up; the path of a URL is what it reads as a file. */
const trailerOf = (folder: string, key: string): string => TRAILER + pathToFileURL(join(folder, `${key}.map`)).pathname

function writeWhole (path: string, text: string): void {
  const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/**
 * The folder for this compiler's entries: `REPRISE_CACHE` (a folder, or `off`), else beside the program's package.json where
 * packages are installed, else in the temporary folder. Undefined where none can be written.
 */
export function openCache (programPath: string, wanted = process.env.REPRISE_CACHE): string | undefined {
  if (wanted === 'off') return undefined
  const root = packageOf(programPath)?.folder
  const places = wanted !== undefined && wanted !== ''
    ? [wanted]
    : [...(root !== undefined && isFolder(join(root, 'node_modules')) ? [join(root, 'node_modules', '.cache', 'reprise')] : []), temporaryPlace()]
  for (const place of places) {
    if (place === undefined) continue
    const folder = join(place, compilerDigest())
    try {
      const isNew = mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined
      // What is read from here is run: another user's folder in /tmp is not for us.
      if (process.getuid !== undefined && statSync(place).uid !== process.getuid()) continue
      if (isNew) removeUnused(place, folder)
      return folder
    } catch {
      continue
    }
  }
  return undefined
}

function temporaryPlace (): string | undefined {
  try {
    return join(tmpdir(), `reprise-cache-${userInfo().uid}`)
  } catch {
    return undefined
  }
}

/** Entries of other versions of the compiler, when they have not been added to for a month. */
function removeUnused (place: string, kept: string): void {
  for (const name of readdirSync(place)) {
    const folder = join(place, name)
    if (folder === kept) continue
    const days = (Date.now() - statSync(folder).mtimeMs) / 86_400_000
    if (days > DAYS_UNUSED_MAX) rmSync(folder, { recursive: true, force: true })
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** The build puts it here: of all files that decide what text comes out for given input. */
declare const REPRISE_COMPILER_DIGEST: string | undefined

let digest: string | undefined

/** The compiler's version, and TypeScript's. Only tests run the sources, with caches of their own. */
export function compilerDigest (): string {
  const own = typeof REPRISE_COMPILER_DIGEST === 'string' ? REPRISE_COMPILER_DIGEST : 'sources'
  digest ??= createHash('sha256').update(own).update(readFileSync(fileURLToPath(import.meta.resolve('typescript/package.json')))).digest('hex').slice(0, 16)
  return digest
}
