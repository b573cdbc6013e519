/**
 * Which functions a snapshot holds on to, noted while it is encoded: a new process compares them with what it has loaded
 * (compare-code.ts).
 *
 *     frames      functions on a stack: of the running task, of awaits, of generators
 *     closures    functions with variables of an activation
 *     named       functions and classes of a module's top: only the name is kept
 */
import { SafeMap, uncurry } from '../encoding/natives.js'

export const FRAME = 1
export const CLOSURE = 2
export const NAMED = 4
export type Use = typeof FRAME | typeof CLOSURE | typeof NAMED

/** What a snapshot's header says of one module. */
export interface ModuleUse {
  readonly id: string
  /** Digest of its compiled text, by which the code store has it. */
  readonly text: string
  /** The step at which its body stood (ENDED: its end); missing where it was loaded and had not begun. */
  readonly step?: number
  /** Indices of sites. */
  readonly frames?: readonly number[]
  readonly closures?: readonly number[]
  readonly named?: readonly number[]
}

export interface UsedSites {
  readonly frames?: readonly number[]
  readonly closures?: readonly number[]
  readonly named?: readonly number[]
}

const forEachUse = uncurry(Map.prototype.forEach) as unknown as (uses: SafeMap<number, number>, visit: (use: number, site: number) => void) => void
const lastIndexOf = uncurry(String.prototype.lastIndexOf)
const slice = uncurry(String.prototype.slice)

let uses = new SafeMap<string, SafeMap<number, number>>()

export function forgetUses (): void { uses = new SafeMap() }

export function noteUse (module: string, site: number, use: Use): void {
  let ofModule = uses.get(module)
  if (ofModule === undefined) uses.set(module, ofModule = new SafeMap())
  ofModule.set(site, (ofModule.get(site) ?? 0) | use)
}

/** By its name in the snapshot: `site:MODULE#3`, `function:MODULE#3`. */
export function noteNamed (name: string): void {
  const isSite = name[0] === 's' && name[1] === 'i'
  if (!isSite && !(name[0] === 'f' && name[8] === ':') && !(name[0] === 'c' && name[5] === ':')) return
  const hash = lastIndexOf(name, '#')
  noteUse(slice(name, isSite ? 5 : name[0] === 'f' ? 9 : 6, hash), +slice(name, hash + 1), isSite ? FRAME : NAMED)
}

export function usedSites (module: string): UsedSites {
  const ofModule = uses.get(module)
  if (ofModule === undefined) return {}
  const lists: { frames?: number[], closures?: number[], named?: number[] } = {}
  forEachUse(ofModule, (use, site) => {
    if ((use & FRAME) !== 0) append(lists.frames ??= [], site)
    if ((use & CLOSURE) !== 0) append(lists.closures ??= [], site)
    if ((use & NAMED) !== 0) append(lists.named ??= [], site)
  })
  return lists
}

function append (list: number[], value: number): void { list[list.length] = value }
