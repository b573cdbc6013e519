/**
 * How objects of a layout are made fast. A decoded object shall be in V8's fast mode, and its fields shall be defined, not
 * assigned: a setter or a read-only property of its prototype must not be met. Both is what a class with fields does,
 *
 *     class extends (function () { return new Base() }) { [k0]; [k1]; … }
 *
 * with the layout's prototype as Base's. The text has nothing of the snapshot in it: keys are arguments. Its first words
 * differ for each layout, so that V8 gives each its own inline caches. 280 ns an object, 40 to fill four fields; by
 * defineProperty 770; by object literals 200, but their text would hold the keys.
 *
 * Where code must not be generated (--disallow-code-generation-from-strings) there are no plans, and defineProperty does it.
 */
import { apply, construct, NativeFunction } from './natives.js'

export interface Plan {
  allocate: () => object
  /** Own fields are there, writable: assignment reaches no other code. */
  fill: (object: object, read: () => unknown) => void
}

const KEYS_MAX = 48
/** Below it a plan costs more than it saves. */
const INSTANCES_MIN = 64

let plansMade = 0

export function makePlan (prototype: object, keys: readonly (string | symbol)[], instances: number): Plan | undefined {
  const { length } = keys
  if (length === 0 || length > KEYS_MAX || instances < INSTANCES_MIN) return undefined
  let parameters = ''
  let slots = ''
  let fields = ''
  let stores = ''
  for (let index = 0; index < length; index++) {
    parameters += `k${index}, `
    // Never run: V8 counts such assignments when it decides how many fields lie in the object itself.
    slots += `this.f${index} = 0; `
    fields += `[k${index}]; `
    stores += `o[k${index}] = read(); `
  }
  const body = `'layout ${plansMade++}'
    function Base () { if (new.target === undefined) { ${slots}} }
    Base.prototype = prototype
    class Layout extends (function () { return new Base() }) { ${fields}constructor () { super() } }
    return { allocate: () => new Layout(), fill (o, read) { ${stores}} }`
  try {
    const make = construct(NativeFunction, [`${parameters}prototype`, body]) as (...values: unknown[]) => Plan
    return callWith(make, keys, prototype)
  } catch {
    return undefined
  }
}

function callWith (make: (...values: unknown[]) => Plan, keys: readonly (string | symbol)[], prototype: object): Plan {
  const values: unknown[] = []
  for (let index = 0; index < keys.length; index++) values[index] = keys[index]
  values[keys.length] = prototype
  return apply(make, undefined, values) as Plan
}
