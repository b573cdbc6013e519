/**
 * Expressions that hold resume points. Requires nothing; guarantees that the returned text holds none: what had to run before
 * it has become statements of the context, in JavaScript's order.
 *
 * Operands that were evaluated before a later operand's resume point are kept in temporaries, unless nothing can change them.
 */
import ts from 'typescript'
import { isAssignment } from '../analyze/scopes.js'
import { lowerAssignment, lowerUpdate } from './assignments.js'
import { lowerCall, lowerNew, lowerOptionalChain, lowerTaggedTemplate } from './calls.js'
import type { LowerContext } from './context.js'
import { lowerAwait, lowerYield } from './suspensions.js'
import type { Piece } from './lowered.js'
import { hasMembers, inferredName, rewrite } from './rewrite.js'

/** Text of the expression's value, to be evaluated at the place where the statements so far end. `into`: where a call's result may go. */
export function lowerExpression (node: ts.Expression, context: LowerContext, into?: Piece): Piece {
  if (!context.file.points.has(node)) return isComma(node) ? ['(', rewrite(node, context), ')'] : rewrite(node, context)
  return { at: node.getStart(context.file.source), code: lowerPointed(node, context, into) }
}

const isComma = (node: ts.Expression): boolean => ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.CommaToken

/** Evaluates the expression for its effects alone. */
export function lowerEffect (node: ts.Expression, context: LowerContext): void {
  if (ts.isParenthesizedExpression(node)) { lowerEffect(node.expression, context); return }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.CommaToken) {
    lowerEffect(node.left, context)
    lowerEffect(node.right, context)
    return
  }
  if (!context.file.points.has(node)) { context.plain(rewrite(node, context)); return }
  const value = lowerExpression(node, context, '')
  // What was assigned to a name is not read again.
  if (!isTemporary(value) && !(ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind) && ts.isIdentifier(node.left))) context.plain(value)
}

const isTemporary = (piece: Piece): boolean =>
  typeof piece === 'string' ? piece === '' || /^\$t\d+$/.test(piece) : typeof piece === 'object' && 'code' in piece ? isTemporary(piece.code) : false

/** Several expressions in order; each text can be used after all have been evaluated. */
export function lowerOperands (nodes: readonly ts.Expression[], context: LowerContext): Piece[] {
  const { points } = context.file
  let last = nodes.length - 1
  while (last >= 0 && !points.has(nodes[last])) last--
  return nodes.map((node, index) => index < last ? keep(node, context) : lowerOperand(node, context))
}

function lowerOperand (node: ts.Expression, context: LowerContext): Piece {
  return ts.isSpreadElement(node) ? ['...', lowerExpression(node.expression, context)] : lowerExpression(node, context)
}

/** The expression's value in a place that later statements cannot change. */
export function keep (node: ts.Expression, context: LowerContext): Piece {
  if (ts.isSpreadElement(node)) {
    const value = lowerExpression(node.expression, context)
    const kept = context.temporary()
    context.plain([kept, ' = [...', value, ']'])
    return ['...', kept]
  }
  if (isStable(node, context)) return rewrite(node, context)
  if (ts.isOmittedExpression(node)) return ''
  return keepText(lowerExpression(node, context), context)
}

export function keepText (value: Piece, context: LowerContext): string {
  if (isTemporary(value)) return typeof value === 'string' ? value : keepText((value as { code: Piece }).code, context)
  const kept = context.temporary()
  context.plain([kept, ' = ', value])
  return kept
}

/** Reading it later gives what reading it now gives. */
export function isStable (node: ts.Expression, context: LowerContext): boolean {
  if (ts.isNumericLiteral(node) || ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isBigIntLiteral(node)) return true
  switch (node.kind) {
    case ts.SyntaxKind.TrueKeyword: case ts.SyntaxKind.FalseKeyword: case ts.SyntaxKind.NullKeyword: return true
    case ts.SyntaxKind.ThisKeyword: return !context.isDerived
  }
  if (!ts.isIdentifier(node)) return false
  const variable = context.file.scopes.resolved.get(node)
  return variable === undefined ? node.text === 'undefined' : context.isConstant(variable)
}

/** A name or `this`: it may stand as the receiver in a call's text. */
export const isSimple = (node: ts.Expression): boolean => ts.isIdentifier(node) || node.kind === ts.SyntaxKind.ThisKeyword

function lowerPointed (node: ts.Expression, context: LowerContext, into: Piece | undefined): Piece {
  if (ts.isParenthesizedExpression(node)) return ['(', lowerExpression(node.expression, context), ')']
  if (node.flags & ts.NodeFlags.OptionalChain) return lowerOptionalChain(node, context)
  if (ts.isCallExpression(node)) return lowerCall(node, context, into)
  if (ts.isNewExpression(node)) return lowerNew(node, context, into)
  if (ts.isTaggedTemplateExpression(node)) return lowerTaggedTemplate(node, context, into)
  if (ts.isAwaitExpression(node)) return lowerAwait(node, context, into)
  if (ts.isYieldExpression(node)) return lowerYield(node, context)
  if (ts.isBinaryExpression(node)) return lowerBinary(node, context)
  if (ts.isConditionalExpression(node)) return lowerConditional(node, context)
  if (ts.isPropertyAccessExpression(node)) return [postfix(node.expression, context), '.', node.name.text]
  if (ts.isElementAccessExpression(node)) {
    const [object, key] = lowerOperands([node.expression, node.argumentExpression], context)
    return [parenthesized(node.expression, object), '[', key, ']']
  }
  if (ts.isPrefixUnaryExpression(node)) {
    if (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken) return lowerUpdate(node, context)
    return [ts.tokenToString(node.operator)!, '(', lowerExpression(node.operand, context), ')']
  }
  if (ts.isPostfixUnaryExpression(node)) return lowerUpdate(node, context)
  if (ts.isTypeOfExpression(node)) return ['typeof (', lowerExpression(node.expression, context), ')']
  if (ts.isVoidExpression(node)) { lowerEffect(node.expression, context); return 'undefined' }
  if (ts.isDeleteExpression(node)) return ['delete ', lowerExpression(node.expression, context)]
  if (ts.isTemplateExpression(node)) return lowerTemplate(node, context)
  if (ts.isArrayLiteralExpression(node)) return ['[', lowerOperands(node.elements, context).map((element, index) => [index > 0 ? ', ' : '', element]), trailingHole(node) ? ',' : '', ']']
  if (ts.isObjectLiteralExpression(node)) return lowerObject(node, context)
  if (ts.isClassExpression(node)) return context.file.closures.classExpression(node, context, inferredName(node))
  if (ts.isSpreadElement(node)) return lowerOperand(node, context)
  if (ts.isCallExpression(node)) return lowerCall(node, context, into)
  throw new Error(`reprise: an expression of kind ${ts.SyntaxKind[node.kind]} cannot be lowered`)
}

const trailingHole = (node: ts.ArrayLiteralExpression): boolean => node.elements.length > 0 && ts.isOmittedExpression(node.elements[node.elements.length - 1])

function postfix (node: ts.Expression, context: LowerContext): Piece { return parenthesized(node, lowerExpression(node, context)) }

/** The text in parentheses, unless it is a name, a member or a call already. */
export function parenthesized (node: ts.Expression, text: Piece): Piece {
  return isSimple(node) || ts.isParenthesizedExpression(node) || isTemporary(text) ? text : ['(', text, ')']
}

function lowerBinary (node: ts.BinaryExpression, context: LowerContext): Piece {
  const { kind } = node.operatorToken
  if (isAssignment(kind)) return lowerAssignment(node, context)
  switch (kind) {
    case ts.SyntaxKind.CommaToken:
      lowerEffect(node.left, context)
      return lowerExpression(node.right, context)
    case ts.SyntaxKind.AmpersandAmpersandToken: return lowerLogical(node, context, value => value)
    case ts.SyntaxKind.BarBarToken: return lowerLogical(node, context, value => ['!', value])
    case ts.SyntaxKind.QuestionQuestionToken: return lowerLogical(node, context, value => `${value} == null`)
  }
  if (ts.isPrivateIdentifier(node.left)) return [node.left.text, ' in (', lowerExpression(node.right, context), ')']
  const [left, right] = lowerOperands([node.left, node.right], context)
  return [operand(node.left, left), ` ${ts.tokenToString(kind)} `, operand(node.right, right)]
}

const operand = (node: ts.Expression, text: Piece): Piece => isSimple(node) || ts.isLiteralExpression(node) || isTemporary(text) ? text : ['(', text, ')']

/** `a && b()`: the right side becomes a branch. */
function lowerLogical (node: ts.BinaryExpression, context: LowerContext, test: (value: string) => Piece): Piece {
  if (!context.file.points.has(node.right)) return ['(', lowerExpression(node.left, context), ')', ` ${ts.tokenToString(node.operatorToken.kind)} `, '(', rewrite(node.right, context), ')']
  const result = context.temporary()
  assignTo(result, node.left, context)
  const then = context.collect(() => assignTo(result, node.right, context))
  context.push({ kind: 'if', test: test(result), then, otherwise: [] })
  return result
}

function lowerConditional (node: ts.ConditionalExpression, context: LowerContext): Piece {
  const { points } = context.file
  const test = lowerExpression(node.condition, context)
  if (!points.has(node.whenTrue) && !points.has(node.whenFalse)) return ['(', test, ') ? (', rewrite(node.whenTrue, context), ') : (', rewrite(node.whenFalse, context), ')']
  const result = context.temporary()
  const then = context.collect(() => assignTo(result, node.whenTrue, context))
  const otherwise = context.collect(() => assignTo(result, node.whenFalse, context))
  context.push({ kind: 'if', test, then, otherwise })
  return result
}

/** `target = expression`, a call's result straight into the target. */
export function assignTo (target: Piece, node: ts.Expression, context: LowerContext): void {
  const value = lowerExpression(node, context, target)
  if (value !== target && !(typeof value === 'object' && 'code' in value && value.code === target)) context.plain([target, ' = ', value])
}

/** Each part becomes a string at its own time. */
function lowerTemplate (node: ts.TemplateExpression, context: LowerContext): Piece {
  const { points, source } = context.file
  const spans = node.templateSpans
  let last = spans.length - 1
  while (last >= 0 && !points.has(spans[last].expression)) last--
  const pieces: Piece[] = [{ from: node.head.getStart(source), to: node.head.end }]
  spans.forEach((span, index) => {
    if (index < last && !isStable(span.expression, context)) {
      const text = context.temporary()
      context.plain([text, ' = `${', lowerExpression(span.expression, context), '}`'])
      pieces.push(text)
    } else pieces.push(lowerExpression(span.expression, context))
    pieces.push({ from: span.literal.getStart(source), to: span.literal.end })
  })
  return pieces
}

function lowerObject (node: ts.ObjectLiteralExpression, context: LowerContext): Piece {
  if (hasMembers(node)) return context.file.closures.objectLiteral(node, context)
  const expressions: ts.Expression[] = []
  for (const property of node.properties) {
    if (property.name !== undefined && ts.isComputedPropertyName(property.name)) expressions.push(property.name.expression)
    if (ts.isPropertyAssignment(property)) expressions.push(property.initializer)
    else if (ts.isShorthandPropertyAssignment(property)) expressions.push(property.name)
    else if (ts.isSpreadAssignment(property)) expressions.push(property.expression)
  }
  const operands = lowerOperands(expressions, context)
  let next = 0
  return ['{ ', node.properties.map((property, index) => {
    const separator = index > 0 ? ', ' : ''
    const name: Piece = property.name === undefined ? '' : ts.isComputedPropertyName(property.name) ? ['[', operands[next++], ']'] : context.source(property.name)
    const value = operands[next++]
    return ts.isSpreadAssignment(property) ? [separator, '...', value] : [separator, name, ': ', value]
  }), ' }']
}
