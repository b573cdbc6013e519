/**
 * EventTarget and what the program derives from it. Node keeps listeners in a list per type under a symbol; they are read
 * there and put back by `addEventListener`, and `onabort` and the like by assignment, in their order.
 */
import { corrupt } from '../../errors.js'
import { hiddenState } from '../../intrinsics.js'
import { defineBuiltinKind, type ContentReader, type ContentWriter, type Visit } from '../../kinds.js'
import { getOwn, getPrototypeOf, hasOwn, isProxy, uncurry } from '../../natives.js'
import { NodeSymbols, stateOf } from './own-keys.js'

const { EventTarget: NativeEventTarget } = globalThis
const addListener = uncurry(NativeEventTarget.prototype.addEventListener as (this: object, type: string, listener: unknown, options: object) => void)

function withListener (): EventTarget {
  const target = new NativeEventTarget()
  addListener(target, 'sample', () => {}, {})
  return target
}
const symbols = new NodeSymbols(withListener())
const eventsSymbol = symbols.named('kEvents')
const handlersSymbol = symbols.named('kHandlers')

/** Node's: the items of a list that begins at the root. */
interface NodeListener {
  next?: NodeListener
  readonly callback?: unknown
  readonly listener?: unknown
  readonly once?: boolean
  readonly capture?: boolean
  readonly passive?: boolean
  readonly weak?: boolean
  readonly isNodeStyleListener?: boolean
}
type ListenersByType = Map<string, NodeListener>

const LISTENER = 0
const HANDLER = 1
const END = 2

export function isEventTarget (value: object): boolean {
  return eventsSymbol !== undefined && hasOwn(value, eventsSymbol)
}

/** Whether nothing of Node's stands between the object and the given prototype. */
export function derivesFrom (value: object, base: object): boolean {
  for (let prototype = getPrototypeOf(value); prototype !== null && !isProxy(prototype); prototype = getPrototypeOf(prototype)) {
    if (prototype === base) return true
    if (hiddenState(prototype) !== undefined) return false
  }
  return false
}

export function encodeListeners (target: object, out: ContentWriter, visit: Visit): void {
  const handlers = stateOf(target, handlersSymbol) as Map<string, unknown> | undefined
  const events = stateOf(target, eventsSymbol) as ListenersByType | undefined
  // SafeMap's methods are its own.
  events?.forEach((root, type) => {
    if (typeof type !== 'string') return
    const handler = handlers?.get(type)
    for (let item = root.next; item !== undefined; item = item.next) {
      if (handler !== undefined && item.callback === handler) {
        out.count(HANDLER)
        out.value(type)
        out.value(getOwn(handler as object, 'handler')?.value)
        continue
      }
      if (item.weak === true || item.isNodeStyleListener === true) visit.refuse(target, `An EventTarget with a listener of Node's own for "${type}"`)
      out.count(LISTENER)
      out.value(type)
      out.value(item.listener)
      out.count((item.once === true ? 1 : 0) | (item.capture === true ? 2 : 0) | (item.passive === true ? 4 : 0))
    }
  })
  out.count(END)
}

export function fillListeners (target: object, input: ContentReader): void {
  for (let what = input.count(); what !== END; what = input.count()) {
    const type = input.value()
    const listener = input.value()
    if (typeof type !== 'string' || what > END) corrupt('an event listener has no type')
    if (what === HANDLER) {
      (target as Record<string, unknown>)[`on${type}`] = listener
      continue
    }
    const flags = input.count()
    addListener(target, type, listener, { __proto__: null, once: (flags & 1) !== 0, capture: (flags & 2) !== 0, passive: (flags & 4) !== 0 })
  }
}

defineBuiltinKind<EventTarget>({
  name: 'event-target',
  prototype: NativeEventTarget.prototype,
  test: value => isEventTarget(value) && derivesFrom(value, NativeEventTarget.prototype),
  allocate: () => new NativeEventTarget(),
  encode: encodeListeners,
  fill: fillListeners,
  ownKeys: target => symbols.keysOf(target)
})
