/**
 * Function.prototype.bind that remembers what it bound, in a private field of the bound function: so a snapshot can hold bound
 * functions. What a native bind made before the runtime was there cannot be kept.
 */
import { defineKind, type Kind } from '../encoding/index.js'
import { replaceMethod } from '../tasks/install.js'

const { apply } = Reflect
const nativeBind = Function.prototype.bind as (this: object, ...bound: unknown[]) => object
const Returned = function (value: object) { return value } as unknown as new (value: object) => object

class Bound extends Returned {
  #parts: readonly unknown[] | undefined
  static set (fn: object, parts: readonly unknown[]): void {
    new Bound(fn).#parts = parts
  }

  static get (value: object): readonly unknown[] | undefined {
    return #parts in value ? (value as Bound).#parts : undefined
  }
}

/** The target, the bound `this`, the bound arguments. */
const methods = {
  bind (this: object, ...bound: unknown[]): object {
    const fn = apply(nativeBind, this, bound)
    const parts: unknown[] = [this]
    for (let index = 0; index < bound.length; index++) parts[index + 1] = bound[index]
    Bound.set(fn, parts)
    return fn
  }
}

const boundKind: Kind = {
  name: 'bound function',
  test: value => typeof value === 'function' && Bound.get(value) !== undefined,
  parts: value => [...Bound.get(value)!],
  allocate (parts) {
    const [target, ...bound] = parts
    const fn = apply(nativeBind, target as object, bound)
    Bound.set(fn, [...parts])
    return fn
  },
  hasOwnProperties: true
}

export function installBind (): void {
  defineKind(boundKind)
  // `length` as the native one's, which counts no rest parameter.
  Object.defineProperty(methods.bind, 'length', { value: 1, configurable: true })
  replaceMethod(Function.prototype, 'bind', methods.bind)
}
