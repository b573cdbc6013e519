/**
 * FinalizationRegistry whose callback and registrations are known. Registrations stand in a WeakMap by their target, so they
 * keep nothing alive; what was registered for a target that the snapshot does not hold is never heard of again, as in any
 * program that ends before its next collection.
 */
import { defineInternal, defineKind, type Kind } from '../encoding/index.js'
import { replaceMethod, replaceMethods } from '../tasks/install.js'
import { apply, construct, defineProperty, getOwnPropertyDescriptor, isCallable, Returned, type Callable } from '../tasks/intrinsics.js'
import { currentGeneration } from '../tasks/records.js'

const NativeRegistry = FinalizationRegistry
type Registry = FinalizationRegistry<unknown>
const { register: nativeRegister, unregister: nativeUnregister } = NativeRegistry.prototype
const { get, set } = WeakMap.prototype
const { WeakMap: NativeWeakMap } = globalThis

class Registration {
  constructor (readonly registry: Registry, readonly target: WeakKey, readonly held: unknown, readonly token: WeakKey | undefined) {}
}

type Registrations = WeakMap<WeakKey, Registration[]>

class State {
  byTarget: Registrations = new NativeWeakMap()
  constructor (readonly callback: Callable) {}
}

class Stamp extends Returned {
  #state: State | undefined
  #byToken: Registrations = new NativeWeakMap()
  static set (registry: object, state: State | undefined): void { new Stamp(registry).#state = state }
  static setState (registry: object, state: State): void { (registry as Stamp).#state = state }
  static get (registry: object): State | undefined { return #state in registry ? (registry as Stamp).#state : undefined }
  static byToken (registry: object): Registrations { return (registry as Stamp).#byToken }
}

function makeRegistry (newTarget: object, callback?: Callable): Registry {
  const generation = currentGeneration()
  const onFinalized = (held: unknown): void => {
    // What torture has dropped must not be heard of.
    const own = Stamp.get(registry)?.callback
    if (generation === currentGeneration() && own !== undefined) apply(own, undefined, [held])
  }
  const registry = construct(NativeRegistry, [onFinalized], newTarget as typeof NativeRegistry) as Registry
  Stamp.set(registry, callback === undefined ? undefined : new State(callback))
  return registry
}

function constructRegistry (this: unknown, callback: unknown): object {
  if (new.target === undefined) throw new TypeError("Constructor FinalizationRegistry requires 'new'")
  if (!isCallable(callback)) throw new TypeError('FinalizationRegistry: cleanup must be callable')
  return makeRegistry(new.target === (constructRegistry as unknown) ? NativeRegistry : new.target, callback)
}
constructRegistry.prototype = NativeRegistry.prototype // for `instanceof`
/** Bound: it can be constructed, and its own `prototype` can be defined as the native one's. */
const OurRegistry = (constructRegistry as (this: unknown, ...rest: never[]) => object).bind(undefined)

const methods = {
  register (this: Registry, target: WeakKey, held: unknown, token?: WeakKey): void {
    apply(nativeRegister, this, [target, held, token])
    remember(new Registration(this, target, held, token))
  },
  unregister (this: Registry, token: WeakKey): boolean {
    const result = apply(nativeUnregister, this, [token]) as boolean
    const state = Stamp.get(this)
    const gone = state === undefined ? undefined : apply(get, Stamp.byToken(this), [token]) as Registration[] | undefined
    if (gone === undefined) return result
    for (let index = 0; index < gone.length; index++) {
      const { target } = gone[index]
      const all = apply(get, state!.byTarget, [target]) as Registration[]
      const left: Registration[] = []
      for (let position = 0; position < all.length; position++) if (all[position] !== gone[index]) left[left.length] = all[position]
      apply(set, state!.byTarget, [target, left])
    }
    apply(set, Stamp.byToken(this), [token, []])
    return result
  }
}

function remember (registration: Registration): void {
  const { registry, target, token } = registration
  const state = Stamp.get(registry)
  if (state === undefined) return
  add(state.byTarget, target, registration)
  if (token !== undefined) add(Stamp.byToken(registry), token, registration)
}

function add (lists: Registrations, key: WeakKey, registration: Registration): void {
  const list = apply(get, lists, [key]) as Registration[] | undefined
  if (list === undefined) apply(set, lists, [key, [registration]])
  else list[list.length] = registration
}

// ---- for the encoder

const registryKind: Kind = {
  name: 'finalization-registry',
  prototype: NativeRegistry.prototype,
  test: value => Stamp.get(value) !== undefined,
  allocate: () => makeRegistry(NativeRegistry),
  encode: (registry, out) => { out.value(Stamp.get(registry)) },
  fill (registry, input) { Stamp.setState(registry, input.value() as State) },
  hasOwnProperties: true
}

export function installFinalization (): void {
  defineKind(registryKind)
  defineInternal('FinalizationState', State)
  defineInternal('Registration', Registration, undefined, {
    filled (registration) {
      const { registry, target, held, token } = registration
      apply(nativeRegister, registry, [target, held, token])
      if (token !== undefined) add(Stamp.byToken(registry), token, registration)
    }
  })
  defineProperty(OurRegistry, 'prototype', getOwnPropertyDescriptor(NativeRegistry, 'prototype')!)
  replaceMethod(globalThis, 'FinalizationRegistry', OurRegistry)
  replaceMethod(NativeRegistry.prototype, 'constructor', OurRegistry)
  replaceMethods(NativeRegistry.prototype, methods)
}
