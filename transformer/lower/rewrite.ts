/**
 * Text of a node without resume points: the source as it stands, but for names that have moved (shared variables, `this` of a
 * machine), closures, which come from factories, and `super`.
 */
import ts from 'typescript'
import { isFunctionNode, isAssignment, isImmutable } from '../analyze/scopes.js'
import { markOwn } from '../emit/reserved.js'
import type { LowerContext } from './context.js'
import type { Piece } from './lowered.js'

export function rewrite (node: ts.Node, context: LowerContext): Piece {
  if (context.file.natives.has(context.scope.node)) return context.source(node)
  const replaced = replacement(node, context)
  if (replaced !== undefined) return { at: node.getStart(context.file.source), code: replaced }
  return rewriteChildren(node, context)
}

/** The node's text with its children rewritten. */
export function rewriteChildren (node: ts.Node, context: LowerContext): Piece {
  const { source } = context.file
  const pieces: Piece[] = []
  let position = node.getStart(source)
  let changed = false
  ts.forEachChild(node, child => {
    const piece = rewrite(child, context)
    if (isUntouched(piece)) return
    const start = child.getStart(source)
    pieces.push({ from: position, to: start }, isWordAt(source.text, start - 1) ? ' ' : '', piece, isWordAt(source.text, child.end) ? ' ' : '')
    position = child.end
    changed = true
  })
  if (!changed) return context.source(node)
  pieces.push({ from: position, to: node.end })
  return pieces
}

/** `return(x)=>x` must not grow together with what replaces the arrow function. */
const isWordAt = (text: string, at: number): boolean => /[\w$]/.test(text[at] ?? '')

const isUntouched = (piece: Piece): boolean => typeof piece === 'object' && 'from' in piece

function replacement (node: ts.Node, context: LowerContext): Piece | undefined {
  const { scopes, closures, names, commonJs } = context.file
  switch (node.kind) {
    case ts.SyntaxKind.Identifier: {
      const variable = scopes.resolved.get(node)
      if (variable === undefined) {
        if (commonJs && scopes.ofModule.has(node)) return '$arguments'
        const declared = scopes.declared.get(node)
        return declared !== undefined && names.of(declared) !== declared.name ? names.of(declared) : undefined
      }
      const reference = scopes.references.get(node)
      const text = reference?.write === true ? context.assigned(variable) : context.reference(variable)
      // A shared variable that is called must not become a receiver.
      if (ts.isCallExpression(node.parent) && node.parent.expression === node && context.file.captured.isBoxed(variable)) return ['(0, ', text, ')']
      return text === variable.name ? undefined : text
    }
    case ts.SyntaxKind.ThisKeyword: {
      const variable = scopes.resolved.get(node)
      if (variable === undefined) return commonJs && scopes.ofModule.has(node) ? '$this' : undefined
      return context.reference(variable)
    }
    case ts.SyntaxKind.ShorthandPropertyAssignment: {
      const { name, objectAssignmentInitializer } = node as ts.ShorthandPropertyAssignment
      const text = replacement(name, context)
      if (text === undefined && objectAssignmentInitializer === undefined) return undefined
      const initializer: Piece = objectAssignmentInitializer === undefined ? '' : [' = ', rewrite(objectAssignmentInitializer, context)]
      return text === undefined ? [markOwn(name.text), initializer] : [markOwn(name.text), ': ', text, initializer]
    }
    case ts.SyntaxKind.MetaProperty: {
      const variable = scopes.resolved.get(node)
      return variable === undefined ? undefined : context.reference(variable)
    }
    // A new process imports the same modules again.
    case ts.SyntaxKind.ImportKeyword: return ts.isCallExpression(node.parent) && node.parent.expression === node ? '$module.import' : undefined
    case ts.SyntaxKind.VariableDeclarationList: return declarationList(node as ts.VariableDeclarationList, context)
    case ts.SyntaxKind.ObjectLiteralExpression:
      return hasMembers(node as ts.ObjectLiteralExpression) ? closures.objectLiteral(node as ts.ObjectLiteralExpression, context) : undefined
    case ts.SyntaxKind.BindingElement: {
      // `{ x }` of a declaration whose variable has another name.
      const element = node as ts.BindingElement
      if (!ts.isIdentifier(element.name) || element.propertyName !== undefined || element.dotDotDotToken !== undefined || !ts.isObjectBindingPattern(element.parent)) return undefined
      const declared = scopes.declared.get(element.name)
      if (declared === undefined || names.of(declared) === declared.name) return undefined
      return [markOwn(declared.name), ': ', names.of(declared), element.initializer === undefined ? '' : [' = ', rewrite(element.initializer, context)]]
    }
    case ts.SyntaxKind.PrefixUnaryExpression: case ts.SyntaxKind.PostfixUnaryExpression: {
      const { operand, operator } = node as ts.PrefixUnaryExpression
      if (!ts.isIdentifier(operand) || (operator !== ts.SyntaxKind.PlusPlusToken && operator !== ts.SyntaxKind.MinusMinusToken)) return undefined
      return immutableUpdate(node as ts.PrefixUnaryExpression, operand, context) ?? checkedAssignment(operand, rewriteChildren(node, context), context)
    }
    case ts.SyntaxKind.ExpressionStatement: {
      const piece = rewriteChildren(node, context)
      if (isUntouched(piece) || !isListed(node)) return undefined
      // Without semicolons the line before would take it for its arguments.
      return isOpening(piece, context) && !/[([`/+-]/.test(context.file.source.text[node.getStart(context.file.source)]) ? [';', piece] : undefined
    }
    case ts.SyntaxKind.PropertyAccessExpression: case ts.SyntaxKind.ElementAccessExpression: {
      const access = node as ts.PropertyAccessExpression | ts.ElementAccessExpression
      return access.expression.kind === ts.SyntaxKind.SuperKeyword ? superAccess(access, context) : undefined
    }
    case ts.SyntaxKind.BinaryExpression: {
      const { left, operatorToken } = node as ts.BinaryExpression
      if (!isAssignment(operatorToken.kind)) return undefined
      if (ts.isIdentifier(left)) return immutableAssignment(node as ts.BinaryExpression, left, context) ?? checkedAssignment(left, rewriteChildren(node, context), context)
      if (!isSuperAccess(left)) return undefined
      const fast = [context.source(left), ` ${operatorToken.getText(context.file.source)} `, rewrite((node as ts.BinaryExpression).right, context)]
      return { fast, machine: ['$.superSet(', homeObject(context), ', ', superKey(left, context), ', $this, ', rewrite((node as ts.BinaryExpression).right, context), ')'] }
    }
  }
  if (ts.isFunctionExpression(node) || ts.isArrowFunction(node)) return closures.functionExpression(node, context, inferredName(node))
  if (ts.isClassExpression(node)) return closures.classExpression(node, context, inferredName(node))
  if (isFunctionNode(node)) return undefined
  return undefined
}

/** The target that an assignment to an immutable variable has, if it is one. */
function immutableTarget (name: ts.Identifier, context: LowerContext): { target: Piece, read: Piece } | undefined {
  const variable = context.file.scopes.resolved.get(name)
  if (variable === undefined) return undefined
  const target = context.assigned(variable)
  return target === context.target(variable) || !isImmutable(variable) ? undefined : { target, read: context.reference(variable) }
}

/** `c += 1` of a constant reads it, evaluates the right side, and fails then. */
function immutableAssignment (node: ts.BinaryExpression, left: ts.Identifier, context: LowerContext): Piece | undefined {
  const immutable = immutableTarget(left, context)
  if (immutable === undefined) return undefined
  const { target, read } = immutable
  const right: Piece = ['(', rewrite(node.right, context), ')']
  const operator = ts.tokenToString(node.operatorToken.kind)!.slice(0, -1)
  switch (operator) {
    case '': return ['(', target, ' = ', right, ')']
    case '&&': case '||': case '??': return ['(', read, ` ${operator} (`, target, ' = ', right, '))']
    default: return ['(', target, ' = ', read, ` ${operator} `, right, ')']
  }
}

function immutableUpdate (node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression, operand: ts.Identifier, context: LowerContext): Piece | undefined {
  const immutable = immutableTarget(operand, context)
  if (immutable === undefined) return undefined
  const { target, read } = immutable
  const updated: Piece = [target, ' = ', read, node.operator === ts.SyntaxKind.PlusPlusToken ? ' - -1' : ' - 1']
  return ts.isPrefixUnaryExpression(node) ? ['(', updated, ')'] : ['(', updated, ', +', read, ')']
}

/** Writing a variable before its declaration has run is an error too. */
/** A statement among others, not the body of `if (…)` or the like. */
const isListed = ({ parent }: ts.Node): boolean => ts.isBlock(parent) || ts.isSourceFile(parent) || ts.isCaseOrDefaultClause(parent)

/** Whether the text begins with a parenthesis or bracket. */
function isOpening (piece: Piece, context: LowerContext): boolean {
  if (typeof piece === 'string') return /^[([]/.test(piece)
  if (Array.isArray(piece)) {
    const first = (piece as readonly Piece[]).find(part => !(part === '' || (typeof part === 'object' && 'from' in part && part.from === part.to)))
    return first !== undefined && isOpening(first, context)
  }
  if ('fast' in piece) return isOpening(piece.fast, context) || isOpening(piece.machine, context)
  if ('code' in piece) return isOpening(piece.code, context)
  return 'from' in piece && /[([]/.test(context.file.source.text[piece.from])
}

function checkedAssignment (target: ts.Identifier, assignment: Piece, context: LowerContext): Piece | undefined {
  const variable = context.file.scopes.resolved.get(target)
  if (variable === undefined || !context.file.captured.isChecked(variable)) return undefined
  const place = context.target(variable)
  return ['($.initialized(', place, `, ${JSON.stringify(variable.name)}), `, assignment, ')']
}

/** The name that a closure gets from the place where it stands. */
export function inferredName (node: ts.Node): string | undefined {
  while (ts.isParenthesizedExpression(node.parent)) node = node.parent
  const { parent } = node
  if ((ts.isVariableDeclaration(parent) || ts.isBindingElement(parent) || ts.isParameter(parent)) && parent.initializer === node && ts.isIdentifier(parent.name)) return parent.name.text
  if (ts.isPropertyAssignment(parent) && parent.initializer === node && !ts.isComputedPropertyName(parent.name)) return propertyName(parent.name)
  if (ts.isPropertyDeclaration(parent) && parent.initializer === node && !ts.isComputedPropertyName(parent.name)) return propertyName(parent.name)
  if (ts.isShorthandPropertyAssignment(parent) && parent.objectAssignmentInitializer === node) return parent.name.text
  if (ts.isBinaryExpression(parent) && parent.right === node && ts.isIdentifier(parent.left) &&
    [ts.SyntaxKind.EqualsToken, ts.SyntaxKind.QuestionQuestionEqualsToken, ts.SyntaxKind.BarBarEqualsToken, ts.SyntaxKind.AmpersandAmpersandEqualsToken].includes(parent.operatorToken.kind)) return parent.left.text
  if (ts.isExportAssignment(parent)) return 'default'
  return undefined
}

export function propertyName (name: ts.PropertyName): string {
  if (ts.isComputedPropertyName(name)) return ''
  return ts.isNumericLiteral(name) ? String(Number(name.text)) : name.text
}

/** Methods and accessors: the literal must come from a factory, so that a new process can make them. */
export const hasMembers = (node: ts.ObjectLiteralExpression): boolean => node.properties.some(property => isFunctionNode(property))

/** Declarations of hoisted or shared variables become assignments. */
function declarationList (list: ts.VariableDeclarationList, context: LowerContext): Piece | undefined {
  const { scopes, captured } = context.file
  const moved = list.declarations.some(declaration => declaredNames(declaration.name).some(name => {
    const variable = scopes.declared.get(name)
    return variable !== undefined && (context.isHoisted(variable) || captured.isBoxed(variable))
  }))
  if (!moved) return undefined
  const assignments: Piece[] = []
  for (const declaration of list.declarations) {
    for (const name of declaredNames(declaration.name)) context.hoist(scopes.declared.get(name)!)
    const isVar = !(list.flags & ts.NodeFlags.BlockScoped)
    if (declaration.initializer === undefined && isVar) continue
    const value = declaration.initializer === undefined ? 'undefined' : rewrite(declaration.initializer, context)
    if (assignments.length > 0) assignments.push(', ')
    assignments.push(assignPattern(declaration.name, value, context))
  }
  return assignments.length > 0 ? assignments : 'undefined'
}

/** `target = value` for a declaration's name or pattern, as an expression. */
export function assignPattern (name: ts.BindingName, value: Piece, context: LowerContext): Piece {
  if (ts.isIdentifier(name)) return [context.target(context.file.scopes.declared.get(name)!), ' = ', value]
  return ['(', patternAsTarget(name, context), ' = ', value, ')']
}

/** A declaring pattern as an assignment's target. */
export function patternAsTarget (name: ts.BindingName, context: LowerContext): Piece {
  if (ts.isIdentifier(name)) return context.target(context.file.scopes.declared.get(name)!)
  const parts: Piece[] = []
  for (const [index, element] of name.elements.entries()) {
    if (index > 0) parts.push(', ')
    if (!ts.isBindingElement(element)) continue
    if (element.dotDotDotToken !== undefined) parts.push('...')
    if (ts.isObjectBindingPattern(name) && element.dotDotDotToken === undefined) {
      parts.push(element.propertyName === undefined ? markOwn((element.name as ts.Identifier).text) : rewrite(element.propertyName, context), ': ')
    }
    parts.push(patternAsTarget(element.name, context))
    if (element.initializer !== undefined) parts.push(' = ', rewrite(element.initializer, context))
  }
  if (ts.isArrayBindingPattern(name) && name.elements.length > 0 && !ts.isBindingElement(name.elements[name.elements.length - 1])) parts.push(',')
  return ts.isObjectBindingPattern(name) ? ['{ ', parts, ' }'] : ['[', parts, ']']
}

export function declaredNames (name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name]
  return name.elements.flatMap(element => ts.isBindingElement(element) ? declaredNames(element.name) : [])
}

export const isSuperAccess = (node: ts.Node): node is ts.PropertyAccessExpression | ts.ElementAccessExpression =>
  (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) && node.expression.kind === ts.SyntaxKind.SuperKeyword

export function superKey (node: ts.PropertyAccessExpression | ts.ElementAccessExpression, context: LowerContext): Piece {
  return ts.isPropertyAccessExpression(node) ? JSON.stringify(node.name.text) : rewrite(node.argumentExpression, context)
}

/** The object whose prototype `super` looks into: the class's prototype, or the class for static members. */
export function homeObject (context: LowerContext): Piece {
  let at = context.scope
  while (at.kind === 'arrow' && at.outer !== undefined) at = at.outer
  const { node } = at
  const isStatic = !ts.isClassLike(node.parent) || (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(modifier => modifier.kind === ts.SyntaxKind.StaticKeyword) === true) || ts.isClassStaticBlockDeclaration(node)
  return isStatic ? '$home' : '$home.prototype'
}

/** Reading `super.x`. An arrow function stands outside of the class, so it uses the home object in both versions. */
export function superAccess (node: ts.PropertyAccessExpression | ts.ElementAccessExpression, context: LowerContext): Piece {
  const machine: Piece = ['$.superGet(', homeObject(context), ', ', superKey(node, context), ', $this)']
  if (context.scope.kind === 'arrow') return machine
  return { fast: ts.isPropertyAccessExpression(node) ? context.source(node) : ['super[', rewrite(node.argumentExpression, context), ']'], machine }
}
