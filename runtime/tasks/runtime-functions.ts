/**
 * Functions of the runtime that the program can get hold of: resolving functions and what the combinators and `finally` hand
 * to a `then`. A snapshot names one by its maker and the maker's arguments.
 *
 * They carry no stamp, which would cost more than the function: called with a secret value, one returns maker and arguments.
 * Only functions whose source text is one of the makers' are asked, so no function of the program ever sees the secret.
 */
import { throughOpenSync } from './async-iterator.js'
import { throughFinally } from './finally.js'
import { apply, functionToString, type Callable } from './intrinsics.js'
import { elementFulfilled, elementRejected, type Combination } from './combinators.js'
import { rejectRecord, resolveRecord, type Resolver } from './resolve.js'

const ASK = Object.freeze({ ask: 'maker' })

export const makers = {
  resolve: (resolver: Resolver): Callable => value => {
    if (value === ASK) return ['resolve', resolver]
    if (resolver.done) return
    resolver.done = true
    resolveRecord(resolver.record, value)
  },
  reject: (resolver: Resolver): Callable => reason => {
    if (reason === ASK) return ['reject', resolver]
    if (resolver.done) return
    resolver.done = true
    rejectRecord(resolver.record, reason)
  },
  element: (combination: Combination, index: number): Callable => value => {
    if (value === ASK) return ['element', combination, index]
    elementFulfilled(combination, index, value)
  },
  elementRejected: (combination: Combination, index: number): Callable => reason => {
    if (reason === ASK) return ['elementRejected', combination, index]
    elementRejected(combination, index, reason)
  },
  finally: (onFinally: Callable, constructor: unknown, rejected: boolean): Callable => outcome => {
    if (outcome === ASK) return ['finally', onFinally, constructor, rejected]
    return throughFinally(onFinally, constructor, rejected, outcome)
  },
  openSync: (method: Callable): Callable => function (this: unknown, asked: unknown = undefined) {
    if (asked === ASK) return ['openSync', method]
    return throughOpenSync(method, this)
  },
  // Their `length` is 0.
  valueThunk: (value: unknown): Callable => (asked = undefined) => {
    if (asked === ASK) return ['valueThunk', value]
    return value
  },
  thrower: (reason: unknown): Callable => (asked = undefined) => {
    if (asked === ASK) return ['thrower', reason]
    throw reason
  },
}

export type MakerName = keyof typeof makers
export type Made = [maker: MakerName, ...args: unknown[]]

let texts: Set<string> | undefined
const { has } = Set.prototype

/** How a function of the runtime was made; undefined for all others. */
export function askMaker (candidate: unknown): Made | undefined {
  if (typeof candidate !== 'function') return undefined
  texts ??= makerTexts()
  if (!(apply(has, texts, [apply(functionToString, candidate, [])]) as boolean)) return undefined
  return (candidate as Callable)(ASK) as Made
}

function makerTexts (): Set<string> {
  const texts = new Set<string>()
  for (const name of Object.keys(makers) as MakerName[]) {
    const made = (makers[name] as Callable)({}, {}, {})
    texts.add(apply(functionToString, made as Callable, []) as string)
  }
  return texts
}
