/**
 * Proxy whose target and handler are known: the constructor notes them in a private field of the Proxy, which no trap sees.
 * A Proxy that Node or another realm made cannot be kept.
 */
import { defineKind, type Kind } from '../encoding/index.js'
import { replaceMethod } from '../tasks/install.js'
import { apply, defineProperty, getOwnPropertyDescriptor, isObject, isProxy, Returned } from '../tasks/intrinsics.js'

const NativeProxy = Proxy
const nativeRevocable = Proxy.revocable as (this: typeof Proxy, target: object, handler: object) => { proxy: object, revoke: () => void }

class Parts extends Returned {
  #parts: [target: object, handler: object] | undefined
  static set (proxy: object, target: object, handler: object): void {
    new Parts(proxy).#parts = [target, handler]
  }

  static get (value: object): [target: object, handler: object] | undefined {
    return #parts in value ? (value as Parts).#parts : undefined
  }

  static revoke (proxy: object): void { (proxy as Parts).#parts = undefined }
  static has (value: object): boolean { return #parts in value }
}

/** `revoke` of a revocable Proxy: knows which one, or that it has been called. */
class Revoker extends Returned {
  #proxy: object | undefined
  static make (proxy: object | undefined, revoke: () => void): () => void {
    const { revoker } = {
      revoker: () => {
        revoke()
        const known = (revoker as unknown as Revoker).#proxy
        ;(revoker as unknown as Revoker).#proxy = undefined
        if (known !== undefined) Parts.revoke(known)
      }
    }
    defineProperty(revoker, 'name', { value: '', configurable: true })
    new Revoker(revoker).#proxy = proxy
    return revoker
  }

  static is (value: object): boolean { return #proxy in value }
  static proxyOf (value: object): object | undefined { return (value as Revoker).#proxy }
}

const revokers = new WeakMap<object, () => void>()
const { set: setRevoker, get: getRevoker } = revokers

function makeRevocable (target: object, handler: object): { proxy: object, revoke: () => void } {
  const { proxy, revoke } = apply(nativeRevocable, NativeProxy, [target, handler]) as ReturnType<typeof nativeRevocable>
  Parts.set(proxy, target, handler)
  return { proxy, revoke: Revoker.make(proxy, revoke) }
}

function constructProxy (this: unknown, target: object, handler: object): object {
  if (new.target === undefined) throw new TypeError("Constructor Proxy requires 'new'")
  const proxy = new NativeProxy(target, handler)
  Parts.set(proxy, target, handler)
  return proxy
}
/** A bound function is the only one that can be constructed and has no `prototype`, as the native Proxy has none. */
const OurProxy = (constructProxy as (this: unknown, ...rest: never[]) => object).bind(undefined)

const { revocable } = { revocable: (target: object, handler: object) => makeRevocable(target, handler) }

/** Each is made as a revocable one where a revoker of the snapshot belongs to it; that is not known here, and costs little. */
const proxyKind: Kind = {
  name: 'proxy',
  test: value => isProxy(value) && Parts.has(value),
  opaque: true,
  parts: value => Parts.get(value) ?? [],
  allocate ([target, handler]) {
    const isRevoked = !isObject(target) || !isObject(handler)
    const { proxy, revoke } = apply(nativeRevocable, NativeProxy, [isRevoked ? {} : target, isRevoked ? {} : handler]) as ReturnType<typeof nativeRevocable>
    Parts.set(proxy, target as object, handler as object)
    if (isRevoked) {
      revoke()
      Parts.revoke(proxy)
    }
    apply(setRevoker, revokers, [proxy, revoke])
    return proxy
  }
}

const revokerKind: Kind = {
  name: 'proxy-revoker',
  test: value => typeof value === 'function' && Revoker.is(value),
  parts: value => [Revoker.proxyOf(value)],
  allocate ([proxy]) {
    const revoke = isObject(proxy) ? apply(getRevoker, revokers, [proxy]) as (() => void) | undefined : undefined
    return Revoker.make(revoke === undefined ? undefined : proxy as object, revoke ?? (() => {}))
  },
  hasOwnProperties: true
}

export function installProxy (): void {
  defineKind(proxyKind)
  defineKind(revokerKind)
  defineProperty(OurProxy, 'revocable', getOwnPropertyDescriptor(NativeProxy, 'revocable')!)
  replaceMethod(OurProxy, 'revocable', revocable)
  replaceMethod(globalThis, 'Proxy', OurProxy)
}
