/**
 * Reactions of native code on our promises: V8 calls our `then` with its own resolving functions when an async function that
 * is not compiled returns one of our promises, or a `then` of its does. What waits there is lost with the process, as all
 * native frames are, so such a reaction is left out of a snapshot. It never makes one fail.
 */
import { apply, functionToString, getOwnPropertyDescriptor, isArray, isProxy } from './intrinsics.js'
import { ThenReaction } from './reactions.js'
import type { Waiter } from './records.js'

export function isNativeWaiter (waiter: Waiter): boolean {
  return waiter instanceof ThenReaction && isNativeResolver(waiter.onFulfilled) && isNativeResolver(waiter.onRejected)
}

/** V8's resolving functions have no name and one parameter. */
function isNativeResolver (value: unknown): boolean {
  return typeof value === 'function' && !isProxy(value) && ownValue(value, 'name') === '' && ownValue(value, 'length') === 1 &&
    apply(functionToString, value, []) === 'function () { [native code] }'
}

function ownValue (value: object, key: string): unknown {
  return getOwnPropertyDescriptor(value, key)?.value
}

export function withoutNativeWaiters (waiters: readonly Waiter[]): Waiter[] {
  const kept: Waiter[] = []
  for (let index = 0; index < waiters.length; index++) if (!isNativeWaiter(waiters[index])) kept[kept.length] = waiters[index]
  return kept
}

export function keptReactions (reactions: Waiter | Waiter[] | undefined): Waiter | Waiter[] | undefined {
  if (reactions === undefined) return undefined
  if (!isArray(reactions)) return isNativeWaiter(reactions as Waiter) ? undefined : reactions
  const kept = withoutNativeWaiters(reactions as Waiter[])
  return kept.length === 0 ? undefined : kept
}
