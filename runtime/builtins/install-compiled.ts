/** Puts the compiled built-ins in the place of the native ones; before the program starts, and only where it runs under reprise. */
import { getPrototypeOf } from '../tasks/intrinsics.js'
import { replaceMethods } from '../tasks/install.js'
import { ArrayPrototype } from './compiled/array.js'
import { ArraySort, TypedArraySort } from './compiled/sort.js'

export function installCompiled (): void {
  replaceMethods(Array.prototype, ArrayPrototype)
  replaceMethods(Array.prototype, ArraySort)
  replaceMethods(getPrototypeOf(Uint8Array.prototype)!, TypedArraySort)
}
