/**
 * AbortController and AbortSignal. A signal comes with its state (aborted and why, or the signals that it follows, or the
 * rest of its time), so that no listener hears of an abort twice; its controller is the one that was made with it.
 */
import { corrupt } from '../../errors.js'
import { defineBuiltinKind } from '../../kinds.js'
import { getter, isObject, SafeWeakMap, uncurry } from '../../natives.js'
import { remainingOf, startTimeout } from '../../../builtins/abort-timeout.js'
import { encodeListeners, derivesFrom, fillListeners, isEventTarget } from './event-target.js'
import { NodeSymbols, stateOf } from './own-keys.js'

const { AbortController: NativeController, AbortSignal: NativeSignal } = globalThis
const signalOf = getter<AbortController, AbortSignal>(NativeController.prototype, 'signal')
const aborted = getter<AbortSignal, boolean>(NativeSignal.prototype, 'aborted')
const reason = getter<AbortSignal, unknown>(NativeSignal.prototype, 'reason')
const abort = uncurry(NativeController.prototype.abort)
const any = uncurry(NativeSignal.any as (this: typeof AbortSignal, sources: AbortSignal[]) => AbortSignal)

/** Learnt from samples at the first signal: a program that has none pays for none. */
let learnt: NodeSymbols | undefined
function symbols (): NodeSymbols {
  if (learnt !== undefined) return learnt
  const followed = new NativeController()
  const following = any(NativeSignal, [signalOf(followed)])
  const timed = startTimeout(LONGEST_MS)
  return learnt = new NodeSymbols(signalOf(followed), following, timed)
}
/** Of Node's timers; it does not keep the process alive. */
const LONGEST_MS = 2 ** 31 - 1

const OPEN = 0
const ABORTED = 1
const FOLLOWING = 2
const TIMED = 3

const controllers = new SafeWeakMap<AbortSignal, AbortController>()

function sourcesOf (signal: AbortSignal): AbortSignal[] {
  const references = stateOf(signal, symbols().named('kSourceSignals')) as Set<WeakRef<AbortSignal>> | undefined
  const sources: AbortSignal[] = []
  references?.forEach(reference => {
    const source = reference.deref()
    if (source !== undefined) sources[sources.length] = source
  })
  return sources
}

defineBuiltinKind<AbortSignal>({
  name: 'abort-signal',
  prototype: NativeSignal.prototype,
  test: value => isEventTarget(value) && derivesFrom(value, NativeSignal.prototype),
  parts (signal, visit) {
    if (aborted(signal)) return [ABORTED, reason(signal)]
    const sources = sourcesOf(signal)
    if (sources.length > 0) return [FOLLOWING, ...sources]
    if (stateOf(signal, symbols().named('kTimeout')) !== true) return [OPEN]
    return [TIMED, remainingOf(signal) ?? visit.refuse(signal, 'A timeout that was set before the program began')]
  },
  allocate (parts) {
    const [state, ...rest] = parts
    switch (state) {
      case FOLLOWING:
        for (let index = 0; index < rest.length; index++) if (!isSignal(rest[index])) corrupt('a signal follows what is no signal')
        return any(NativeSignal, rest as AbortSignal[])
      case TIMED:
        return startTimeout(typeof rest[0] === 'number' && rest[0] > 0 && rest[0] < 2 ** 32 ? rest[0] : 0)
      case OPEN: case ABORTED: {
        const controller = new NativeController()
        const signal = signalOf(controller)
        controllers.set(signal, controller)
        if (state === ABORTED) abort(controller, rest[0])
        return signal
      }
      default: return corrupt('a signal is in no state')
    }
  },
  encode: encodeListeners,
  fill: fillListeners,
  ownKeys: signal => symbols().keysOf(signal)
})

function isSignal (value: unknown): boolean {
  return isObject(value) && isEventTarget(value)
}

defineBuiltinKind<AbortController>({
  name: 'abort-controller',
  prototype: NativeController.prototype,
  test (value) {
    try {
      return derivesFrom(value, NativeController.prototype) && isObject(signalOf(value as AbortController))
    } catch {
      return false
    }
  },
  parts: controller => [signalOf(controller)],
  allocate ([signal]) {
    const controller = isObject(signal) ? controllers.get(signal as AbortSignal) : undefined
    return controller ?? corrupt('an AbortController has no signal of its own')
  },
  hasOwnProperties: true
})
