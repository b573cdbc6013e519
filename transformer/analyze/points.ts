/**
 * Where can a frame stand? Finds the nodes that hold a resume point: a call that may run the program's code, `new`, await,
 * yield, and every loop (its back-edge is a poll). Nested functions are looked at on their own.
 *
 * Calls of built-ins that never call back are left alone. This is a guess from the text (a program may replace Math.max): a
 * wrong guess only makes a capture wait, since the runtime checks the stack against the text before it unwinds.
 */
import ts from 'typescript'
import { analyzeCalls } from './calls.js'
import { counterOf, isBriefLoop, sliceLength, type Counter } from './loops.js'
import { isFunctionNode, isLoop, type FunctionNode, type Scopes } from './scopes.js'

const quietGlobals = new Set(['parseInt', 'parseFloat', 'isNaN', 'isFinite', 'Symbol', 'BigInt', 'Number', 'Boolean', 'encodeURIComponent', 'decodeURIComponent'])
const quietNamespaces = new Map<string, Set<string> | 'all'>([
  ['Math', 'all'], ['Number', 'all'], ['console', 'all'], ['performance', new Set(['now'])],
  ['Date', new Set(['now', 'UTC', 'parse'])], ['String', new Set(['fromCharCode', 'fromCodePoint'])], ['Array', new Set(['isArray', 'of'])],
  ['Object', new Set(['keys', 'values', 'entries', 'create', 'freeze', 'isFrozen', 'seal', 'getPrototypeOf', 'setPrototypeOf', 'defineProperty', 'getOwnPropertyNames', 'getOwnPropertyDescriptor', 'is', 'hasOwn', 'assign'])],
  ['Symbol', new Set(['for', 'keyFor'])], ['Atomics', new Set(['load', 'store', 'add'])]
])
const quietConstructors = new Set([
  'Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Array', 'Object', 'Date', 'RegExp', 'Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError',
  'ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array',
  'BigInt64Array', 'BigUint64Array', 'TextEncoder', 'TextDecoder', 'URL', 'URLSearchParams', 'AbortController'
])
/** Names that programs hardly ever give to methods of their own. */
const quietMethods = new Set(['charCodeAt', 'charAt', 'codePointAt', 'toFixed', 'toPrecision', 'toUpperCase', 'toLowerCase', 'trimStart', 'trimEnd', 'padStart', 'padEnd', 'startsWith', 'endsWith', 'hasOwnProperty', 'toISOString', 'getTime'])

export interface Points {
  /** A resume point lies in the node, nested functions left out. */
  has (node: ts.Node | undefined): boolean
  /** The node itself is a call (or `new`, or a tagged template) at which a frame can stand. */
  isCall (node: ts.Node): boolean
  /** An await, yield or `for await` lies in the node: its loops cannot run as plain structured code. */
  suspends (node: ts.Node): boolean
  /** A poll stands at the function's entry. */
  pollsAtEntry (node: FunctionNode): boolean
  /** It is never constructed. */
  isOnlyCalled (node: FunctionNode): boolean
  /** All polls are wanted, wherever they could stand. */
  readonly isDense: boolean
  /**
   * How many iterations of the loop run between two polls, and by which counter they are cut; undefined where each polls. For
   * `for of` this is said of its loop over arrays.
   */
  sliceOf (node: ts.IterationStatement): Slicing | undefined
  /** A return, or a break or continue that leaves the node, lies in it. */
  escapes (node: ts.Node): boolean
}

export interface Slicing {
  readonly iterations: number
  readonly counter: Counter | undefined
}

export function analyzePoints (file: ts.SourceFile, scopes: Scopes, isDense: boolean): Points {
  const holders = new Set<ts.Node>()
  const suspending = new Set<ts.Node>()
  const escaping = new Map<ts.Node, boolean>()
  const isBrief = (node: ts.Node): boolean => !isDense && isBriefLoop(node, scopes)
  const calls = analyzeCalls(scopes, mayCall, isBrief)
  visit(file)
  return {
    has: node => node !== undefined && holders.has(node),
    isCall,
    suspends: node => suspending.has(node),
    pollsAtEntry: node => isDense ? callsAnything(node) : calls.pollsAtEntry(node),
    isOnlyCalled: calls.isOnlyCalled,
    isDense,
    sliceOf,
    escapes
  }

  function visit (node: ts.Node): void {
    let holds = isCall(node) || (isLoop(node) && !isBrief(node)) || ts.isAwaitExpression(node) || ts.isYieldExpression(node)
    let suspends = ts.isAwaitExpression(node) || ts.isYieldExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined)
    ts.forEachChild(node, child => {
      visit(child)
      if (belongsToFunction(child, node)) return
      if (holders.has(child)) holds = true
      if (suspending.has(child)) suspends = true
    })
    if (holds) holders.add(node)
    if (suspends) suspending.add(node)
  }

  /** Function bodies and what a class runs by itself are code of their own; computed keys and heritage are the surrounding code's. */
  function belongsToFunction (child: ts.Node, parent: ts.Node): boolean {
    if (isFunctionNode(parent)) return !(child === (parent as { name?: ts.Node }).name && ts.isComputedPropertyName(child))
    if (ts.isPropertyDeclaration(parent)) return child === parent.initializer
    return ts.isClassStaticBlockDeclaration(parent)
  }

  function isGlobal (node: ts.Expression): node is ts.Identifier {
    return ts.isIdentifier(node) && !scopes.resolved.has(node)
  }

  function isCall (node: ts.Node): boolean {
    return mayCall(node) && (isDense || !ts.isCallExpression(node) || !calls.isQuiet(node))
  }

  /** A function that calls nothing cannot recurse. */
  function callsAnything (node: FunctionNode): boolean {
    const visitBody = (child: ts.Node): boolean => !isFunctionNode(child) && (isCall(child) || ts.forEachChild(child, inner => visitBody(inner) || undefined) === true)
    return node.body !== undefined && visitBody(node.body)
  }

  function sliceOf (node: ts.IterationStatement): Slicing | undefined {
    if (isDense || holders.has(node.statement)) return undefined
    const heads = ts.isForStatement(node) ? [node.condition, node.incrementor] : ts.isForInStatement(node) || ts.isForOfStatement(node) ? [node.initializer] : [(node as ts.WhileStatement | ts.DoStatement).expression]
    if (heads.some(head => head !== undefined && holders.has(head))) return undefined
    const iterations = sliceLength(node, scopes)
    return iterations > 1 ? { iterations, counter: ts.isForStatement(node) ? counterOf(node, scopes) : undefined } : undefined
  }

  function mayCall (node: ts.Node): boolean {
    if (ts.isTaggedTemplateExpression(node)) return true
    if (ts.isNewExpression(node)) return !(isGlobal(node.expression) && quietConstructors.has(node.expression.text))
    if (!ts.isCallExpression(node)) return false
    const callee = node.expression
    if (callee.kind === ts.SyntaxKind.ImportKeyword) return false
    if (isGlobal(callee)) return !quietGlobals.has(callee.text) && callee.text !== 'eval'
    if (!ts.isPropertyAccessExpression(callee) || node.questionDotToken !== undefined || callee.questionDotToken !== undefined) return true
    if (isGlobal(callee.expression)) {
      const members = quietNamespaces.get(callee.expression.text)
      if (members === 'all' || members?.has(callee.name.text) === true) return false
    }
    return !quietMethods.has(callee.name.text)
  }

  function escapes (node: ts.Node): boolean {
    let known = escaping.get(node)
    if (known === undefined) escaping.set(node, known = leaves(node, node, []))
    return known
  }

  function leaves (node: ts.Node, root: ts.Node, inside: ts.Node[]): boolean {
    if (ts.isReturnStatement(node)) return true
    if (ts.isBreakOrContinueStatement(node)) return !inside.some(target => isTarget(node, target))
    if (isFunctionNode(node) || ts.isClassLike(node) || ts.isExpression(node)) return false
    const enclosing = isLoop(node) || ts.isSwitchStatement(node) || ts.isLabeledStatement(node) ? [...inside, node] : inside
    return ts.forEachChild(node, child => leaves(child, root, enclosing) || undefined) === true
  }
}

/** Does this jump, as text, go to the statement? */
export function isTarget (jump: ts.BreakOrContinueStatement, statement: ts.Node): boolean {
  if (jump.label !== undefined) {
    if (ts.isLabeledStatement(statement)) return statement.label.text === jump.label.text
    return false
  }
  return isLoop(statement) || (ts.isSwitchStatement(statement) && ts.isBreakStatement(jump))
}
