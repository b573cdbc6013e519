/** Small operations of compiled code: what a construct does besides its resume points. */
import { installMembers, TOKEN, type DecodingState } from '../code/classes.js'
import type { Frame } from '../restore/frame.js'
import { RepriseError } from '../diagnostics/error.js'

const { construct: reflectConstruct, get, set, ownKeys, getPrototypeOf, getOwnPropertyDescriptor, defineProperty } = Reflect

/** What a shared variable holds before its declaration has run. */
export const UNINITIALIZED = Symbol('uninitialized')

export function initialized<T> (value: T, name: string): T {
  if ((value as unknown) === UNINITIALIZED) throw new ReferenceError(`Cannot access '${name}' before initialization`)
  return value
}

/** What an assignment to a constant becomes, once its place is no constant any more. */
export const constant = Object.freeze({
  set value (_: unknown) { throw new TypeError('Assignment to constant variable.') }
})

/** … and an assignment to the own name of a sloppy function expression. */
export const ignored = Object.freeze({ set value (_: unknown) {} })

/** `this` of a constructor before `super()` has returned. */
export function requireThis<T> (value: T | undefined): T {
  if (value === undefined) throw new ReferenceError("Must call super constructor in derived class before accessing 'this' or returning from derived constructor")
  return value
}

export function notConstructor (text: string): never { throw new TypeError(`${text} is not a constructor`) }

export function notCallable (text: string): never { throw new TypeError(`${text} is not a function`) }

/** RequireObjectCoercible of a pattern. */
export function requireObject (value: unknown): void {
  if (value == null) throw new TypeError(`Cannot destructure '${String(value)}' as it is ${String(value)}.`)
}

export function propertyKey (value: unknown): string | symbol {
  return typeof value === 'symbol' ? value : `${value as string}`
}

/** The rest of an object pattern: own enumerable properties without the keys that were taken. */
export function restOf (source: object, taken: readonly (string | symbol)[]): object {
  const rest = {}
  const from = Object(source) as Record<string | symbol, unknown>
  for (const key of ownKeys(from)) {
    if (taken.includes(key) || getOwnPropertyDescriptor(from, key)?.enumerable !== true) continue
    defineProperty(rest, key, { value: from[key], writable: true, enumerable: true, configurable: true })
  }
  return rest
}

export function superGet (home: object, key: PropertyKey, self: unknown): unknown {
  const parent = getPrototypeOf(home)
  return parent === null ? undefined : get(parent, key, self)
}

export function superSet (home: object, key: PropertyKey, self: unknown, value: unknown): unknown {
  if (!set(getPrototypeOf(home) ?? {}, key, value, self)) throw new TypeError(`Cannot assign to property '${String(key)}' of super`)
  return value
}

/** `super(…)` of a constructor that goes on in a machine: the parent makes the object … */
export function throughConstruct (parent: new (...args: unknown[]) => object, args: unknown[], target: new () => object): object {
  return reflectConstruct(parent, args, target) as object
}

/** … and the class installs its own members on it. `bound`: the `this` of an earlier `super(…)`. */
export function install (type: new (...args: unknown[]) => object, object: object, target: new () => object, bound: unknown): object {
  if (bound !== undefined) throw new ReferenceError('Super constructor may only be called once')
  return installMembers(type, object, target)
}

/** What `new` makes of a constructor's result. */
export function constructed (value: unknown, self: unknown, target: unknown): unknown {
  if (target === undefined || (typeof value === 'object' && value !== null) || typeof value === 'function') return value
  return self
}

/** … of a derived one. */
export function constructedDerived (value: unknown, self: unknown): unknown {
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') return value
  if (value !== undefined) throw new TypeError('Derived constructors may only return object or undefined')
  return requireThis(self)
}

export function badState (frame: Frame): never {
  throw new RepriseError('RP3199', [frame.site.name, String(frame.pc)])
}

export function rename (fn: object, name: string): void {
  defineProperty(fn, 'name', { value: name, configurable: true })
}

export { TOKEN, type DecodingState }
