/**
 * Loops. Each iteration begins with a poll: at its head, so that `continue` reaches it too. A loop without await or yield has
 * a structured version of its own (see the emit phase), and nothing of its form may depend on where it was entered.
 */
import ts from 'typescript'
import type { Slicing } from '../analyze/points.js'
import { isFunctionNode } from '../analyze/scopes.js'
import type { LowerContext } from './context.js'
import { keepText, lowerEffect, lowerExpression } from './expressions.js'
import { closeIteration, openIteration, openProtocol, stepIteration, type Iteration } from './iteration.js'
import type { Jump } from './jumps.js'
import { lowerPlace } from './assignments.js'
import { lowerAssignmentPattern, lowerBinding } from './patterns.js'
import type { Lowered, Piece } from './lowered.js'
import { declaredNames, rewrite } from './rewrite.js'
import { lowerStatement, lowerVariables, openScope } from './statements.js'

interface Parts {
  readonly node: ts.IterationStatement
  readonly labels: readonly string[]
  readonly test?: Piece
  readonly update?: Piece
  /** Statements with resume points, before the body and after it. */
  readonly head?: (continueLabel: string) => void
  readonly latch?: () => void
  readonly label: string
}

function pushLoop (parts: Parts, context: LowerContext): void {
  const { node, test, update, latch, label } = parts
  const { points } = context.file
  const slicing = points.has(node) ? points.sliceOf(node) : undefined
  if (slicing !== undefined) { pushSlices(parts, slicing, context); return }
  const latchStatements = latch === undefined ? [] : context.collect(latch)
  const hasLatch = latchStatements.length > 0
  const continueLabel = hasLatch ? context.label('next') : label
  const body = context.collect(() => {
    if (points.has(node)) context.poll(node)
    lowerIterated(parts, continueLabel, hasLatch, context)
  })
  context.push({ kind: 'loop', label, test, update, body, latch: latchStatements, suspends: points.suspends(node) })
}

/** What runs in each iteration, but for the latch. */
function lowerIterated ({ node, labels, head, label }: Parts, continueLabel: string, hasLatch: boolean, context: LowerContext): void {
  head?.(continueLabel)
  context.jumps.push({ kind: 'loop', userLabels: labels, breakLabel: label, continueLabel, isContinueBreak: hasLatch })
  const statements = context.collect(() => context.statement(() => lowerStatement(node.statement, context)))
  context.jumps.pop()
  if (hasLatch) context.push({ kind: 'labeled', label: continueLabel, body: statements })
  else for (const statement of statements) context.push(statement)
}

/**
 * A loop that holds no resume point runs in slices, and polls after each.
 *
 *     for (; i < n; i++) body   ⇒   outer: for (;;) { end = min(i + 5000, n); for (; i < end; i++) body; if (end is n) break; poll }
 *     while (test) body         ⇒   outer: for (;;) { turn = 0; for (; turn < 5000; turn++) { if (!test) break outer; body } poll }
 *
 * The first costs nothing (0.9 to 1.0; its test is the source's own), the second a count in a register (1.0 to 1.1). The first
 * needs numbers: any other counter or limit, whose comparison may run code, is compared as often as in the source.
 */
function pushSlices (parts: Parts, { iterations, counter }: Slicing, context: LowerContext): void {
  const { node, test, update, latch, label } = parts
  const latchStatements = latch === undefined ? [] : context.collect(latch)
  const hasLatch = latchStatements.length > 0
  const slice = context.label('slice')
  const continueLabel = hasLatch ? context.label('next') : slice
  const end = context.temporary()
  const leave: Lowered[] = [{ kind: 'break', label }]
  const body = context.collect(() => {
    if (counter !== undefined) {
      const name = context.reference(counter.variable)
      const limit = rewrite(counter.limit, context)
      const last: Piece = [name, counter.step > 0 ? ' + ' : ' - ', String(iterations * Math.abs(counter.step))]
      const isNumber: Piece = counter.isNumber ? '' : ['typeof ', limit, ' === "number" && ']
      context.plain([end, ' = typeof ', name, ' === "number" && ', isNumber, limit, counter.step > 0 ? ' > ' : ' < ', last, ' ? ', last, ' : ', limit])
    } else context.plain(`${end} = 0`)
    const inner = context.collect(() => {
      if (counter === undefined && test !== undefined) context.push({ kind: 'if', test: ['!(', test, ')'], then: leave, otherwise: [] })
      lowerIterated(parts, continueLabel, hasLatch, context)
    })
    const common = { kind: 'loop', label: slice, body: inner, latch: latchStatements, suspends: false } as const
    if (counter !== undefined) {
      const name = context.reference(counter.variable)
      context.push({ ...common, test: [name, ` ${counter.operator} `, end], update })
      context.push({ kind: 'if', test: [end, ' === ', rewrite(counter.limit, context), ` || ${end} !== ${end}`], then: leave, otherwise: [] })
    } else context.push({ ...common, test: `${end} < ${iterations}`, update: update === undefined ? `${end}++` : [update, `, ${end}++`] })
    context.poll(node)
  })
  context.push({ kind: 'loop', label, test: undefined, update: undefined, body, latch: [], suspends: false })
}

export function lowerFor (node: ts.ForStatement, context: LowerContext, labels: readonly string[]): void {
  const { points, scopes, captured, names } = context.file
  const scope = scopes.opened.get(node)!
  const label = context.label('for')
  context.statement(() => {
    openScope(scope, context)
    const { initializer, condition, incrementor } = node
    if (initializer !== undefined) {
      if (ts.isVariableDeclarationList(initializer)) lowerVariables(initializer, context)
      else lowerEffect(initializer, context)
    }
    // Closures of an iteration keep its variables: the next one gets a copy.
    const shared = captured.boxedIn(scope)
    const name = names.ofScope(scope)
    const copy: Piece | undefined = shared.length > 0 ? `${name} = { ${shared.map(variable => `${variable.name}: ${name}.${variable.name}`).join(', ')} }` : undefined
    const updatePoint = incrementor !== undefined && points.has(incrementor)
    const testPoint = condition !== undefined && points.has(condition)
    const update: Piece | undefined = incrementor === undefined || updatePoint ? copy : copy === undefined ? rewrite(incrementor, context) : [copy, ', ', rewrite(incrementor, context)]
    pushLoop({
      node,
      labels,
      label,
      test: condition === undefined || testPoint ? undefined : rewrite(condition, context),
      update: updatePoint ? undefined : update,
      head: testPoint ? () => exitUnless(condition, label, context) : undefined,
      latch: updatePoint ? () => { if (copy !== undefined) context.plain(copy); lowerEffect(incrementor, context) } : undefined
    }, context)
  })
}

function exitUnless (condition: ts.Expression, label: string, context: LowerContext): void {
  const test = lowerExpression(condition, context)
  context.push({ kind: 'if', test: ['!(', test, ')'], then: [{ kind: 'break', label }], otherwise: [] })
}

export function lowerWhile (node: ts.WhileStatement | ts.DoStatement, context: LowerContext, labels: readonly string[]): void {
  const label = context.label(ts.isDoStatement(node) ? 'do' : 'while')
  const hasPoint = context.file.points.has(node.expression)
  context.statement(() => {
    if (ts.isDoStatement(node)) { pushLoop({ node, labels, label, latch: () => exitUnless(node.expression, label, context) }, context); return }
    pushLoop({
      node,
      labels,
      label,
      test: hasPoint ? undefined : rewrite(node.expression, context),
      head: hasPoint ? () => exitUnless(node.expression, label, context) : undefined
    }, context)
  })
}

/** The keys are listed at the start; one that is deleted before its turn is left out, as natively. */
export function lowerForIn (node: ts.ForInStatement, context: LowerContext, labels: readonly string[]): void {
  const label = context.label('for')
  context.statement(() => {
    const object = context.temporary()
    context.plain([object, ' = ', lowerExpression(node.expression, context)])
    const keys = keepText(`$.forInKeys(${object})`, context)
    const index = context.temporary()
    context.plain(`${index} = 0`)
    const key = context.temporary()
    pushLoop({
      node,
      labels,
      label,
      test: `${index} < ${keys}.length`,
      head: continueLabel => {
        context.plain(`${key} = ${keys}[${index}++]`)
        context.push({ kind: 'if', test: `!$.isForInKey(${object}, ${key})`, then: [{ kind: 'continue', label: continueLabel }], otherwise: [] })
        assignHead(node, key, context)
      }
    }, context)
  })
}

export function lowerForOf (node: ts.ForOfStatement, context: LowerContext, labels: readonly string[]): void {
  const isAsync = node.awaitModifier !== undefined
  context.statement(() => {
    const iterable = keepText(lowerExpression(node.expression, context), context)
    if (isAsync) { lowerIteration(node, openProtocol(node, iterable, true, context), context, labels); return }
    if (!isWorthTwo(node) || context.file.points.suspends(node)) { lowerIteration(node, openIteration(node, iterable, false, context), context, labels); return }
    const [array, index] = [context.temporary(), context.temporary()]
    context.plain(`${array} = $.plainArray(${iterable}), ${index} = 0`)
    const byIndex = context.collect(() => {
      const label = context.label('for')
      const item = context.temporary()
      const head = (): void => { context.plain(`${item} = ${array}[${index}++]`); assignHead(node, item, context) }
      pushLoop({ node, labels, label, test: `${index} < ${array}.length`, head }, context)
    })
    const byProtocol = context.collect(() => lowerIteration(node, openProtocol(node, iterable, false, context), context, labels))
    context.push({ kind: 'if', test: `${array} !== null`, then: byIndex, otherwise: byProtocol })
  })
}

/**
 * A short body is printed twice: once for arrays, whose iteration needs no closing and so no try (closures in a loop of four
 * steps 1.3 against 2.3). A closure in it has one site, and so stands in one loop.
 */
function isWorthTwo ({ statement }: ts.ForOfStatement): boolean {
  const holdsFunction = (node: ts.Node): boolean => isFunctionNode(node) || ts.isClassLike(node) || ts.forEachChild(node, child => holdsFunction(child) || undefined) === true
  return statement.end - statement.pos <= 600 && !holdsFunction(statement)
}

function lowerIteration (node: ts.ForOfStatement, iteration: Iteration, context: LowerContext, labels: readonly string[]): void {
  const label = context.label('for')
  // `break` and outer jumps pass `closing` on their way out; `continue` stays inside of it.
  const forBreak: Jump = { kind: 'loop', userLabels: labels, breakLabel: label, accepts: 'break' }
  const closing: Jump = { kind: 'iteration', close: inner => closeIteration(node, iteration, undefined, inner) }
  const forContinue: Jump = { kind: 'loop', userLabels: labels, breakLabel: label, continueLabel: label, accepts: 'continue' }
  const body = context.collect(() => {
    context.poll(node)
    const item = stepIteration(node, iteration, label, context)
    context.jumps.push(forBreak, closing, forContinue)
    const inner = context.collect(() => {
      assignHead(node, item, context)
      context.statement(() => lowerStatement(node.statement, context))
    })
    context.jumps.length -= 3
    const error = context.temporary()
    const mayThrow = context.collect(() => closeIteration(node, iteration, error, context))
    context.push({ kind: 'try', body: inner, parameter: error, handler: mayThrow })
  })
  context.push({ kind: 'loop', label, test: undefined, update: undefined, body, latch: [], suspends: context.file.points.suspends(node) })
}

/** Gives the loop's variable (or target) its value. */
function assignHead (node: ts.ForInStatement | ts.ForOfStatement, value: string, context: LowerContext): void {
  const { scopes, points } = context.file
  openScope(scopes.opened.get(node), context)
  const { initializer } = node
  if (ts.isVariableDeclarationList(initializer)) {
    const { name } = initializer.declarations[0]
    for (const identifier of declaredNames(name)) context.hoist(scopes.declared.get(identifier)!)
    lowerBinding(name, value, context)
    return
  }
  if (ts.isArrayLiteralExpression(initializer) || ts.isObjectLiteralExpression(initializer)) {
    if (points.has(initializer)) lowerAssignmentPattern(initializer, value, context)
    else context.plain(['(', rewrite(initializer, context), ' = ', value, ')'])
    return
  }
  context.plain(lowerPlace(initializer, context, false).write(value))
}
