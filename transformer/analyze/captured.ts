/**
 * Which variables do closures share, and in what form? A captured variable that never changes after the closure is made is
 * handed to the closure's factory as a value. Any other is *boxed*: it lives in the scope object of its scope, and the scope
 * object is what the factory gets.
 */
import ts from 'typescript'
import { type FunctionScope, type Reference, type Scope, type Scopes, type Variable } from './scopes.js'

/** What a factory's parameter stands for. */
export type Capture = Variable | Scope

export interface Captured {
  isBoxed (variable: Variable): boolean
  /** A boxed variable that may be read before it is initialised: each read is checked. */
  isChecked (variable: Variable): boolean
  boxedIn (scope: Scope): readonly Variable[]
  /** What a function needs from the functions around it, in a fixed order. */
  capturesOf (scope: FunctionScope): readonly Capture[]
  /** Names that the function's own text holds (its own, its class's), which a machine elsewhere must get from the frame. */
  ownNamesOf (scope: FunctionScope): readonly Variable[]
  /** Lives at the top of the module, where every function sees it. */
  isModuleLevel (variable: Variable): boolean
}

export const isScope = (capture: Capture): capture is Scope => 'variables' in capture

export function analyzeCaptured (scopes: Scopes): Captured {
  const boxed = new Map<Variable, { checked: boolean }>()
  const boxedByScope = new Map<Scope, Variable[]>()
  const captures = new Map<FunctionScope, Set<Capture>>()
  /** Not shared, but used above its declaration. */
  const readEarly = new Set<Variable>()
  for (const scope of scopes.opened.values()) for (const variable of scope.variables.values()) decide(variable)
  const ownNames = new Map<FunctionScope, Set<Variable>>()
  for (const scope of scopes.functions.values()) {
    captures.set(scope, new Set())
    const own = [...scope.variables.values()].filter(variable => variable.kind === 'own-name' && variable.references.length > 0)
    ownNames.set(scope, new Set(own))
  }
  for (const scope of scopes.opened.values()) for (const variable of scope.variables.values()) spread(variable)
  const ordered = new Map<FunctionScope, readonly Capture[]>()
  for (const [scope, set] of captures) ordered.set(scope, [...set])
  return {
    isBoxed: variable => boxed.has(variable),
    isChecked: variable => boxed.get(variable)?.checked === true || readEarly.has(variable),
    boxedIn: scope => boxedByScope.get(scope) ?? [],
    ownNamesOf: scope => [...ownNames.get(scope) ?? []],
    capturesOf: scope => ordered.get(scope) ?? [],
    isModuleLevel
  }

  function isModuleLevel (variable: Variable): boolean {
    if (variable.scope === scopes.module) return true
    // The inner name of a class at the top of the module means the class.
    if (variable.kind !== 'class-name' || !ts.isClassDeclaration(variable.scope.node) || variable.scope.parent !== scopes.module) return false
    const outer = scopes.module.variables.get(variable.name)
    // While static initialisers run, only the inner name is there.
    const inStatic = variable.references.some(({ from }) => isInStaticInitializer(from, variable.scope.node))
    return outer !== undefined && !outer.reassigned && !inStatic
  }

  function decide (variable: Variable): void {
    if (isModuleLevel(variable)) return
    const isLexical = variable.kind === 'let' || variable.kind === 'const' || variable.kind === 'class'
    const { node } = variable.scope
    const clause = isLexical ? clauseOf(variable.declaration!, node) : undefined
    const isReadEarly = isLexical && variable.references.some(reference =>
      (reference.from === variable.scope.owner && reference.node.pos < declarationOf(variable).end) || clauseOf(reference.node, node) !== clause)
    if (isReadEarly) readEarly.add(variable)
    if (!variable.captured) return
    const early = capturingReferences(variable).some(reference => mayRunBeforeInitialization(variable, reference) || clauseOf(reference.node, node) !== clause)
    if (!variable.reassigned && !early) return
    boxed.set(variable, { checked: early && isLexical })
    const list = boxedByScope.get(variable.scope)
    if (list === undefined) boxedByScope.set(variable.scope, [variable])
    else list.push(variable)
  }

  function capturingReferences (variable: Variable): Reference[] {
    return variable.references.filter(reference => reference.from !== variable.scope.owner)
  }

  /** May the closure that holds the reference be made before the variable has its value? */
  function mayRunBeforeInitialization (variable: Variable, reference: Reference): boolean {
    switch (variable.kind) {
      case 'parameter': case 'this': case 'arguments': case 'new.target': case 'home': case 'own-name': case 'class-name': case 'import': return false
      case 'var': if (variable.initializedAt === undefined) return false
    }
    const closure = closureIn(variable.scope.owner, reference.from)
    const hoistedIn = ts.isFunctionDeclaration(closure) ? closure.parent : undefined
    const madeAt = hoistedIn === undefined ? closure.getStart() : hoistedIn.pos
    if (variable.kind === 'function') return hoistedIn !== undefined && variable.declaration!.parent !== closure && hoistedIn.pos <= variable.declaration!.parent.parent.pos
    const declaration = variable.kind === 'var' ? variable.initializedAt! : declarationOf(variable)
    // `const f = () => f()`: the closure is the value itself, and calls itself by its own name.
    // The methods of an object or a class have no such name.
    const isOneFunction = ts.isArrowFunction(closure) || ts.isFunctionExpression(closure)
    if (isOneFunction && variable.kind !== 'var' && ts.isVariableDeclaration(declaration) && declaration.initializer === closure && !variable.reassigned) return false
    return madeAt < declaration.end
  }

  function declarationOf (variable: Variable): ts.Node {
    let node = variable.declaration!.parent
    while (ts.isBindingElement(node) || ts.isObjectBindingPattern(node) || ts.isArrayBindingPattern(node)) node = node.parent
    // The variable of a for-of head has its value when the body begins.
    return ts.isVariableDeclaration(node) && (ts.isForOfStatement(node.parent.parent) || ts.isForInStatement(node.parent.parent)) ? node : node
  }

  /** Every function between the variable's owner and a use must pass the variable (or its scope object) on. */
  function spread (variable: Variable): void {
    if (!variable.captured || isModuleLevel(variable)) return
    const isBox = boxed.has(variable)
    const capture: Capture = isBox ? variable.scope : variable
    for (const reference of capturingReferences(variable)) {
      for (let at: FunctionScope | undefined = reference.from; at !== undefined && at !== variable.scope.owner; at = at.outer) {
        if (!isBox && seesByItself(at.node, variable)) { ownNames.get(at)!.add(variable); break }
        captures.get(at)!.add(capture)
      }
    }
  }
}

/** The clause of a switch that holds the node: another clause may run without this one. */
function clauseOf (node: ts.Node, caseBlock: ts.Node): ts.Node | undefined {
  if (!ts.isCaseBlock(caseBlock)) return undefined
  let at = node
  while (at.parent !== caseBlock) at = at.parent
  return at
}

function isInStaticInitializer (scope: FunctionScope, type: ts.Node): boolean {
  for (let at: FunctionScope | undefined = scope; at !== undefined; at = at.outer) {
    const { node } = at
    if (node.parent !== type) continue
    return ts.isClassStaticBlockDeclaration(node) || (ts.isPropertyDeclaration(node) && ts.getModifiers(node)?.some(modifier => modifier.kind === ts.SyntaxKind.StaticKeyword) === true)
  }
  return false
}

/** Members see their class's name, a function its own: the factory's text holds the name. */
function seesByItself (node: ts.Node, variable: Variable): boolean {
  if (variable.kind === 'class-name') return node.parent === variable.scope.node
  if (variable.kind === 'function') return node === variable.declaration?.parent
  return variable.declaration !== undefined && ts.isVariableDeclaration(variable.declaration.parent) && variable.declaration.parent.initializer === node
}

/** The function directly inside `owner` that holds `inner`. */
function closureIn (owner: FunctionScope, inner: FunctionScope): ts.Node {
  let at = inner
  while (at.outer !== undefined && at.outer !== owner) at = at.outer
  const { node } = at
  return ts.isPropertyDeclaration(node) || ts.isClassStaticBlockDeclaration(node) || ts.isMethodDeclaration(node) || ts.isConstructorDeclaration(node) ||
    ts.isGetAccessorDeclaration(node) || ts.isSetAccessorDeclaration(node)
    ? node.parent
    : node
}
