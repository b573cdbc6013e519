/** The nearest tsconfig.json of a TypeScript file, with what it extends, and its `paths`. */
import { dirname } from 'node:path'
import { createPathsMatcher, getTsconfig, type PathsMatcher } from 'get-tsconfig'
import { isInNodeModules } from './packages.js'

export interface Tsconfig {
  readonly path: string
  /** As written in JSON, `extends` resolved: only TypeScript itself turns names into its enums, and it may not be loaded here. */
  readonly compilerOptions: Readonly<Record<string, unknown>>
  readonly matchPaths: PathsMatcher | null
}

const byFolder = new Map<string, Tsconfig | undefined>()
const byPath = new Map<string, Tsconfig>()
const parsed = new Map<string, unknown>()

/** A package in node_modules that ships TypeScript was not written for the options of whoever uses it, nor has it its own. */
export function tsconfigOf (path: string): Tsconfig | undefined {
  if (isInNodeModules(path)) return undefined
  const folder = dirname(path)
  if (byFolder.has(folder)) return byFolder.get(folder)
  const found = getTsconfig(folder, 'tsconfig.json', parsed)
  let tsconfig: Tsconfig | undefined
  if (found !== null) {
    // One object per tsconfig.json, since a paths matcher is made for each.
    tsconfig = byPath.get(found.path) ?? {
      path: found.path,
      compilerOptions: { ...found.config.compilerOptions },
      matchPaths: createPathsMatcher(found),
    }
    byPath.set(found.path, tsconfig)
  }
  byFolder.set(folder, tsconfig)
  return tsconfig
}
