/** The package.json that governs a file, and what it says of the files around it. Read once per folder. */
import { readFileSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'

export interface Package {
  /** The folder that holds the package.json. */
  readonly folder: string
  readonly name: string | undefined
  readonly type: 'module' | 'commonjs' | undefined
  /** `"reprise": { "exclude": ["name", …] }`: packages that are left uncompiled. */
  readonly exclude: readonly string[]
}

const packages = new Map<string, Package | undefined>()

/** The nearest package.json above the file; as for Node, the search ends at a folder named node_modules. */
export function packageOf (path: string): Package | undefined {
  return packageAbove(dirname(path))
}

function packageAbove (folder: string): Package | undefined {
  if (packages.has(folder)) return packages.get(folder)
  const above = dirname(folder)
  const found = basename(folder) === 'node_modules'
    ? undefined
    : readPackage(folder) ?? (above === folder ? undefined : packageAbove(above))
  packages.set(folder, found)
  return found
}

function readPackage (folder: string): Package | undefined {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  } catch {
    // Absent, unreadable or broken: Node reports the last where it matters.
    return undefined
  }
  if (!isRecord(json)) return undefined
  const { name, type, reprise } = json
  const exclude = isRecord(reprise) && Array.isArray(reprise.exclude) ? reprise.exclude : []
  return {
    folder,
    name: typeof name === 'string' ? name : undefined,
    type: type === 'module' || type === 'commonjs' ? type : undefined,
    exclude: exclude.filter(entry => typeof entry === 'string'),
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const NODE_MODULES = `${sep}node_modules${sep}`

export const isInNodeModules = (path: string): boolean => path.includes(NODE_MODULES)

/** The package of node_modules that holds the file, by its folder's name: `lodash`, `@scope/name`. */
export function packageFolderName (path: string): string | undefined {
  const at = path.lastIndexOf(NODE_MODULES)
  if (at === -1) return undefined
  const [first, second] = path.slice(at + NODE_MODULES.length).split(sep)
  return first.startsWith('@') && second !== undefined ? `${first}/${second}` : first
}
