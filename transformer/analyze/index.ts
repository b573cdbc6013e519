/**
 * Requires: a syntax tree of plain JavaScript with parents set. Guarantees: every identifier is resolved, every node that must
 * be taken apart is known, and no two variables of a function that will share its scope have the same emitted name.
 */
import ts from 'typescript'
import { Names } from '../lower/context.js'
import { analyzeCaptured, type Captured } from './captured.js'
import { analyzePoints, type Points } from './points.js'
import { analyzeScopes, isFunctionNode, type FunctionScope, type Scopes, type Variable } from './scopes.js'

export interface Analysis {
  readonly scopes: Scopes
  readonly points: Points
  readonly captured: Captured
  /** Functions of the module's top whose text stays as it is. */
  readonly natives: ReadonlySet<ts.Node>
  readonly names: Names
  needsLowering (node: ts.Node): boolean
}

export function analyze (file: ts.SourceFile, isModule: boolean, natives: ReadonlySet<ts.Node>, polls: 'all' | 'sparse' = 'sparse'): Analysis {
  const scopes = analyzeScopes(file, isModule)
  const points = analyzePoints(file, scopes, polls === 'all')
  const captured = analyzeCaptured(scopes)
  const holders = findHolders(file, scopes, captured)
  const needsLowering = (node: ts.Node): boolean => points.has(node) || holders.has(node)
  const names = new Names([...scopes.names, ...scopes.globals])
  renameConflicts(scopes, captured, node => needsLowering(node) || points.escapes(node), names)
  return { scopes, points, captured, natives, names, needsLowering }
}

/** Nodes around shared variables and nested declarations: they need statements of their own, resume point or not. */
function findHolders (file: ts.SourceFile, scopes: Scopes, captured: Captured): Set<ts.Node> {
  const holders = new Set<ts.Node>()
  const mark = (node: ts.Node | undefined): void => {
    for (let at = node; at !== undefined && !isFunctionNode(at) && !holders.has(at); at = at.parent) holders.add(at)
  }
  for (const [node, scope] of scopes.opened) {
    if (ts.isBlock(node) && isFunctionNode(node.parent)) holders.add(node)
    if (captured.boxedIn(scope).length === 0) continue
    if (isFunctionNode(node)) { if (node.body !== undefined) holders.add(node.body) } else mark(node)
  }
  const visit = (node: ts.Node): void => {
    if ((ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) && node.parent !== file) mark(node.parent)
    ts.forEachChild(node, visit)
  }
  visit(file)
  holders.delete(file)
  return holders
}

/** Block-scoped variables that are hoisted must not meet another variable, or a global, that the function means by that name. */
function renameConflicts (scopes: Scopes, captured: Captured, isTakenApart: (node: ts.Node) => boolean, names: Names): void {
  const used = new Map<FunctionScope, Map<string, Set<Variable>>>()
  for (const scope of scopes.functions.values()) used.set(scope, new Map())
  for (const reference of scopes.references.values()) {
    const { variable } = reference
    for (let at: FunctionScope | undefined = reference.from; at !== undefined; at = at.outer) {
      const byName = used.get(at)!
      const set = byName.get(variable.name)
      if (set === undefined) byName.set(variable.name, new Set([variable]))
      else set.add(variable)
      if (at === variable.scope.owner) break
    }
  }
  for (const scope of scopes.opened.values()) {
    const { owner } = scope
    for (const variable of scope.variables.values()) {
      if (variable.kind === 'this' || variable.kind === 'arguments' || variable.kind === 'new.target' || variable.kind === 'home' || variable.kind === 'class-name' || variable.kind === 'own-name') continue
      if (captured.isBoxed(variable)) continue
      const isNested = scope !== owner && isTakenApart(scope.node)
      if (!isNested) continue
      const byName = used.get(owner)!
      const others = byName.get(variable.name)
      const clash = scopes.globals.has(variable.name) || owner.variables.has(variable.name) || (others !== undefined && (others.size > 1 || !others.has(variable)))
      if (clash) names.rename(variable)
      else if (others === undefined) byName.set(variable.name, new Set([variable]))
    }
  }
}
