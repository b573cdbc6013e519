/** Set.prototype.forEach (ECMA-262, 24.2.3.6). */
import { call, type Callable } from '../spec.js'
import { apply, isSet, nativeSetForEach, openCollection, setNext } from '../spec-iteration.js'

export const SetPrototype = {
  forEach (this: Set<unknown>, callback: Callable, thisArg?: unknown): void {
    if (!isSet(this) || typeof callback !== 'function') { apply(nativeSetForEach, this, [callback]); return }
    const values = openCollection(this, 'values')
    for (;;) {
      const step = call(setNext, values) as IteratorResult<unknown>
      if (step.done === true) return
      if (thisArg === undefined) callback(step.value, step.value, this)
      else call(callback, thisArg, step.value, step.value, this)
    }
  },
}
