/**
 * Destructuring that holds resume points (calls in defaults, keys or targets), step by step as the specification orders it.
 * Patterns without resume points stay as they are.
 */
import ts from 'typescript'
import type { LowerContext } from './context.js'
import { assignTo, keepText, lowerExpression } from './expressions.js'
import { lowerPlace } from './assignments.js'
import type { Piece } from './lowered.js'
import { closeIteration, openIteration, stepIteration } from './iteration.js'
import { assignPattern } from './rewrite.js'

/** Assigns `value` (a settled text) to a declaration's name or pattern. */
export function lowerBinding (name: ts.BindingName, value: Piece, context: LowerContext): void {
  if (ts.isIdentifier(name)) { context.plain([context.target(context.file.scopes.declared.get(name)!), ' = ', value]); return }
  if (!context.file.points.has(name)) { context.plain(assignPattern(name, value, context)); return }
  const source = keepText(value, context)
  if (ts.isArrayBindingPattern(name)) {
    lowerArrayPattern(name, source, name.elements.map(element => ts.isBindingElement(element)
      ? { rest: element.dotDotDotToken !== undefined, initializer: element.initializer, prepare: () => (found: Piece) => lowerBinding(element.name, found, context) }
      : undefined), context)
    return
  }
  context.plain(`$.requireObject(${source})`)
  lowerProperties(source, name.elements.map(element => ({
    key: element.dotDotDotToken !== undefined ? undefined : element.propertyName ?? (element.name as ts.Identifier),
    initializer: element.initializer,
    prepare: () => found => lowerBinding(element.name, found, context)
  })), context)
}

/** Assigns `value` to an assignment's pattern. */
export function lowerAssignmentPattern (pattern: ts.ArrayLiteralExpression | ts.ObjectLiteralExpression, value: Piece, context: LowerContext): void {
  const source = keepText(value, context)
  if (ts.isArrayLiteralExpression(pattern)) {
    lowerArrayPattern(pattern, source, pattern.elements.map(element => {
      if (ts.isOmittedExpression(element)) return undefined
      const { target, initializer } = splitDefault(ts.isSpreadElement(element) ? element.expression : element)
      return { rest: ts.isSpreadElement(element), initializer, prepare: () => assignerOf(target, context) }
    }), context)
    return
  }
  context.plain(`$.requireObject(${source})`)
  lowerProperties(source, pattern.properties.map(property => {
    if (ts.isSpreadAssignment(property)) return { key: undefined, initializer: undefined, prepare: () => assignerOf(property.expression, context) }
    if (ts.isShorthandPropertyAssignment(property)) return { key: property.name, initializer: property.objectAssignmentInitializer, prepare: () => assignerOf(property.name, context) }
    const { target, initializer } = splitDefault((property as ts.PropertyAssignment).initializer)
    return { key: (property as ts.PropertyAssignment).name, initializer, prepare: () => assignerOf(target, context) }
  }), context)
}

interface Part {
  readonly initializer: ts.Expression | undefined
  /** Evaluates the target's parts; the result stores a value there. */
  prepare (): (value: Piece) => void
}

function splitDefault (node: ts.Expression): { target: ts.Expression, initializer: ts.Expression | undefined } {
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) return { target: node.left, initializer: node.right }
  return { target: node, initializer: undefined }
}

function assignerOf (target: ts.Expression, context: LowerContext): (value: Piece) => void {
  if (ts.isArrayLiteralExpression(target) || ts.isObjectLiteralExpression(target)) return value => lowerAssignmentPattern(target, value, context)
  const place = lowerPlace(target, context, true)
  return value => context.plain(place.write(value))
}

/** The value, or the default where it is undefined. */
function withDefault (value: string, initializer: ts.Expression | undefined, context: LowerContext): string {
  if (initializer === undefined) return value
  const then = context.collect(() => assignTo(value, initializer, context))
  context.push({ kind: 'if', test: `${value} === undefined`, then, otherwise: [] })
  return value
}

function lowerProperties (source: string, parts: (Part & { key: ts.PropertyName | undefined })[], context: LowerContext): void {
  const keys: Piece[] = []
  for (const { key, initializer, prepare } of parts) {
    let member: Piece = ''
    if (key !== undefined) {
      if (ts.isComputedPropertyName(key)) {
        const computed = keepText(['$.propertyKey(', lowerExpression(key.expression, context), ')'], context)
        keys.push(computed)
        member = `[${computed}]`
      } else {
        const text = ts.isIdentifier(key) ? JSON.stringify(key.text) : ts.isNumericLiteral(key) ? JSON.stringify(String(Number(key.text))) : key.getText(context.file.source)
        keys.push(text)
        member = ['[', text, ']']
      }
    }
    const store = prepare()
    const value = context.temporary()
    context.plain([value, ' = ', key === undefined ? ['$.restOf(', source, ', [', keys.map((text, index) => [index > 0 ? ', ' : '', text]), '])'] : [source, member]])
    store(withDefault(value, initializer, context))
  }
}

function lowerArrayPattern (node: ts.Node, source: string, parts: (Part & { rest: boolean } | undefined)[], context: LowerContext): void {
  const iteration = openIteration(node, source, false, context)
  const body = context.collect(() => {
    for (const part of parts) {
      const store = part?.prepare()
      const value = context.temporary()
      if (part?.rest === true) {
        context.plain(`${value} = []`)
        const label = context.label('rest')
        const collect = context.collect(() => {
          context.poll(node)
          const item = stepIteration(node, iteration, label, context)
          context.plain(`$.append(${value}, ${item})`)
        })
        context.push({ kind: 'loop', label, test: undefined, update: undefined, body: collect, latch: [], suspends: false })
      } else {
        context.plain(`${value} = undefined`)
        const label = context.label('item')
        context.push({
          kind: 'labeled',
          label,
          body: context.collect(() => {
            context.push({ kind: 'if', test: iteration.done, then: [{ kind: 'break', label }], otherwise: [] })
            context.plain([value, ' = ', stepIteration(node, iteration, label, context)])
          })
        })
      }
      if (part !== undefined) store!(withDefault(value, part.initializer, context))
    }
  })
  const error = context.temporary()
  context.push({ kind: 'try', body, parameter: error, handler: context.collect(() => closeIteration(node, iteration, error, context)) })
  closeIteration(node, iteration, undefined, context)
}
