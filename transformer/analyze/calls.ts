/**
 * Who may poll? The graph of the module's functions that call each other by names that never change.
 *
 * A function that does not loop, and that calls nothing but built-ins and such functions, is *quiet*: it ends soon and cannot
 * recurse. It stays as it is, and its calls are no resume points.
 *
 * Of the others those need a poll at their entry that a recursion may come back to without passing a loop. A recursion that
 * leaves the module, or goes through a value (a method, a callback), comes back by a function that is more than called by name:
 * all of those poll, if a call that leaves can be reached from them. A recursion by names alone polls where it closes.
 */
import ts from 'typescript'
import { isFunctionNode, isLoop, type FunctionNode, type Scopes, type Variable } from './variables.js'

export interface Calls {
  /** A call of a quiet function by its name. */
  isQuiet (call: ts.CallExpression): boolean
  pollsAtEntry (node: FunctionNode): boolean
  /** Nothing is done with the function but to call it by its name: it is never constructed. */
  isOnlyCalled (node: FunctionNode): boolean
}

/** Deeper chains of quiet functions may run long: each can call the next several times. */
const QUIET_DEPTH_MAX = 6

interface Facts {
  /** Loops that poll, await, yield, a class or a call that may lead anywhere. */
  isLoud: boolean
  readonly callees: Set<FunctionNode>
  /** The same for what runs outside of its loops. */
  leaves: boolean
  readonly calleesOutsideLoops: Set<FunctionNode>
}

/** `mayCall`: the node is a call that may run the program's code; `isBrief`: the loop ends soon. */
export function analyzeCalls (scopes: Scopes, mayCall: (node: ts.Node) => boolean, isBrief: (loop: ts.Node) => boolean): Calls {
  const facts = new Map<FunctionNode, Facts>()
  for (const node of scopes.functions.keys()) if (isFunctionNode(node)) facts.set(node, factsOf(node))
  const depths = new Map<FunctionNode, number>()
  const leaving = findLeaving()
  const closing = new Set<FunctionNode>()
  const visited = new Set<FunctionNode>()
  for (const node of facts.keys()) close(node, new Set())
  return {
    isQuiet: call => {
      const callee = calleeOf(call)
      return callee !== undefined && depthOf(callee) <= QUIET_DEPTH_MAX
    },
    pollsAtEntry: node => closing.has(node) || (leaving.has(node) && isValue(node)),
    isOnlyCalled: node => !isValue(node)
  }

  function factsOf (node: FunctionNode): Facts {
    const found: Facts = { isLoud: isSuspendable(node), callees: new Set(), leaves: false, calleesOutsideLoops: new Set() }
    const visit = (child: ts.Node, isInLoop: boolean): void => {
      if (isFunctionNode(child)) {
        if (child.name !== undefined && ts.isComputedPropertyName(child.name)) visit(child.name, isInLoop)
        return
      }
      if (ts.isAwaitExpression(child) || ts.isYieldExpression(child)) found.isLoud = true
      if (ts.isClassLike(child)) { found.isLoud = true; found.leaves = true }
      if (mayCall(child)) {
        const callee = ts.isCallExpression(child) ? calleeOf(child) : undefined
        if (callee === undefined) {
          found.isLoud = true
          if (!isInLoop) found.leaves = true
        } else {
          found.callees.add(callee)
          if (!isInLoop) found.calleesOutsideLoops.add(callee)
        }
      }
      if (!isLoop(child) || isBrief(child)) { ts.forEachChild(child, inner => visit(inner, isInLoop)); return }
      found.isLoud = true
      // What stands in a loop's head once runs once, before the first poll.
      const once = ts.isForStatement(child) ? child.initializer : ts.isForOfStatement(child) || ts.isForInStatement(child) ? child.expression : undefined
      ts.forEachChild(child, inner => visit(inner, isInLoop || inner !== once))
    }
    for (const parameter of node.parameters) visit(parameter, false)
    if (node.body !== undefined) visit(node.body, false)
    return found
  }

  function calleeOf (call: ts.CallExpression): FunctionNode | undefined {
    const variable = ts.isIdentifier(call.expression) ? scopes.resolved.get(call.expression) : undefined
    const node = variable === undefined ? undefined : functionOf(variable)
    // In a block of sloppy code it has two variables.
    return node !== undefined && ts.isFunctionDeclaration(node) && scopes.fromBlocks.has(node) ? undefined : node
  }

  /** How many quiet functions call each other in a row below this one; Infinity if it isn't quiet. */
  function depthOf (node: FunctionNode): number {
    const known = depths.get(node)
    if (known !== undefined) return known
    // Stands while its callees are looked at: whoever comes back to it is recursive.
    depths.set(node, Infinity)
    const { isLoud, callees } = facts.get(node)!
    const depth = isLoud ? Infinity : 1 + Math.max(0, ...[...callees].map(depthOf))
    depths.set(node, depth)
    return depth
  }

  /** Functions from which a call that leaves the module's names can be reached, past no loop. */
  function findLeaving (): Set<FunctionNode> {
    const found = new Set([...facts].filter(([, { leaves }]) => leaves).map(([node]) => node))
    for (let count = -1; count !== found.size;) {
      count = found.size
      for (const [node, { calleesOutsideLoops }] of facts) if ([...calleesOutsideLoops].some(callee => found.has(callee))) found.add(node)
    }
    return found
  }

  /** Marks where a path of calls comes back to itself. */
  function close (node: FunctionNode, path: Set<FunctionNode>): void {
    if (path.has(node)) { closing.add(node); return }
    if (visited.has(node)) return
    visited.add(node)
    path.add(node)
    for (const callee of facts.get(node)!.calleesOutsideLoops) close(callee, path)
    path.delete(node)
  }

  /** More is done with the function than to call it by its name. */
  function isValue (node: FunctionNode): boolean {
    const name = ts.isFunctionDeclaration(node) ? node.name : ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined
    const variable = name === undefined ? undefined : scopes.declared.get(name)
    if (variable === undefined || functionOf(variable) !== node || scopes.fromBlocks.has(node as ts.FunctionDeclaration) || isExported(node)) return true
    return variable.references.some(reference => !ts.isCallExpression(reference.node.parent) || reference.node.parent.expression !== reference.node)
  }
}

/** The function that a name stands for throughout the program. */
export function functionOf ({ kind, reassigned, declaration }: Variable): FunctionNode | undefined {
  if (reassigned || declaration === undefined) return undefined
  const { parent } = declaration
  if (kind === 'function' && ts.isFunctionDeclaration(parent)) return parent
  if (kind !== 'const' || !ts.isVariableDeclaration(parent) || parent.name !== declaration || parent.initializer === undefined) return undefined
  const { initializer } = parent
  return ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer) ? initializer : undefined
}

function isExported (node: FunctionNode): boolean {
  const statement = ts.isFunctionDeclaration(node) ? node : node.parent.parent.parent
  return ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(modifier => modifier.kind === ts.SyntaxKind.ExportKeyword) === true
}

function isSuspendable (node: FunctionNode): boolean {
  return ('asteriskToken' in node && node.asteriskToken !== undefined) ||
    (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(modifier => modifier.kind === ts.SyntaxKind.AsyncKeyword) === true)
}
