/**
 * What break, continue and return mean inside loops, finally blocks and iterations. The enclosing constructs stand on a stack;
 * a jump walks it outward: it closes the iterators that it leaves, and hands itself to the first finally block on its way,
 * which makes it again after it has run.
 */
import ts from 'typescript'
import type { LowerContext } from './context.js'
import type { Lowered, Piece } from './lowered.js'

export type Jump =
  | { readonly kind: 'loop' | 'switch' | 'labeled', readonly userLabels: readonly string[], readonly breakLabel: string, readonly continueLabel?: string, readonly isContinueBreak?: boolean, readonly accepts?: 'break' | 'continue' }
  | { readonly kind: 'finally', readonly label: string, readonly completion: string, readonly value: string, readonly pending: Pending[] }
  | { readonly kind: 'iteration', close (context: LowerContext): void }

/** A jump that waits for a finally block to end. */
export type Pending = { readonly kind: 'return' } | { readonly kind: 'jump', readonly target: Jump & { kind: 'loop' | 'switch' | 'labeled' }, readonly isContinue: boolean }

/** Completions of a finally block: 0 none, 1 throw, from 2 on the pending jumps. */
export const FIRST_PENDING = 2

export function lowerBreakOrContinue (node: ts.BreakOrContinueStatement, context: LowerContext): void {
  const isContinue = ts.isContinueStatement(node)
  const label = node.label?.text
  for (let index = context.jumps.length - 1; index >= 0; index--) {
    const entry = context.jumps[index]
    if (entry.kind === 'finally' || entry.kind === 'iteration') continue
    if (entry.accepts !== undefined && isContinue !== (entry.accepts === 'continue')) continue
    const fits = label !== undefined ? entry.userLabels.includes(label) && (!isContinue || entry.kind === 'loop') : entry.kind === 'loop' || (entry.kind === 'switch' && !isContinue)
    if (!fits) continue
    lowerJump({ kind: 'jump', target: entry, isContinue }, undefined, context)
    return
  }
}

export function lowerJump (jump: Pending, value: Piece | undefined, context: LowerContext): void {
  for (let index = context.jumps.length - 1; index >= 0; index--) {
    const entry = context.jumps[index]
    if (jump.kind === 'jump' && entry === jump.target) break
    if (entry.kind === 'finally') {
      if (jump.kind === 'return') context.plain([entry.value, ' = ', value ?? 'undefined'])
      let at = entry.pending.findIndex(pending => pending.kind === jump.kind && (jump.kind === 'return' || (pending.kind === 'jump' && pending.target === jump.target && pending.isContinue === jump.isContinue)))
      if (at < 0) at = entry.pending.push(jump) - 1
      context.plain(`${entry.completion} = ${at + FIRST_PENDING}`)
      context.push({ kind: 'break', label: entry.label })
      return
    }
    if (entry.kind !== 'iteration') continue
    if (jump.kind === 'return' && value !== undefined && !isSettled(value)) {
      const kept = context.temporary()
      context.plain([kept, ' = ', value])
      value = kept
    }
    // Closing runs outside of the iteration that it closes.
    const removed = context.jumps.splice(index)
    entry.close(context)
    context.jumps.push(...removed)
  }
  if (jump.kind === 'return') { context.push({ kind: 'return', value }); return }
  const { target } = jump
  if (!jump.isContinue) context.push({ kind: 'break', label: target.breakLabel })
  else if (target.isContinueBreak === true) context.push({ kind: 'break', label: target.continueLabel! })
  else context.push({ kind: 'continue', label: target.continueLabel! })
}

/** The jumps that had to wait, made again after the finally block. */
export function lowerPending (entry: Jump & { kind: 'finally' }, context: LowerContext): void {
  const dispatch: Lowered = { kind: 'if', test: `${entry.completion} === 1`, then: [{ kind: 'throw', value: entry.value }], otherwise: [] }
  context.push(dispatch)
  entry.pending.forEach((pending, index) => {
    const then = context.collect(() => lowerJump(pending, pending.kind === 'return' ? entry.value : undefined, context))
    context.push({ kind: 'if', test: `${entry.completion} === ${index + FIRST_PENDING}`, then, otherwise: [] })
  })
}

const isSettled = (value: Piece): boolean => typeof value === 'string' && /^\$?\w+$/.test(value)
