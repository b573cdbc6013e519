/** AbortSignal.timeout, which Node does not tell anything of: when each is due is noted beside it. */
import { replaceMethod } from '../tasks/install.js'
import { apply } from '../tasks/intrinsics.js'

const { AbortSignal: NativeSignal, performance: { now: nativeNow }, performance: clock } = globalThis
const nativeTimeout = NativeSignal.timeout
const due = new WeakMap<AbortSignal, number>()
const { set, get } = due
const nowMs = (): number => apply(nativeNow, clock, []) as number

const methods = {
  timeout (this: unknown, delayMs: number): AbortSignal {
    const signal = apply(nativeTimeout, this, [delayMs]) as AbortSignal
    apply(set, due, [signal, nowMs() + Number(delayMs)])
    return signal
  }
}

/** Milliseconds until it aborts; undefined for one that was made elsewhere. */
export function remainingOf (signal: AbortSignal): number | undefined {
  const at = apply(get, due, [signal]) as number | undefined
  return at === undefined ? undefined : Math.max(0, Math.ceil(at - nowMs()))
}

/** A restored one. */
export function startTimeout (delayMs: number): AbortSignal {
  return apply(methods.timeout, NativeSignal, [delayMs]) as AbortSignal
}

export function installAbortTimeout (): void {
  replaceMethod(NativeSignal, 'timeout', methods.timeout)
}
