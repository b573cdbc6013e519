/** What Promise.all, allSettled, any and race do for each element: the state that element functions share. */
import type { Capability } from './capability.js'
import { newCapability } from './capability.js'
import { apply, isCallable, isObject, type Callable } from './intrinsics.js'
import { invokeThen } from './reactions.js'
import { makers } from './runtime-functions.js'

type Kind = 'all' | 'allSettled' | 'any'

export class Combination {
  /** One more than the elements that are pending, until the iteration has ended. */
  remaining = 1
  readonly values: unknown[] = []
  readonly called: boolean[] = []
  constructor (readonly kind: Kind, readonly capability: Capability) {}
}

export function elementFulfilled (combination: Combination, index: number, value: unknown): void {
  if (combination.called[index]) return
  combination.called[index] = true
  combination.values[index] = combination.kind === 'allSettled' ? { status: 'fulfilled', value } : value
  if (--combination.remaining === 0) concludeCombination(combination)
}

export function elementRejected (combination: Combination, index: number, reason: unknown): void {
  if (combination.called[index]) return
  combination.called[index] = true
  combination.values[index] = combination.kind === 'allSettled' ? { status: 'rejected', reason } : reason
  if (--combination.remaining === 0) concludeCombination(combination)
}

function concludeCombination ({ kind, values, capability }: Combination): void {
  if (kind === 'any') {
    const error = new AggregateError([], 'All promises were rejected')
    Object.defineProperty(error, 'errors', { value: values, writable: true, configurable: true, enumerable: false })
    apply(capability.reject, undefined, [error])
  } else apply(capability.resolve, undefined, [values])
}

type Body = (constructor: object, capability: Capability, resolve: Callable, iterable: Iterable<unknown>) => void

/** Runs the iteration of a combinator: an error in it rejects the promise that is returned. */
function combine (constructor: unknown, name: string, iterable: unknown, body: Body): unknown {
  if (!isObject(constructor)) throw new TypeError(`Promise.${name} called on non-object`)
  const capability = newCapability(constructor)
  try {
    const { resolve } = constructor as { resolve?: unknown }
    if (!isCallable(resolve)) throw new TypeError('Promise resolve or reject function is not callable')
    body(constructor, capability, resolve, iterable as Iterable<unknown>)
  } catch (error) {
    apply(capability.reject, undefined, [error])
  }
  return capability.promise
}

const collect = (kind: Kind): Body => (constructor, capability, resolve, iterable) => {
  const combination = new Combination(kind, capability)
  let index = 0
  for (const element of iterable) {
    combination.values[index] = undefined
    combination.called[index] = false
    const promise = apply(resolve, constructor, [element])
    combination.remaining++
    const fulfilled = kind === 'any' ? capability.resolve : makers.element(combination, index)
    const rejected = kind === 'all' ? capability.reject : makers.elementRejected(combination, index)
    invokeThen(promise, fulfilled, rejected)
    index++
  }
  if (--combination.remaining === 0) concludeCombination(combination)
}

const collectAll = collect('all')
const collectSettled = collect('allSettled')
const collectAny = collect('any')
const first: Body = (constructor, capability, resolve, iterable) => {
  for (const element of iterable) invokeThen(apply(resolve, constructor, [element]), capability.resolve, capability.reject)
}

export const combinators = {
  all (this: unknown, iterable: unknown): unknown { return combine(this, 'all', iterable, collectAll) },
  allSettled (this: unknown, iterable: unknown): unknown { return combine(this, 'allSettled', iterable, collectSettled) },
  any (this: unknown, iterable: unknown): unknown { return combine(this, 'any', iterable, collectAny) },
  race (this: unknown, iterable: unknown): unknown { return combine(this, 'race', iterable, first) },
}
