/** Which site a closure came from and what it captured: in a private field, which no program sees. */
import type { ModuleSites } from './site.js'

const Returned = function (value: object) { return value } as unknown as new (value: object) => object

export interface ClosureStamp {
  readonly module: ModuleSites
  readonly site: number
  readonly captures: readonly unknown[]
}

class Stamp extends Returned {
  #module: ModuleSites | undefined
  #site = 0
  #captures: readonly unknown[] = none

  static set (fn: object, module: ModuleSites, site: number, captures: readonly unknown[]): void {
    // A duplicate key: two members of the text, one function.
    const stamp = #module in fn ? fn as Stamp : new Stamp(fn)
    stamp.#module = module
    stamp.#site = site
    stamp.#captures = captures
  }

  static get (value: object): ClosureStamp | undefined {
    if (!(#module in value)) return undefined
    const stamp = value as Stamp
    return { module: stamp.#module!, site: stamp.#site, captures: stamp.#captures }
  }
}
const none: readonly unknown[] = []

/** Called by factories for each closure they make. */
export function stamp<F extends object> (fn: F, module: ModuleSites, site: number, captures: readonly unknown[]): F {
  Stamp.set(fn, module, site, captures)
  return fn
}

export const closureStampOf: (value: object) => ClosureStamp | undefined = Stamp.get
