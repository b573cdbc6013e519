/**
 * Where loops poll. An iteration that holds a resume point polls, since what it calls may run long. Of the others,
 *
 *     brief   a counter from one constant to another, few steps: never polls, is left as it stands
 *     sliced  the rest: runs in slices of some thousand iterations and polls after each, so that a loop that ends within its
 *             first slice costs no poll, and one that goes on costs nothing in its body
 *
 * With `polls: 'all'` every iteration polls.
 */
import ts from 'typescript'
import { isLoop, type Scopes, type Variable } from './variables.js'

/** A loop of fewer characters, each step's text counted once, ends soon: some hundred microseconds. */
const BRIEF_CHARACTERS_MAX = 100_000
const SLICE_CHARACTERS = 200_000

export interface Counter {
  readonly variable: Variable
  /** Constant step, not 0. */
  readonly step: number
  /** `<`, `<=`, `>` or `>=`. */
  readonly operator: string
  readonly limit: ts.Expression
  /** The limit is a number whatever the program does. */
  readonly isNumber: boolean
}

/** How many iterations run between two polls; 1: each polls. */
export function sliceLength (node: ts.IterationStatement, scopes: Scopes): number {
  const characters = 10 + charactersOf(node.statement, scopes)
  return Math.max(1, Math.min(10_000, Math.floor(SLICE_CHARACTERS / characters)))
}

/** The loop ends after few steps, unless a call in it does not return. */
export function isBriefLoop (node: ts.Node, scopes: Scopes): boolean {
  return ts.isForStatement(node) && charactersOf(node, scopes) <= BRIEF_CHARACTERS_MAX
}

/** The loop's text, as often as it runs; Infinity where that is not known. */
function charactersOf (node: ts.Node, scopes: Scopes): number {
  if (isLoop(node)) {
    if (!ts.isForStatement(node)) return Infinity
    const steps = stepsOf(node, scopes)
    return steps === undefined ? Infinity : steps * (10 + charactersOf(node.statement, scopes))
  }
  let characters = node.end - node.pos
  ts.forEachChild(node, child => {
    const inner = charactersOf(child, scopes)
    const outer = child.end - child.pos
    if (inner > outer) characters += inner - outer
  })
  return characters
}

function stepsOf (node: ts.ForStatement, scopes: Scopes): number | undefined {
  const counter = counterOf(node, scopes)
  if (counter === undefined || !counter.isNumber || node.initializer === undefined || !ts.isVariableDeclarationList(node.initializer)) return undefined
  const declaration = node.initializer.declarations.find(({ name }) => scopes.declared.get(name) === counter.variable)
  const start = declaration?.initializer === undefined ? undefined : constantOf(declaration.initializer, scopes)
  const end = constantOf(counter.limit, scopes)
  if (start === undefined || end === undefined) return undefined
  return Math.max(0, Math.ceil((end - start) / counter.step) + 1)
}

/**
 * `for (…; i < limit; i += step)`: the counter is a local that nothing but the update changes, the limit a name or a number
 * that does not change.
 */
export function counterOf (node: ts.ForStatement, scopes: Scopes): Counter | undefined {
  const { condition, incrementor } = node
  if (condition === undefined || incrementor === undefined || !ts.isBinaryExpression(condition)) return undefined
  const step = stepOf(incrementor)
  if (step === undefined || !ts.isIdentifier(condition.left) || condition.left.text !== step.name.text) return undefined
  switch (condition.operatorToken.kind) {
    case ts.SyntaxKind.LessThanToken: case ts.SyntaxKind.LessThanEqualsToken: if (step.by <= 0) return undefined; break
    case ts.SyntaxKind.GreaterThanToken: case ts.SyntaxKind.GreaterThanEqualsToken: if (step.by >= 0) return undefined; break
    default: return undefined
  }
  const variable = scopes.resolved.get(condition.left)
  if (variable === undefined || variable.kind === 'import' || variable !== scopes.resolved.get(step.name)) return undefined
  // Captured: a call may change it. At the top of the module a function sees it.
  if (variable.captured || variable.scope === scopes.module || isAssignedIn(node.statement, variable)) return undefined
  const isNumber = constantOf(condition.right, scopes) !== undefined
  if (!isNumber) {
    const limit = ts.isIdentifier(condition.right) ? scopes.resolved.get(condition.right) : undefined
    if (limit === undefined || limit === variable || !isUnchanged(limit, node, scopes)) return undefined
  }
  return { variable, step: step.by, operator: ts.tokenToString(condition.operatorToken.kind)!, limit: condition.right, isNumber }
}

/** A variable that keeps its value while the loop runs. */
function isUnchanged (variable: Variable, loop: ts.ForStatement, scopes: Scopes): boolean {
  const { owner } = variable.scope
  // `arguments[0] = …` of sloppy code.
  if (variable.kind === 'parameter' && !owner.strict && owner.variables.has('arguments')) return false
  if (!variable.reassigned && (variable.kind === 'const' || variable.kind === 'parameter')) return true
  if (variable.captured || variable.scope === scopes.module || variable.kind === 'import') return false
  return (variable.kind === 'let' || variable.kind === 'var' || variable.kind === 'const' || variable.kind === 'parameter') && !isAssignedIn(loop, variable)
}

const isAssignedIn = (node: ts.Node, variable: Variable): boolean =>
  variable.references.some(reference => reference.write && reference.node.pos >= node.pos && reference.node.end <= node.end) ||
  (variable.declaration !== undefined && variable.kind === 'var' && variable.declaration.pos >= node.pos && variable.declaration.end <= node.end)

function stepOf (node: ts.Expression): { name: ts.Identifier, by: number } | undefined {
  if ((ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) && ts.isIdentifier(node.operand)) {
    if (node.operator === ts.SyntaxKind.PlusPlusToken) return { name: node.operand, by: 1 }
    if (node.operator === ts.SyntaxKind.MinusMinusToken) return { name: node.operand, by: -1 }
  }
  if (!ts.isBinaryExpression(node) || !ts.isIdentifier(node.left) || !ts.isNumericLiteral(node.right)) return undefined
  const by = Number(node.right.text)
  if (by === 0) return undefined
  switch (node.operatorToken.kind) {
    case ts.SyntaxKind.PlusEqualsToken: return { name: node.left, by }
    case ts.SyntaxKind.MinusEqualsToken: return { name: node.left, by: -by }
    default: return undefined
  }
}

/** The value of a number, or of a constant that is one. */
function constantOf (node: ts.Expression, scopes: Scopes): number | undefined {
  if (ts.isNumericLiteral(node)) return Number(node.text)
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken && ts.isNumericLiteral(node.operand)) return -Number(node.operand.text)
  if (!ts.isIdentifier(node)) return undefined
  const variable = scopes.resolved.get(node)
  if (variable?.kind !== 'const' || variable.declaration === undefined || !ts.isVariableDeclaration(variable.declaration.parent)) return undefined
  const { initializer } = variable.declaration.parent
  return initializer !== undefined && ts.isNumericLiteral(initializer) && ts.isIdentifier(variable.declaration.parent.name) ? Number(initializer.text) : undefined
}
