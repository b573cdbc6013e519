/** Names that the compiler gives to functions of its own, and what a user is told instead. */
import { uncurry } from '../encoding/natives.js'

const exec = uncurry(RegExp.prototype.exec)
const slice = uncurry(String.prototype.slice)

const suffix = /\$(?:resume|loop|async)\d*(?:\$\d+)?(?![\w$])/
const nameless = /^(?:\$closure|\$step|_module_)\w*(?![\w$])/

/** Machines, the structured functions of their loops, and the fast versions of async functions. */
export const isMachineName = (name: string): boolean => exec(suffix, name) !== null

/** Segments of a module's body. */
export const isSegmentName = (name: string): boolean => exec(/^\$step\d/, name) !== null

/** `sum$resume` is `sum` to the user; null for what has no name in the source. */
export function nameForUsers (name: string | null): string | null {
  if (name === null || name === '') return null
  const match = exec(suffix, name)
  const plain = match === null ? name : slice(name, 0, match.index) + slice(name, match.index + match[0].length)
  return exec(nameless, plain) !== null ? null : plain
}
