/**
 * Files of reprise itself, as call sites name them: by URL or by path. The compiled built-ins among them are like a program's.
 * What the build has bundled lies in chunks/, so no module finds others from where it stands: it asks here.
 */
import { existsSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { uncurry } from '../encoding/natives.js'

const startsWith = uncurry(String.prototype.startsWith)

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'

/** The folder of the built (or source) files that this one belongs to. */
const ownFolder = ((): string => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'runtime', `abi${extension}`)) && folder !== dirname(folder)) folder = dirname(folder)
  return folder
})()

export const ownFile = (...path: string[]): string => join(ownFolder, ...path) + extension

/** The manifest beside the sources, or above dist. */
export const ownManifest = (): string =>
  join(extension === '.ts' ? ownFolder : dirname(ownFolder), 'package.json')

const beginnings = (...path: string[]): string[] => {
  const folder = join(ownFolder, ...path) + sep
  return [folder, pathToFileURL(folder).href]
}
const builtins = beginnings('runtime', 'builtins', 'compiled')
const runtime = [...beginnings('runtime'), ...beginnings('chunks')]
const all = [...runtime, ...beginnings('cli'), ...beginnings('transformer')]

function isIn (folders: readonly string[], file: string): boolean {
  for (let index = 0; index < folders.length; index++) if (startsWith(file, folders[index])) return true
  return false
}

export const BUILTIN_IDS = 'reprise:builtins/'

/** Built-ins that call back, compiled by our compiler: their frames are ordinary ones, and no user's. */
export const isBuiltinFile = (file: string): boolean => isIn(builtins, file)
export const isBuiltinId = (id: string): boolean => startsWith(id, BUILTIN_IDS)
export const isRuntimeFile = (file: string): boolean => isIn(runtime, file) && !isBuiltinFile(file)
export const isOwnFile = (file: string): boolean => isIn(all, file)
