/**
 * Which files are reprise's own, and which are left as they are.
 *
 * There is one runtime in a process: `reprise` and `reprise/runtime` mean the running one, whatever copy the program's folder
 * holds. And our own dependencies that were loaded before the program are no part of it: a program that imports `commander` too
 * gets an instance of its own, compiled.
 */
import { ownFile } from '../../runtime/code/own-files.js'
import { packageFolderName } from './packages.js'

const SPECIFIERS: Readonly<Record<string, string | undefined>> = {
  'reprise': ownFile('runtime', 'index'),
  'reprise/runtime': ownFile('runtime', 'abi'),
}

/** The running reprise's file for a specifier of ours. */
export const ownPathOf = (specifier: string): string | undefined =>
  Object.hasOwn(SPECIFIERS, specifier) ? SPECIFIERS[specifier] : undefined

/** What package.json lists under "dependencies". */
const DEPENDENCIES = new Set([
  '@jridgewell/gen-mapping', '@jridgewell/remapping', '@jridgewell/trace-mapping', '@jridgewell/sourcemap-codec',
  '@jridgewell/resolve-uri', 'cjs-module-lexer', 'commander', 'get-tsconfig', 'resolve-pkg-maps', 'picocolors', 'typescript',
])

/** A file that may have been loaded for reprise itself already. */
export function mayBeLoadedByUs (path: string): boolean {
  const name = packageFolderName(path)
  return name !== undefined && DEPENDENCIES.has(name)
}
