/** Event and CustomEvent: what their constructors take, whether the default was prevented, and their target. `timeStamp` is new. */
import { corrupt } from '../../errors.js'
import { defineBuiltinKind } from '../../kinds.js'
import { getter, uncurry } from '../../natives.js'
import { derivesFrom } from './event-target.js'
import { NodeSymbols, stateOf } from './own-keys.js'

const { Event: NativeEvent, CustomEvent: NativeCustomEvent } = globalThis
const { prototype } = NativeEvent
const type = getter<Event, string>(prototype, 'type')
const bubbles = getter<Event, boolean>(prototype, 'bubbles')
const cancelable = getter<Event, boolean>(prototype, 'cancelable')
const composed = getter<Event, boolean>(prototype, 'composed')
const defaultPrevented = getter<Event, boolean>(prototype, 'defaultPrevented')
const preventDefault = uncurry(prototype.preventDefault)

const symbols = new NodeSymbols(new NativeEvent('sample'), new NativeCustomEvent('sample'))
const targetSymbol = symbols.named('kTarget')
const detailSymbol = symbols.named('detail')

function define (name: string, Class: typeof Event): void {
  defineBuiltinKind<Event>({
    name,
    prototype: Class.prototype,
    test (value) {
      if (!derivesFrom(value, Class.prototype)) return false
      try {
        return typeof type(value as Event) === 'string'
      } catch {
        return false
      }
    },
    parts: event => [type(event), bubbles(event), cancelable(event), composed(event), defaultPrevented(event)],
    allocate ([type, bubbles, cancelable, composed, prevented]) {
      if (typeof type !== 'string') corrupt('an event has no type')
      const event = new Class(type, { bubbles: bubbles === true, cancelable: cancelable === true, composed: composed === true })
      if (prevented === true) preventDefault(event)
      return event
    },
    encode (event, out) {
      out.value(stateOf(event, targetSymbol))
      out.value(stateOf(event, detailSymbol))
    },
    fill (event, input) {
      setState(event, targetSymbol, input.value())
      setState(event, detailSymbol, input.value())
    },
    ownKeys: event => symbols.keysOf(event)
  })
}

function setState (event: Event, symbol: symbol | undefined, value: unknown): void {
  if (symbol !== undefined && value !== undefined && value !== null) (event as unknown as Record<symbol, unknown>)[symbol] = value
}

define('event', NativeEvent)
define('custom-event', NativeCustomEvent)
