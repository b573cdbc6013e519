/**
 * Restoring, seen from the modules: their bodies run again, skip what had run, and report when they have come to where they
 * stood. When none is missing, the heap is filled and the tasks go on.
 *
 *     module (skips)  ──reached──▶  all there?  ──▶  fill heap, set variables  ──▶  tasks, then the captured stack
 */
import type { Frame } from '../restore/frame.js'
import type { CommonJsModule } from './commonjs.js'
import type { LiveModule } from './live-module.js'
import type { NodeModule } from './node-modules.js'
import type { SavedModule } from './saved.js'

export interface Restoration {
  /** Where a module stood; undefined for one that had not begun. */
  savedOf (id: string): SavedModule | undefined
  valueOf (id: string, step: number | string): unknown
  exportedOf (id: string, name: string): unknown
  /** An ES module begins. */
  begins (id: string): void
  reached (module: LiveModule): void
  /** The frames of the module whose segment stands at the bottom of the stack: it drives them itself. */
  takeStack (module: LiveModule): Frame[]
  /** Dynamic imports that had been made when this step of the importer began. */
  importsBefore (module: LiveModule, step: number): Promise<void> | undefined
  readonly completed: Promise<void>

  // CommonJS
  /** It is loaded for the snapshot's sake, not by Node itself. */
  isLoading (node: NodeModule): boolean
  /** Which of the snapshot's modules it is. */
  instanceOf (node: NodeModule): string | undefined
  /** Node's own loader has come to a module that had begun. */
  arrived (module: CommonJsModule): void
  /** Something of this module is needed although nobody has loaded it. */
  provide (id: string): void
}

let current: Restoration | undefined
export const currentRestoration = (): Restoration | undefined => current
export function setRestoration (restoration: Restoration | undefined): void { current = restoration }

export const namespaceName = (importer: string, specifier: string): string => `namespace:${importer}>${specifier}`
