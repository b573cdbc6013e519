/**
 * What the runtime knows of one function of the source text. The compiler emits it as a compact tuple, `SiteTuple`;
 * frames and closures refer to their site, snapshots name it by module, index and name.
 */
import type { Frame } from '../restore/frame.js'

/** What a machine may return besides a value. */
export const AGAIN = Symbol('again')
export const AWAIT = Symbol('await')
export const YIELD = Symbol('yield')

export const NORMAL = 0
export const THROW = 1
/** `return(value)` into a generator that is suspended at a yield. */
export const RETURN = 2
export type Mode = typeof NORMAL | typeof THROW | typeof RETURN

/** The resume version of a function, and the structured version of one of its loops. */
export type Machine = (frame: Frame, mode: Mode, value: unknown) => unknown

export type SiteKind = 'function' | 'arrow' | 'method' | 'constructor' | 'async' | 'generator' | 'async-generator' | 'class' | 'segment'

export interface Site {
  readonly module: ModuleSites
  /** Ordinal in the module's text order. */
  readonly index: number
  /** Path of names, as `Parser.parse` or `main.<arrow 2>`; for people and for matching changed code (module-code.ts). */
  readonly name: string
  readonly kind: SiteKind
  /** Names of the values of a frame's `locals`, in their order; `this`, `new.target`, `arguments` stand under these names. */
  readonly layout: readonly string[]
  /** For each resume point (pc): line and column (1-based) in the user's source. */
  readonly points: ReadonlyMap<number, { line: number, column: number }>
  readonly resume: Machine | undefined
  /** Structured versions of loops, by the machine's state at the loop's head. */
  readonly loops: ReadonlyMap<number, Machine>
  /** Makes the closure (or class) again from its captured values. */
  readonly make: ((...captures: unknown[]) => unknown) | undefined
}

/** The sites of one module (one file). */
export interface ModuleSites {
  /** URL of an ES module, or file name of a CommonJS one; without a torture generation. */
  readonly id: string
  readonly sites: readonly Site[]
}
