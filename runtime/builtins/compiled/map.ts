/** Map.prototype.forEach (ECMA-262, 24.1.3.5). */
import { call, type Callable } from '../spec.js'
import { apply, isMap, mapNext, nativeMapForEach, openCollection } from '../spec-iteration.js'

export const MapPrototype = {
  forEach (this: Map<unknown, unknown>, callback: Callable, thisArg?: unknown): void {
    if (!isMap(this) || typeof callback !== 'function') { apply(nativeMapForEach, this, [callback]); return }
    const entries = openCollection(this, 'entries')
    for (;;) {
      const step = call(mapNext, entries) as IteratorResult<[unknown, unknown]>
      if (step.done === true) return
      const entry = step.value
      if (thisArg === undefined) callback(entry[1], entry[0], this)
      else call(callback, thisArg, entry[1], entry[0], this)
    }
  },
}
