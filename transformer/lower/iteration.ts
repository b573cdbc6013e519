/**
 * The iterator protocol, spelled out. Arrays whose iteration nobody has changed are walked by index; anything else by its
 * `next` method, whose calls are resume points. Errors in `next` end the iteration without closing it.
 */
import type ts from 'typescript'
import type { LowerContext } from './context.js'
import { awaitText } from './suspensions.js'

export interface Iteration {
  /** The array that is walked by index, or null at run time; undefined where arrays have a loop of their own. */
  readonly array: string | undefined
  readonly index: string
  readonly iterator: string
  readonly next: string
  readonly done: string
  /** It is a generator of ours, which steps without results; undefined in asynchronous iterations. */
  readonly direct: string | undefined
  readonly isAsync: boolean
}

export function openIteration (node: ts.Node, iterable: string, isAsync: boolean, context: LowerContext): Iteration {
  const [array, index] = [0, 0].map(() => context.temporary())
  context.plain(`${array} = ${isAsync ? 'null' : `$.plainArray(${iterable})`}, ${index} = 0`)
  let iteration!: Iteration
  const then = context.collect(() => { iteration = openProtocol(node, iterable, isAsync, context) })
  context.push({ kind: 'if', test: `${array} === null`, then, otherwise: [] })
  context.plain(`${iteration.done} = false`)
  return { ...iteration, array, index }
}

export function openProtocol (node: ts.Node, iterable: string, isAsync: boolean, context: LowerContext): Iteration {
  const [iterator, next, done] = [0, 0, 0].map(() => context.temporary())
  const direct = isAsync ? undefined : context.temporary()
  const method = context.temporary()
  context.plain(`${method} = ${isAsync ? `$.asyncIterationMethod(${iterable})` : `$.iterationMethod(${iterable})`}`)
  context.point(node, 'call', `(${method}.call)(${iterable})`, iterator)
  context.plain(`${iterator} = $.checkedIterator(${iterator}, ${isAsync ? method : 'undefined'}), ${next} = ${iterator}.next, ${done} = false`)
  if (direct !== undefined) context.plain(`${direct} = $.stepsDirectly(${iterator}, ${next})`)
  return { array: undefined, index: '', iterator, next, done, direct, isAsync }
}

/** Text of the next item; breaks to `label` where there is none. */
export function stepIteration (node: ts.Node, { array, index, iterator, next, done, direct, isAsync }: Iteration, label: string, context: LowerContext): string {
  const item = context.temporary()
  const byProtocol = context.collect(() => {
    context.plain(`${done} = true`)
    const call = context.collect(() => {
      context.point(node, 'call', `(${next}.call)(${iterator})`, item)
      if (isAsync) context.plain(`${item} = ${awaitText(node, item, context)}`)
      context.plain(`$.checkedResult(${item})`)
    })
    if (direct === undefined) for (const statement of call) context.push(statement)
    else {
      const step = context.collect(() => context.point(node, 'call', `($.throughStep)(${iterator})`, item))
      context.push({ kind: 'if', test: direct, then: step, otherwise: call })
    }
    context.push({ kind: 'if', test: `${item}.done`, then: [{ kind: 'break', label }], otherwise: [] })
    context.plain(`${item} = ${item}.value, ${done} = false`)
  })
  if (isAsync || array === undefined) { for (const statement of byProtocol) context.push(statement); return item }
  const byIndex = context.collect(() => {
    context.push({ kind: 'if', test: `${index} >= ${array}.length`, then: [{ kind: 'plain', code: `${done} = true` }, { kind: 'break', label }], otherwise: [] })
    context.plain(`${item} = ${array}[${index}++]`)
  })
  context.push({ kind: 'if', test: `${array} !== null`, then: byIndex, otherwise: byProtocol })
  return item
}

/** Ends an iteration early; `error`: it ends by this error, which wins over errors of closing and is thrown again. */
export function closeIteration (node: ts.Node, { array, iterator, done, isAsync }: Iteration, error: string | undefined, context: LowerContext): void {
  const close = context.collect(() => {
    context.plain(`${done} = true`)
    const method = context.temporary()
    const result = context.temporary()
    const call = context.collect(() => {
      context.plain(`${method} = $.methodOf(${iterator}, "return")`)
      const then = context.collect(() => {
        context.point(node, 'call', `(${method}.call)(${iterator})`, result)
        if (isAsync) context.plain(`${result} = ${awaitText(node, result, context)}`)
        if (error === undefined) context.plain(`$.checkedResult(${result})`)
      })
      context.push({ kind: 'if', test: `${method} !== undefined`, then, otherwise: [] })
    })
    if (error === undefined) for (const statement of call) context.push(statement)
    else context.push({ kind: 'try', body: call, parameter: context.temporary(), handler: [] })
  })
  context.push({ kind: 'if', test: array === undefined ? `!${done}` : `${array} === null && !${done}`, then: close, otherwise: [] })
  if (error !== undefined) context.push({ kind: 'throw', value: error })
}
