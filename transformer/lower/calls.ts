/**
 * Calls, `new`, tagged templates and optional chains: the resume points of ordinary code.
 *
 * The emitted call stands directly behind its mark, `$pc = N; target = `, and a method call is printed `(receiver.name)(…)` with
 * a simple receiver: so its position in a stack trace differs from that of a getter of the same name, and the runtime can tell
 * from the text alone that the frame stands at this resume point.
 */
import ts from 'typescript'
import type { LowerContext } from './context.js'
import { isSimple, isStable, keep, keepText, lowerExpression, lowerOperands } from './expressions.js'
import type { Piece } from './lowered.js'
import { homeObject, isSuperAccess, rewrite, superKey } from './rewrite.js'

export function lowerCall (node: ts.CallExpression, context: LowerContext, into: Piece | undefined): Piece {
  const { points } = context.file
  if (node.expression.kind === ts.SyntaxKind.SuperKeyword) return lowerSuperCall(node, context)
  if (!points.isCall(node)) return lowerQuietCall(node, context)
  const callee = skipParentheses(node.expression)
  const argumentsPoint = node.arguments.some(argument => points.has(argument))
  if (isSuperAccess(callee)) return lowerSuperMethodCall(node, callee, context, into)
  if (ts.isParenthesizedExpression(callee)) {
    // `(a?.b)(c)` keeps a as its receiver.
    const { value, receiver } = lowerOptionalMember(callee.expression, context)
    const args = argumentList(node.arguments, context)
    context.plain([`typeof ${value} === "function" || $.notCallable(${JSON.stringify(textOf(callee, context))})`])
    return result(node, ['(', value, '.call)(', receiver, args.length > 0 ? [', ', args] : '', ')'], context, into)
  }
  if (ts.isPropertyAccessExpression(callee) || ts.isElementAccessExpression(callee)) {
    const { receiver, member } = lowerMember(callee, context, argumentsPoint)
    if (argumentsPoint) {
      // The method is read before the arguments are evaluated.
      const method = keepText([receiver, member], context)
      const args = argumentList(node.arguments, context)
      context.plain([`typeof ${method} === "function" || $.notCallable(${JSON.stringify(textOf(callee, context))})`])
      return result(node, ['(', method, '.call)(', receiver, args.length > 0 ? [', ', args] : '', ')'], context, into)
    }
    return result(node, ['(', receiver, member, ')(', argumentList(node.arguments, context), ')'], context, into)
  }
  const target = argumentsPoint ? keep(callee, context) : lowerExpression(callee, context)
  const args = argumentList(node.arguments, context)
  return result(node, [calleeText(callee, target, context), '(', args, ')'], context, into)
}

const textOf = (node: ts.Node, context: LowerContext): string => node.getText(context.file.source).slice(0, 80)

/** A name can be called as it stands; a shared variable must not become a receiver. */
function calleeText (callee: ts.Expression, target: Piece, context: LowerContext): Piece {
  if (typeof target === 'string' && /^\$t\d+$/.test(target)) return target
  if (!ts.isIdentifier(callee)) return keepText(target, context)
  // The modules that a module requires run as frames of the same stack.
  if (callee.text === 'require' && isGlobalName(callee, context) && context.file.commonJs) return '$require'
  const variable = context.file.scopes.resolved.get(callee)
  if (variable === undefined || !context.file.captured.isBoxed(variable)) return target
  return context.file.captured.isChecked(variable) ? keepText(target, context) : ['(0, ', target, ')']
}

/** Ends the call as a point; its result is a temporary, `into`, or nothing. */
function result (node: ts.Node, code: Piece, context: LowerContext, into: Piece | undefined, inMachine?: { before: Piece, code: Piece }): Piece {
  const more = inMachine === undefined ? undefined : { inMachine }
  const at = { at: node.getStart(context.file.source), code }
  if (into === '') { context.point(node, 'call', at, undefined, more); return '' }
  const target = into ?? context.temporary()
  context.point(node, 'call', at, target, more)
  return target
}

/** Receiver as a simple name, and `.name` or `[key]` with a simple key. */
export function lowerMember (node: ts.PropertyAccessExpression | ts.ElementAccessExpression, context: LowerContext, isKept: boolean): { receiver: Piece, member: Piece } {
  const { points } = context.file
  const object = skipParentheses(node.expression)
  if (ts.isPropertyAccessExpression(node)) {
    const receiver = isSimple(object) && (!isKept || isStable(object, context)) ? simpleReceiver(object, context) : keepText(lowerExpression(object, context), context)
    return { receiver, member: ['.', context.source(node.name)] }
  }
  const key = node.argumentExpression
  const keyPoint = points.has(key)
  const receiver = isSimple(object) && (!(isKept || keyPoint) || isStable(object, context)) ? simpleReceiver(object, context) : keepText(lowerExpression(object, context), context)
  const simpleKey = isStable(key, context) || (ts.isIdentifier(key) && !isKept) ? rewrite(key, context) : keepText(lowerExpression(key, context), context)
  return { receiver, member: ['[', simpleKey, ']'] }
}

function simpleReceiver (node: ts.Expression, context: LowerContext): Piece {
  const text = rewrite(node, context)
  const variable = context.file.scopes.resolved.get(node)
  return variable !== undefined && context.file.captured.isBoxed(variable) ? keepText(text, context) : text
}

export function argumentList (nodes: readonly ts.Expression[], context: LowerContext): Piece[] {
  return lowerOperands(nodes, context).map((argument, index) => index > 0 ? [', ', argument] : argument)
}

/** A built-in that never calls back, with arguments that hold resume points. */
function lowerQuietCall (node: ts.CallExpression, context: LowerContext): Piece {
  const callee = node.expression
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return ['$module.import(', argumentList(node.arguments, context), ')']
  if (ts.isPropertyAccessExpression(callee)) {
    const receiver = isStable(callee.expression, context) || !context.file.scopes.resolved.has(callee.expression) && ts.isIdentifier(callee.expression)
      ? rewrite(callee.expression, context)
      : keepText(lowerExpression(callee.expression, context), context)
    return [receiver, '.', context.source(callee.name), '(', argumentList(node.arguments, context), ')']
  }
  return [rewrite(callee, context), '(', argumentList(node.arguments, context), ')']
}

export function lowerNew (node: ts.NewExpression, context: LowerContext, into: Piece | undefined): Piece {
  const { points } = context.file
  const args = node.arguments ?? ts.factory.createNodeArray()
  const argumentsPoint = args.some(argument => points.has(argument))
  const callee = skipParentheses(node.expression)
  const target = argumentsPoint && !isGlobalName(callee, context) ? keep(callee, context) : points.has(callee) ? keepText(lowerExpression(callee, context), context) : constructorText(callee, context)
  const list = argumentList(args, context)
  if (isGlobalName(callee, context) && (callee as ts.Identifier).text === 'Promise' && args.length === 1) return result(node, ['($.newPromise)(Promise, ', list, ')'], context, into)
  const code = ['new ', target, '(', list, ')']
  if (!points.isCall(node)) return code
  return result(node, code, context, into)
}

const isGlobalName = (node: ts.Expression, context: LowerContext): boolean => ts.isIdentifier(node) && !context.file.scopes.resolved.has(node)

function constructorText (callee: ts.Expression, context: LowerContext): Piece {
  if (ts.isIdentifier(callee) || ts.isPropertyAccessExpression(callee)) {
    const text = rewrite(callee, context)
    const variable = context.file.scopes.resolved.get(callee)
    return variable !== undefined && context.file.captured.isChecked(variable) ? keepText(text, context) : text
  }
  return keepText(rewrite(callee, context), context)
}

/** `super(…)`: the machine constructs the parent by hand, then runs the class's own field initialisers on the result. */
function lowerSuperCall (node: ts.CallExpression, context: LowerContext): Piece {
  const args = argumentList(node.arguments, context)
  const thisVariable = '$this'
  context.hoisted.add(thisVariable)
  const value = context.temporary()
  context.point(node, 'call', { at: node.getStart(context.file.source), code: ['super(', args, ')'] }, value, {
    inMachine: { before: `$parent = Object.getPrototypeOf($home)`, code: ['$.construct($parent, [', args, '], $target)'] }
  })
  context.plain({ fast: [thisVariable, ' = this'], machine: [thisVariable, ` = $.install($home, ${value}, $target, $this)`] })
  return thisVariable
}

function lowerSuperMethodCall (node: ts.CallExpression, callee: ts.PropertyAccessExpression | ts.ElementAccessExpression, context: LowerContext, into: Piece | undefined): Piece {
  const key = ts.isPropertyAccessExpression(callee) ? superKey(callee, context) : keepText(superKey(callee, context), context)
  const args = argumentList(node.arguments, context)
  const before = ['$method = $.superGet(', homeObject(context), ', ', key, ', $this)']
  const code = ['($method.call)($this', args.length > 0 ? [', ', args] : '', ')']
  if (context.scope.kind === 'arrow') {
    const method = keepText(['$.superGet(', homeObject(context), ', ', key, ', $this)'], context)
    return result(node, ['(', method, '.call)($this', args.length > 0 ? [', ', args] : '', ')'], context, into)
  }
  const fast = ts.isPropertyAccessExpression(callee) ? ['(super.', callee.name.text, ')(', args, ')'] : ['(super[', key, '])(', args, ')']
  return result(node, fast, context, into, { before, code })
}

export function lowerTaggedTemplate (node: ts.TaggedTemplateExpression, context: LowerContext, into: Piece | undefined): Piece {
  const { points, source } = context.file
  const { template } = node
  const spans = ts.isTemplateExpression(template) ? [...template.templateSpans] : []
  const tag = skipParentheses(node.tag)
  const isKept = spans.some(span => points.has(span.expression))
  let text: Piece
  if ((ts.isPropertyAccessExpression(tag) || ts.isElementAccessExpression(tag)) && !isSuperAccess(tag)) {
    const { receiver, member } = lowerMember(tag, context, isKept)
    text = ['(', receiver, member, ')']
  } else text = calleeText(tag, isKept ? keep(tag, context) : lowerExpression(tag, context), context)
  const values = lowerOperands(spans.map(span => span.expression), context)
  const quasi: Piece = ts.isTemplateExpression(template)
    ? [{ from: template.head.getStart(source), to: template.head.end }, spans.map((span, index) => [values[index], { from: span.literal.getStart(source), to: span.literal.end }])]
    : context.source(template)
  return result(node, [text, quasi], context, into)
}

function lowerOptionalMember (node: ts.Expression, context: LowerContext): { value: string, receiver: string } {
  const receiver = context.temporary()
  context.plain(`${receiver} = undefined`)
  const value = lowerOptionalChain(node, context, receiver)
  return { value, receiver }
}

/** `a?.b.c(d)?.e`: each `?.` is a test that ends the whole chain with undefined. */
export function lowerOptionalChain (node: ts.Expression, context: LowerContext, receiver?: string): string {
  const chain = context.temporary()
  context.push({ kind: 'labeled', label: context.label('chain'), body: [] })
  const slot = context.out.length - 1
  const { label } = context.out[slot] as { label: string }
  const body = context.collect(() => {
    const end = link(node, label, chain, context)
    if (receiver !== undefined && end.receiver !== undefined) context.plain([receiver, ' = ', end.receiver])
    context.plain([chain, ' = ', end.value])
  })
  context.out[slot] = { kind: 'labeled', label, body }
  return chain
}

/** One link of the chain: its value, and its receiver where it is a member. */
function link (node: ts.Expression, label: string, chain: string, context: LowerContext): { value: Piece, receiver?: Piece } {
  if (!(node.flags & ts.NodeFlags.OptionalChain)) {
    const plain = skipParentheses(node)
    if (ts.isParenthesizedExpression(plain)) return lowerOptionalMember(plain.expression, context)
    if ((ts.isPropertyAccessExpression(plain) || ts.isElementAccessExpression(plain)) && !isSuperAccess(plain)) {
      const { receiver, member } = lowerMember(plain, context, true)
      return { value: [receiver, member], receiver }
    }
    return { value: lowerExpression(node, context) }
  }
  const access = node as ts.PropertyAccessChain | ts.ElementAccessChain | ts.CallChain
  if (ts.isNonNullExpression(node)) return link(node.expression, label, chain, context)
  const inner = link(access.expression, label, chain, context)
  let base: Piece = inner.value
  if (access.questionDotToken !== undefined) {
    base = keepText(base, context)
    context.push({ kind: 'if', test: [base, ' == null'], then: [{ kind: 'plain', code: [chain, ' = undefined'] }, { kind: 'break', label }], otherwise: [] })
  }
  if (ts.isCallExpression(access)) {
    const callee = keepText(base, context)
    const args = argumentList(access.arguments, context)
    if (inner.receiver !== undefined) {
      context.plain([`typeof ${callee} === "function" || $.notCallable(${JSON.stringify(textOf(access.expression, context))})`])
      return { value: result(access, ['(', callee, '.call)(', inner.receiver, args.length > 0 ? [', ', args] : '', ')'], context, undefined) }
    }
    return { value: result(access, [callee, '(', args, ')'], context, undefined) }
  }
  const receiver = keepText(base, context)
  if (ts.isPropertyAccessExpression(access)) return { value: [receiver, '.', access.name.text], receiver }
  return { value: [receiver, '[', keepText(lowerExpression((access as ts.ElementAccessChain).argumentExpression, context), context), ']'], receiver }
}

export function skipParentheses (node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) && !(node.flags & ts.NodeFlags.OptionalChain) && !(node.expression.flags & ts.NodeFlags.OptionalChain) ? skipParentheses(node.expression) : node
}
