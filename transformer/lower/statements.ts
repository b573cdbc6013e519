/** Statements, by kind. What holds no resume point, declares nothing shared and jumps nowhere goes through as text. */
import ts from 'typescript'
import type { Scope } from '../analyze/scopes.js'
import type { LowerContext } from './context.js'
import { skipParentheses } from './calls.js'
import { assignTo, isStable, keepText, lowerEffect, lowerExpression } from './expressions.js'
import { lowerBreakOrContinue, lowerJump, lowerPending, type Jump } from './jumps.js'
import { lowerFor, lowerForIn, lowerForOf, lowerWhile } from './loops.js'
import type { Clause, Lowered, Piece } from './lowered.js'
import { lowerBinding } from './patterns.js'
import { awaitText } from './suspensions.js'
import { assignPattern, declaredNames, rewrite } from './rewrite.js'

/** `before` is asked before each statement, and once at the end; it may have lowered the statement. */
export function lowerStatements (statements: readonly ts.Statement[], context: LowerContext, before: (index: number) => boolean = () => false): void {
  // Function declarations have their value before the first statement runs.
  for (const statement of statements) lowerHoistedFunction(statement, context)
  statements.forEach((statement, index) => { if (!before(index)) context.statement(() => lowerStatement(statement, context)) })
  before(statements.length)
}

function lowerHoistedFunction (statement: ts.Statement, context: LowerContext): void {
  while (ts.isLabeledStatement(statement)) ({ statement } = statement)
  if (ts.isFunctionDeclaration(statement)) lowerFunctionDeclaration(statement, context)
}

export function lowerStatement (node: ts.Statement, context: LowerContext, labels: readonly string[] = []): void {
  const { file } = context
  if (ts.isEmptyStatement(node)) return
  if (ts.isFunctionDeclaration(node)) { lowerBlockFunction(node, context); return }
  if (ts.isVariableStatement(node)) { lowerVariables(node.declarationList, context); return }
  if (ts.isClassDeclaration(node)) { lowerClassDeclaration(node, context); return }
  if (!file.needsLowering(node) && !(file.points.escapes(node) && context.hoists)) {
    context.plain(rewrite(node, context))
    return
  }
  if (ts.isExpressionStatement(node)) { lowerEffect(node.expression, context); return }
  if (ts.isBlock(node)) { lowerBlock(node, context); return }
  if (ts.isIfStatement(node)) { lowerIf(node, context); return }
  if (ts.isReturnStatement(node)) { lowerReturn(node, context); return }
  if (ts.isThrowStatement(node)) { context.push({ kind: 'throw', value: lowerExpression(node.expression, context) }); return }
  if (ts.isBreakOrContinueStatement(node)) { lowerBreakOrContinue(node, context); return }
  if (ts.isLabeledStatement(node)) { lowerLabeled(node, context, labels); return }
  if (ts.isSwitchStatement(node)) { lowerSwitch(node, context, labels); return }
  if (ts.isTryStatement(node)) { lowerTry(node, context); return }
  if (ts.isForStatement(node)) { lowerFor(node, context, labels); return }
  if (ts.isForInStatement(node)) { lowerForIn(node, context, labels); return }
  if (ts.isForOfStatement(node)) { lowerForOf(node, context, labels); return }
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) { lowerWhile(node, context, labels); return }
  throw new Error(`reprise: a statement of kind ${ts.SyntaxKind[node.kind]} cannot be lowered`)
}

/** A fresh scope object for the shared variables of a scope that is entered, with what they hold at entry. */
export function openScope (scope: Scope | undefined, context: LowerContext): void {
  if (scope === undefined) return
  const { captured, names } = context.file
  for (const variable of scope.variables.values()) if (context.isHoisted(variable)) {
    context.hoist(variable)
    if (captured.isChecked(variable)) context.plain([context.target(variable), ' = $.UNINITIALIZED'])
  }
  const boxed = captured.boxedIn(scope)
  if (boxed.length === 0) return
  const name = names.ofScope(scope)
  context.hoisted.add(name)
  const fields = boxed.map(variable => {
    const initial = (variable.kind === 'parameter' && !context.lowersParameters) || variable.kind === 'arguments' ? variable.name : captured.isChecked(variable) ? '$.UNINITIALIZED' : 'undefined'
    return `${variable.name.trim()}: ${initial}`
  })
  context.plain(`${name} = { ${fields.join(', ')} }`)
}

export function lowerBlock (node: ts.Block, context: LowerContext): void {
  openScope(context.file.scopes.opened.get(node), context)
  lowerStatements(node.statements, context)
}

function lowerFunctionDeclaration (node: ts.FunctionDeclaration, context: LowerContext): void {
  const variable = context.file.scopes.declared.get(node.name!)!
  context.hoist(variable)
  context.plain([context.target(variable), ' = ', context.file.closures.functionExpression(node, context)])
}

/** A function declared in a block of sloppy code: its turn has come, and the `var` of its name gets the value. */
function lowerBlockFunction (node: ts.FunctionDeclaration, context: LowerContext): void {
  const outer = context.file.scopes.fromBlocks.get(node)
  if (outer === undefined) return
  context.hoist(outer)
  if (ts.isIfStatement(node.parent)) { lowerFunctionDeclaration(node, context); return }
  context.plain([context.target(outer), ' = ', context.reference(context.file.scopes.declared.get(node.name!)!)])
}

function lowerClassDeclaration (node: ts.ClassDeclaration, context: LowerContext): void {
  const variable = context.file.scopes.declared.get(node.name!)!
  context.hoist(variable)
  context.plain([context.target(variable), ' = ', context.file.closures.classExpression(node, context, variable.name)])
}

export function lowerVariables (list: ts.VariableDeclarationList, context: LowerContext): void {
  const { scopes, points } = context.file
  const isVar = !(list.flags & ts.NodeFlags.BlockScoped)
  for (const declaration of list.declarations) {
    const names = declaredNames(declaration.name)
    const moved = context.scope.kind !== 'module' || names.every(name => scopes.declared.get(name)!.scope !== scopes.module)
    const native = moved && !context.hoists && !names.some(name => context.file.captured.isBoxed(scopes.declared.get(name)!))
    if (!native) for (const name of names) context.hoist(scopes.declared.get(name)!)
    const { initializer } = declaration
    if (native) {
      const keyword = isVar ? 'var ' : list.flags & ts.NodeFlags.Const ? 'const ' : 'let '
      context.plain([keyword, rewrite(declaration, context)])
      continue
    }
    if (initializer === undefined) {
      if (!isVar) context.plain([context.target(scopes.declared.get(declaration.name as ts.Identifier)!), ' = undefined'])
      continue
    }
    if (ts.isIdentifier(declaration.name)) {
      assignTo(context.target(scopes.declared.get(declaration.name)!), initializer, context)
      continue
    }
    const value = lowerExpression(initializer, context)
    if (points.has(declaration.name)) lowerBinding(declaration.name, value, context)
    else context.plain(assignPattern(declaration.name, value, context))
  }
}

function lowerIf (node: ts.IfStatement, context: LowerContext): void {
  const test = lowerExpression(node.expression, context)
  const then = context.collect(() => context.statement(() => lowerStatement(node.thenStatement, context)))
  const otherwise = context.collect(() => { if (node.elseStatement !== undefined) { const other = node.elseStatement; context.statement(() => lowerStatement(other, context)) } })
  context.push({ kind: 'if', test, then, otherwise })
}

function lowerReturn ({ expression }: ts.ReturnStatement, context: LowerContext): void {
  if (expression === undefined) lowerJump({ kind: 'return' }, undefined, context)
  else lowerReturned(expression, context)
}

export function lowerReturned (expression: ts.Expression, context: LowerContext): void {
  const { points } = context.file
  const node = skipParentheses(expression)
  // Each branch returns by itself: nothing is kept for both, and one without resume points needs no try.
  if (ts.isConditionalExpression(node) && points.has(node) && !(context.isAsync && context.isGenerator)) {
    const test = lowerExpression(node.condition, context)
    const [first, second, negation] = points.has(node.whenTrue) && !points.has(node.whenFalse) ? [node.whenFalse, node.whenTrue, '!'] : [node.whenTrue, node.whenFalse, '']
    const then = context.collect(() => context.statement(() => lowerReturned(first, context)))
    context.push({ kind: 'if', test: [negation, '(', test, ')'], then, otherwise: [] })
    lowerReturned(second, context)
    return
  }
  let value = lowerExpression(node, context)
  if (context.isAsync && context.isGenerator) value = awaitText(expression, value, context)
  lowerJump({ kind: 'return' }, value, context)
}

function lowerLabeled (node: ts.LabeledStatement, context: LowerContext, labels: readonly string[]): void {
  const all = [...labels, node.label.text]
  const { statement } = node
  if (ts.isIterationStatement(statement, true) || ts.isSwitchStatement(statement)) { lowerStatement(statement, context, all); return }
  const label = context.label(node.label.text)
  const entry: Jump = { kind: 'labeled', userLabels: all, breakLabel: label }
  context.jumps.push(entry)
  const body = context.collect(() => lowerStatement(statement, context))
  context.jumps.pop()
  context.push({ kind: 'labeled', label, body })
}

function lowerSwitch (node: ts.SwitchStatement, context: LowerContext, labels: readonly string[]): void {
  const { points } = context.file
  const { clauses } = node.caseBlock
  const label = context.label('switch')
  const inOrder = clauses.some(clause => ts.isCaseClause(clause) && points.has(clause.expression))
  let discriminant: Piece = lowerExpression(node.expression, context)
  openScope(context.file.scopes.opened.get(node.caseBlock), context)
  if (inOrder) discriminant = lowerSelection(clauses, keepText(discriminant, context), context)
  else if (!ts.isIdentifier(node.expression) || !isStable(node.expression, context)) discriminant = keepText(discriminant, context)
  for (const clause of clauses) for (const statement of clause.statements) lowerHoistedFunction(statement, context)
  context.jumps.push({ kind: 'switch', userLabels: labels, breakLabel: label })
  const lowered: Clause[] = clauses.map((clause, index) => ({
    test: ts.isDefaultClause(clause) ? undefined : inOrder ? String(index) : rewrite(clause.expression, context),
    body: context.collect(() => { for (const statement of clause.statements) context.statement(() => lowerStatement(statement, context)) })
  }))
  context.jumps.pop()
  context.push({ kind: 'switch', label, discriminant, clauses: lowered })
}

/** Tests with resume points: which clause is chosen is found first, in order. */
function lowerSelection (clauses: readonly ts.CaseOrDefaultClause[], value: string, context: LowerContext): string {
  const chosen = context.temporary()
  context.plain(`${chosen} = -1`)
  const label = context.label('case')
  const body = context.collect(() => clauses.forEach((clause, index) => {
    if (!ts.isCaseClause(clause)) return
    const test = lowerExpression(clause.expression, context)
    context.push({ kind: 'if', test: [value, ' === (', test, ')'], then: [{ kind: 'plain', code: `${chosen} = ${index}` }, { kind: 'break', label }], otherwise: [] })
  }))
  context.push({ kind: 'labeled', label, body })
  return chosen
}

/** finally becomes: run the block, note how it ended, run the finally block, end that way. */
function lowerTry (node: ts.TryStatement, context: LowerContext): void {
  const { finallyBlock } = node
  if (finallyBlock === undefined) { lowerTryCatch(node, context); return }
  const completion = context.temporary()
  const value = context.temporary()
  const label = context.label('finally')
  const entry: Jump & { kind: 'finally' } = { kind: 'finally', label, completion, value, pending: [] }
  context.plain(`${completion} = 0`)
  context.jumps.push(entry)
  const body = context.collect(() => {
    if (node.catchClause === undefined) lowerBlock(node.tryBlock, context)
    else lowerTryCatch(node, context)
  })
  context.jumps.pop()
  const guarded: Lowered = { kind: 'try', body, parameter: value, handler: [{ kind: 'plain', code: `${completion} = 1` }] }
  context.push({ kind: 'labeled', label, body: [guarded] })
  lowerBlock(finallyBlock, context)
  lowerPending(entry, context)
}

function lowerTryCatch (node: ts.TryStatement, context: LowerContext): void {
  const body = context.collect(() => lowerBlock(node.tryBlock, context))
  const clause = node.catchClause!
  const caught = context.temporary()
  const handler = context.collect(() => {
    openScope(context.file.scopes.opened.get(clause), context)
    if (clause.variableDeclaration !== undefined) {
      for (const name of declaredNames(clause.variableDeclaration.name)) context.hoist(context.file.scopes.declared.get(name)!)
      lowerBinding(clause.variableDeclaration.name, caught, context)
    }
    lowerBlock(clause.block, context)
  })
  context.push({ kind: 'try', body, parameter: caught, handler })
}
