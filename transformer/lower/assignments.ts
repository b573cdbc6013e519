/** Assignments and updates that hold resume points: the target's parts are evaluated first, then the value, then it is stored. */
import ts from 'typescript'
import { markOwn } from '../emit/reserved.js'
import { lowerMember, skipParentheses } from './calls.js'
import type { LowerContext } from './context.js'
import { assignTo, isStable, keepText, lowerExpression } from './expressions.js'
import type { Piece } from './lowered.js'
import { lowerAssignmentPattern } from './patterns.js'
import { isSuperAccess, rewrite, superKey, homeObject } from './rewrite.js'

interface Place { readonly read: Piece, write (value: Piece): Piece }

export function lowerAssignment (node: ts.BinaryExpression, context: LowerContext): Piece {
  const { points, scopes } = context.file
  const { kind } = node.operatorToken
  const left = skipParentheses(node.left)
  if (kind === ts.SyntaxKind.EqualsToken) {
    if (ts.isArrayLiteralExpression(left) || ts.isObjectLiteralExpression(left)) {
      const value = keepText(lowerExpression(node.right, context), context)
      if (points.has(left)) lowerAssignmentPattern(left, value, context)
      else context.plain(['(', rewrite(left, context), ' = ', value, ')'])
      return value
    }
    if (ts.isIdentifier(left)) {
      const variable = scopes.resolved.get(left)
      const target = variable === undefined ? markOwn(left.text) : context.assigned(variable)
      if (variable !== undefined && (context.file.captured.isChecked(variable) || target !== context.target(variable))) {
        const value = keepText(lowerExpression(node.right, context), context)
        context.plain([context.reference(variable), ', ', target, ' = ', value])
        return value
      }
      // A call's result goes straight into the variable, and is read from there.
      assignTo(target, node.right, context)
      return target
    }
    const place = lowerPlace(left, context, points.has(node.right))
    const value = lowerExpression(node.right, context)
    return place.write(value)
  }
  if (isLogicalAssignment(kind)) return lowerLogicalAssignment(left, kind, node.right, context)
  const operator = ts.tokenToString(kind)!.slice(0, -1)
  if (ts.isIdentifier(left)) {
    const old = points.has(node.right) ? keepText(rewriteRead(left, context), context) : rewriteRead(left, context)
    const value = lowerExpression(node.right, context)
    const variable = scopes.resolved.get(left)
    const target = variable === undefined ? markOwn(left.text) : context.assigned(variable)
    context.plain([target, ' = ', old, ` ${operator} (`, value, ')'])
    return target
  }
  const place = lowerPlace(left, context, true)
  if (!points.has(node.right)) return place.write([place.read, ` ${operator} (`, rewrite(node.right, context), ')'])
  const old = keepText(place.read, context)
  return place.write([old, ` ${operator} (`, lowerExpression(node.right, context), ')'])
}

function rewriteRead (node: ts.Identifier, context: LowerContext): Piece {
  const variable = context.file.scopes.resolved.get(node)
  return variable === undefined ? markOwn(node.text) : context.reference(variable)
}

const isLogicalAssignment = (kind: ts.SyntaxKind): boolean =>
  kind === ts.SyntaxKind.AmpersandAmpersandEqualsToken || kind === ts.SyntaxKind.BarBarEqualsToken || kind === ts.SyntaxKind.QuestionQuestionEqualsToken

function lowerLogicalAssignment (left: ts.Expression, kind: ts.SyntaxKind, right: ts.Expression, context: LowerContext): Piece {
  const place = lowerPlace(left, context, true)
  const result = context.temporary()
  context.plain([result, ' = ', place.read])
  const test = kind === ts.SyntaxKind.AmpersandAmpersandEqualsToken ? result : kind === ts.SyntaxKind.BarBarEqualsToken ? `!${result}` : `${result} == null`
  const then = context.collect(() => {
    assignTo(result, right, context)
    context.plain(place.write(result))
  })
  context.push({ kind: 'if', test, then, otherwise: [] })
  return result
}

/** A place that can be read and written; `isKept`: statements with resume points come before it is written. */
export function lowerPlace (node: ts.Expression, context: LowerContext, isKept: boolean): Place {
  const target = skipParentheses(node)
  if (ts.isIdentifier(target)) {
    const variable = context.file.scopes.resolved.get(target)
    const name = variable === undefined ? markOwn(target.text) : context.assigned(variable)
    return { read: rewriteRead(target, context), write: value => [name, ' = ', value] }
  }
  if (isSuperAccess(target)) {
    const key = superKey(target, context)
    const fast = ts.isPropertyAccessExpression(target) ? `super.${target.name.text}` : ['super[', key, ']']
    const read: Piece = { fast, machine: ['$.superGet(', homeObject(context), ', ', key, ', $this)'] }
    return { read, write: value => ({ fast: [fast, ' = ', value], machine: ['$.superSet(', homeObject(context), ', ', key, ', $this, ', value, ')'] }) }
  }
  if (!ts.isPropertyAccessExpression(target) && !ts.isElementAccessExpression(target)) return { read: lowerExpression(target, context), write: value => [lowerExpression(target, context), ' = ', value] }
  const { receiver, member } = lowerMember(target, context, isKept)
  return { read: [receiver, member], write: value => [receiver, member, ' = ', value] }
}

/** `++x`, `x--` where the operand holds a resume point. */
export function lowerUpdate (node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression, context: LowerContext): Piece {
  const operand = skipParentheses(node.operand)
  const operator = ts.tokenToString(node.operator)!
  const place = isStable(operand, context) ? rewrite(operand, context) : lowerPlace(operand, context, false).read
  return ts.isPrefixUnaryExpression(node) ? [operator, place] : [place, operator]
}
