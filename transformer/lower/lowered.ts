/**
 * The lowered form: a function's statements with every resume point a statement of its own. Each row is printed twice.
 *
 *     operation         | fast version (structured)            | machine (flat switch)
 *     plain             | the text                             | the text
 *     point: call       | $pc = N; target = call               | $pc = N; $value = call; case N: target = $value
 *     point: await      | target = await $.await($frame, v, N, [locals]) | save; $frame.value = v; return $.AWAIT; case N: target = $value
 *     point: yield      | machines only                        | the same with $.YIELD, and the jump that `return(v)` makes there
 *     poll              | if ($flag[0]) { $pc = N; $poll() } | the same; case N:
 *     if                | if (test) { … } else { … }           | if (!(test)) { $pc = S; continue } … case S: …
 *     loop              | label: for (; test; update) { … }    | case S: save; return $.AGAIN   (its structured version goes on)
 *     labeled           | label: { … }                         | … case S:
 *     switch            | switch (d) { case t: … }             | switch (d) { case t: $pc = S; continue … }
 *     try               | try { … } catch ($error) { … }       | $handler = S … case S: parameter = $value …
 *     break, continue   | break label, continue label          | $pc = S; continue
 *     return            | $result = v; break $body             | $pc = -1; return v
 *     throw             | throw v                              | throw v
 *
 * Guaranteed: the text of a plain statement or of an operand holds no resume point; temporaries are assigned once before each
 * use; finally blocks and iterator closings are gone, they have become catch, completions and jumps.
 */
import type { Positioned, Slice } from '../emit/source-map.js'

/** Printed differently in the fast version and in the machine, where `this` and `super` are not what they were. */
export interface Dual { readonly fast: Piece, readonly machine: Piece }

/** Text before it is decided in which version it stands. */
export type Piece = string | Dual | Slice | { readonly at: Positioned['at'], readonly code: Piece, readonly name?: string } | readonly Piece[]

export type Lowered =
  | { readonly kind: 'plain', readonly code: Piece }
  | Point
  | { readonly kind: 'poll', readonly pc: number }
  | { readonly kind: 'if', readonly test: Piece, readonly then: Lowered[], readonly otherwise: Lowered[] }
  | Loop
  | { readonly kind: 'labeled', readonly label: string, readonly body: Lowered[] }
  | { readonly kind: 'switch', readonly label: string, readonly discriminant: Piece, readonly clauses: Clause[] }
  | { readonly kind: 'try', readonly body: Lowered[], readonly parameter: Piece, readonly handler: Lowered[] }
  | { readonly kind: 'break' | 'continue', readonly label: string }
  | { readonly kind: 'return', readonly value: Piece | undefined }
  | { readonly kind: 'throw', readonly value: Piece }

export interface Point {
  readonly kind: 'point'
  readonly form: 'call' | 'await' | 'yield'
  readonly pc: number
  readonly target: Piece | undefined
  /** The call, or the operand of await and yield. */
  readonly code: Piece
  /** At a yield: what `return($value)` into the generator does. */
  readonly onReturn?: Lowered[]
  /** A call that a machine cannot make as the fast version does: `super(…)`, `super.m(…)`. */
  readonly inMachine?: { readonly before: Piece, readonly code: Piece }
}

export interface Loop {
  readonly kind: 'loop'
  readonly label: string
  readonly test: Piece | undefined
  readonly update: Piece | undefined
  readonly body: Lowered[]
  /** What runs after the body and after `continue`, where it holds resume points. */
  readonly latch: Lowered[]
  /** An await or yield lies in it, so that it has no structured version. */
  readonly suspends: boolean
}

export interface Clause {
  readonly test: Piece | undefined
  readonly body: Lowered[]
}

export const POINT_BASE = 7_000_000
/** Of async functions: the stack shows by it that a frame may be the outermost of its task (runtime/capture/native-frames.ts). */
export const ASYNC_POINT_BASE = 7_500_000
/** Divides both bases: what is left is the number of the resume point. */
export const POINT_STEP = 500_000

/** What a lowered function is, for the emit phase. */
export interface LoweredFunction {
  readonly body: Lowered[]
  /** Locals in the order of the frame: tokens and captures first, parameters, hoisted variables, temporaries last. */
  readonly layout: readonly LayoutEntry[]
  /** Temporaries that no frame holds. */
  readonly scratch: readonly string[]
  readonly points: readonly PointPosition[]
}

export interface LayoutEntry {
  readonly name: string
  /** How the fast version reads it, where that isn't the name. */
  readonly role: 'this' | 'new.target' | 'arguments' | 'home' | 'capture' | 'parameter' | 'local' | 'temporary'
}

export interface PointPosition {
  /** Offset in the source text. */
  readonly at: number
  /** How many temporaries are alive here: those after them in the layout hold nothing that counts. */
  readonly temporaries: number
}

/** A frame can stand in the statement. */
export function holdsPoint (statement: Lowered): boolean {
  switch (statement.kind) {
    case 'poll': case 'point': return true
    case 'if': return statement.then.some(holdsPoint) || statement.otherwise.some(holdsPoint)
    case 'loop': return statement.body.some(holdsPoint) || statement.latch.some(holdsPoint)
    case 'labeled': return statement.body.some(holdsPoint)
    case 'switch': return statement.clauses.some(clause => clause.body.some(holdsPoint))
    case 'try': return statement.body.some(holdsPoint) || statement.handler.some(holdsPoint)
    default: return false
  }
}

export function holdsTry (statement: Lowered): boolean {
  switch (statement.kind) {
    case 'try': return true
    case 'if': return statement.then.some(holdsTry) || statement.otherwise.some(holdsTry)
    case 'loop': return statement.body.some(holdsTry) || statement.latch.some(holdsTry)
    case 'labeled': return statement.body.some(holdsTry)
    case 'switch': return statement.clauses.some(clause => clause.body.some(holdsTry))
    case 'point': return statement.onReturn?.some(holdsTry) === true
    default: return false
  }
}
