/** await, yield and yield*: the points at which a machine itself returns to its driver. */
import type ts from 'typescript'
import type { LowerContext } from './context.js'
import { keepText, lowerExpression } from './expressions.js'
import { lowerJump } from './jumps.js'
import type { Piece } from './lowered.js'

export function lowerAwait (node: ts.AwaitExpression, context: LowerContext, into: Piece | undefined): Piece {
  const target = into === '' ? undefined : into ?? context.temporary()
  context.point(node, 'await', lowerExpression(node.expression, context), target)
  return target ?? ''
}

/** Awaits text that was lowered already. */
export function awaitText (node: ts.Node, value: Piece, context: LowerContext): string {
  const target = context.temporary()
  context.point(node, 'await', value, target)
  return target
}

export function lowerYield (node: ts.YieldExpression, context: LowerContext): Piece {
  if (node.asteriskToken !== undefined) return lowerDelegate(node, context)
  let value: Piece = node.expression === undefined ? 'undefined' : lowerExpression(node.expression, context)
  if (context.isAsync) value = awaitText(node, value, context)
  return yieldText(node, value, context)
}

function yieldText (node: ts.Node, value: Piece, context: LowerContext): string {
  const target = context.temporary()
  const onReturn = context.collect(() => returnFromYield(context))
  context.point(node, 'yield', value, target, { onReturn })
  return target
}

function returnFromYield (context: LowerContext): void {
  lowerJump({ kind: 'return' }, '$value', context)
}

/**
 * `yield* x`: a loop over the iterator protocol (ECMAScript, YieldExpression : yield * AssignmentExpression). What is sent in
 * (next, throw, return) goes to the inner iterator; its results go out as they are.
 */
function lowerDelegate (node: ts.YieldExpression, context: LowerContext): Piece {
  const iterable = keepText(lowerExpression(node.expression!, context), context)
  const [iterator, next, received, mode, step] = [0, 0, 0, 0, 0].map(() => context.temporary())
  const opener = keepText(context.isAsync ? `$.asyncIterationMethod(${iterable})` : `$.iterationMethod(${iterable})`, context)
  context.point(node, 'call', `(${opener}.call)(${iterable})`, iterator)
  context.plain(`${iterator} = $.checkedIterator(${iterator}, ${context.isAsync ? opener : 'undefined'}), ${next} = ${iterator}.next, ${received} = undefined, ${mode} = 0`)
  const label = context.label('delegate')
  const call = (method: string, target: string): void => context.point(node, 'call', `(${method}.call)(${iterator}, ${received})`, target)
  const body = context.collect(() => {
    context.poll(node)
    const method = context.temporary()
    const sent = context.collect(() => {
      const onThrow = context.collect(() => context.plain(`${method} = $.methodOf(${iterator}, "throw")`))
      const onReturn = context.collect(() => context.plain(`${method} = $.methodOf(${iterator}, "return")`))
      context.push({ kind: 'if', test: `${mode} === 1`, then: onThrow, otherwise: onReturn })
      context.push({
        kind: 'if',
        test: `${method} === undefined`,
        then: context.collect(() => {
          context.push({ kind: 'if', test: `${mode} === 2`, then: context.collect(() => lowerJump({ kind: 'return' }, received, context)), otherwise: [] })
          const close = keepText(`$.methodOf(${iterator}, "return")`, context)
          context.push({
            kind: 'if',
            test: `${close} !== undefined`,
            then: context.collect(() => {
              const closed = context.temporary()
              context.point(node, 'call', `(${close}.call)(${iterator})`, closed)
              if (context.isAsync) awaitText(node, closed, context)
            }),
            otherwise: []
          })
          context.push({ kind: 'throw', value: '$.noThrowMethod()' })
        }),
        otherwise: []
      })
    })
    context.push({ kind: 'if', test: `${mode} === 0`, then: [{ kind: 'plain', code: `${method} = ${next}` }], otherwise: sent })
    call(method, step)
    if (context.isAsync) context.plain(`${step} = ${awaitText(node, step, context)}`)
    context.plain(`$.checkedResult(${step})`)
    context.push({
      kind: 'if',
      test: `${step}.done`,
      then: context.collect(() => {
        context.push({ kind: 'if', test: `${mode} === 2`, then: context.collect(() => lowerJump({ kind: 'return' }, `${step}.value`, context)), otherwise: [] })
        context.push({ kind: 'break', label })
      }),
      otherwise: []
    })
    // The received value, whatever the way it came, goes to the inner iterator: an error is caught right here.
    const yielded = context.collect(() => {
      context.point(node, 'yield', context.isAsync ? `${step}.value` : `$.passed(${step})`, received, { onReturn: [{ kind: 'plain', code: `${mode} = 2, ${received} = $value` }] })
    })
    context.plain(`${mode} = 0`)
    context.push({ kind: 'try', body: yielded, parameter: received, handler: [{ kind: 'plain', code: `${mode} = 1` }] })
  })
  context.push({ kind: 'loop', label, test: undefined, update: undefined, body, latch: [], suspends: true })
  return `${step}.value`
}
