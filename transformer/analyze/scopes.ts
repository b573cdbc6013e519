/**
 * Which declaration does each identifier mean? A scope tree over the syntax tree, and facts about each variable that decide
 * its compiled form: who declares it, which functions use it, whether it is ever assigned again.
 *
 * `this`, `arguments` and `new.target` are variables of the nearest function that binds them, since arrow functions capture
 * them like any other variable.
 */
import ts from 'typescript'
import { needsBodyScope } from './body-scope.js'
import { findBlockFunctions } from './block-functions.js'
import { hasUseStrict, isAssignment, isFunctionNode, isImmutable, isLoop, type FunctionNode, type FunctionScope, type Reference, type Scope, type Scopes, type Variable, type VariableKind } from './variables.js'

export * from './variables.js'

export function analyzeScopes (file: ts.SourceFile, isModule: boolean): Scopes {
  const opened = new Map<ts.Node, Scope>()
  const functions = new Map<ts.Node, FunctionScope>()
  const declared = new Map<ts.Node, Variable>()
  const fromBlocks = new Map<ts.FunctionDeclaration, Variable>()
  const resolved = new Map<ts.Node, Variable>()
  const references = new Map<ts.Node, Reference>()
  const names = new Set<string>()
  const globals = new Set<string>()
  const ofModule = new Set<ts.Node>()

  const module: FunctionScope = openFunction(file, undefined, undefined, 'module', isModule || hasUseStrict(file.statements))
  declareStatements(file.statements, module)
  declareBlockFunctions(file.statements, module)
  file.statements.forEach(statement => visit(statement, module))
  return { module, opened, functions, resolved, references, declared, fromBlocks, names, globals, ofModule }

  function openFunction (node: ts.Node, parent: Scope | undefined, outer: FunctionScope | undefined, kind: FunctionScope['kind'], strict: boolean): FunctionScope {
    const scope: { -readonly [K in keyof FunctionScope]: FunctionScope[K] } = {
      node, parent, owner: undefined as unknown as FunctionScope, variables: new Map(), kind, outer, body: undefined, strict, inner: [],
      usesSuper: false, hasDirectEval: false, usesPrivateNames: false
    }
    scope.owner = scope
    outer?.inner.push(scope)
    opened.set(node, scope)
    functions.set(node, scope)
    return scope
  }

  function openBlock (node: ts.Node, parent: Scope): Scope {
    const scope: Scope = { node, parent, owner: parent.owner, variables: new Map() }
    opened.set(node, scope)
    return scope
  }

  function declare (name: string, kind: VariableKind, scope: Scope, declaration: ts.Node | undefined): Variable {
    names.add(name)
    const earlier = scope.variables.get(name)
    if (earlier !== undefined && earlier.kind !== 'own-name') {
      // `var x` again, or a function over a parameter: one variable, assigned more than once.
      if (kind !== 'var' || earlier.kind === 'function') earlier.reassigned = true
      if (declaration !== undefined) declared.set(declaration, earlier)
      return earlier
    }
    const variable: Variable = { name, kind, scope, declaration, references: [], captured: false, reassigned: false, initializedAt: undefined }
    scope.variables.set(name, variable)
    if (declaration !== undefined) declared.set(declaration, variable)
    return variable
  }

  function declarePattern (name: ts.BindingName, kind: VariableKind, scope: Scope): void {
    if (ts.isIdentifier(name)) { declare(name.text, kind, scope, name); return }
    for (const element of name.elements) if (ts.isBindingElement(element)) declarePattern(element.name, kind, scope)
  }

  /** Lexical declarations of a statement list, and var and function declarations below it into the function's scope. */
  function declareStatements (statements: readonly ts.Statement[], scope: Scope): void {
    for (let statement of statements) {
      while (ts.isLabeledStatement(statement)) ({ statement } = statement)
      if (ts.isVariableStatement(statement)) declareList(statement.declarationList, scope)
      else if (ts.isFunctionDeclaration(statement) && statement.name !== undefined) {
        const earlier = scope.variables.get(statement.name.text)
        if (earlier?.kind === 'parameter' || earlier?.kind === 'var') earlier.reassigned = true
        declare(statement.name.text, 'function', scope, statement.name)
      } else if (ts.isClassDeclaration(statement) && statement.name !== undefined) declare(statement.name.text, 'class', scope, statement.name)
      else if (ts.isImportDeclaration(statement)) declareImports(statement, scope)
      hoistVars(statement, scope)
    }
  }

  function declareBlockFunctions (statements: readonly ts.Statement[], scope: FunctionScope): void {
    if (scope.strict) return
    for (const declaration of findBlockFunctions(statements)) {
      const { text } = declaration.name!
      if (scope.variables.get(text)?.kind === 'parameter') continue
      const variable = declare(text, 'var', varScope(scope), undefined)
      variable.reassigned = true
      fromBlocks.set(declaration, variable)
      // `if (x) function f () {}` opens no block of its own: the two are one variable.
      if (ts.isIfStatement(declaration.parent)) declared.set(declaration.name!, variable)
    }
  }

  function declareImports (statement: ts.ImportDeclaration, scope: Scope): void {
    const clause = statement.importClause
    if (clause?.name !== undefined) declare(clause.name.text, 'import', scope, clause.name)
    const bindings = clause?.namedBindings
    if (bindings === undefined) return
    if (ts.isNamespaceImport(bindings)) declare(bindings.name.text, 'import', scope, bindings.name)
    else for (const element of bindings.elements) declare(element.name.text, 'import', scope, element.name)
  }

  function declareList (list: ts.VariableDeclarationList, scope: Scope): void {
    const kind = list.flags & ts.NodeFlags.Const ? 'const' : list.flags & ts.NodeFlags.Let ? 'let' : 'var'
    if (kind === 'var') return
    for (const declaration of list.declarations) declarePattern(declaration.name, kind, scope)
  }

  function varScope (scope: Scope): Scope { return scope.owner.body ?? scope.owner }

  function hoistVars (node: ts.Node, scope: Scope): void {
    if (isFunctionNode(node) || ts.isClassLike(node)) return
    if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped)) {
      for (const declaration of node.declarations) declarePattern(declaration.name, 'var', varScope(scope))
    }
    if (ts.isExpression(node)) return
    ts.forEachChild(node, child => hoistVars(child, scope))
  }

  function refer (node: ts.Node, name: string, scope: Scope, write: boolean): void {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
      let variable = at.variables.get(name)
      if (variable === undefined && at.owner === at && (at.owner.kind === 'function' || at.owner.kind === 'initializer') &&
        (name === 'this' || name === 'arguments' || name === 'new.target')) {
        variable = declare(name, name, at, undefined)
      }
      if (variable === undefined) continue
      const reference: Reference = { node, variable, from: scope.owner, write }
      variable.references.push(reference)
      resolved.set(node, variable)
      references.set(node, reference)
      if (variable.scope.owner !== scope.owner) variable.captured = true
      if (write && !isImmutable(variable)) variable.reassigned = true
      return
    }
    if (name === 'this' || name === 'arguments') ofModule.add(node)
    if (name !== 'this' && name !== 'new.target') globals.add(name)
  }

  function visitFunction (node: FunctionNode, scope: Scope): void {
    const kind = ts.isArrowFunction(node) ? 'arrow' : 'function'
    const strict = scope.owner.strict || (node.body !== undefined && ts.isBlock(node.body) && hasUseStrict(node.body.statements)) || ts.isClassLike(node.parent)
    const functionScope = openFunction(node, scope, scope.owner, kind, strict)
    // Natively in a scope of its own around the function; a parameter or variable of that name replaces it.
    if (ts.isFunctionExpression(node) && node.name !== undefined) declare(node.name.text, 'own-name', functionScope, node.name)
    for (const parameter of node.parameters) declarePattern(parameter.name, 'parameter', functionScope)
    const bodyScope = needsBodyScope(node) ? openBlock(node.body!, functionScope) : functionScope
    if (bodyScope !== functionScope) (functionScope as { body: Scope }).body = bodyScope
    if (node.body !== undefined && ts.isBlock(node.body)) {
      declareStatements(node.body.statements, bodyScope)
      declareBlockFunctions(node.body.statements, functionScope)
    }
    for (const parameter of node.parameters) {
      visitBindingName(parameter.name, functionScope)
      if (parameter.initializer !== undefined) visit(parameter.initializer, functionScope)
    }
    if (node.body === undefined) return
    if (ts.isBlock(node.body)) node.body.statements.forEach(statement => visit(statement, bodyScope))
    else visit(node.body, functionScope)
  }

  function visitClass (node: ts.ClassLikeDeclaration, scope: Scope): void {
    const classScope = openBlock(node, scope)
    if (node.name !== undefined) {
      const own = declare(node.name.text, 'class-name', classScope, undefined)
      resolved.set(node.name, scope.variables.get(node.name.text) ?? own)
    }
    for (const clause of node.heritageClauses ?? []) clause.types.forEach(type => visit(type.expression, classScope))
    for (const member of node.members) {
      if (member.name !== undefined && ts.isComputedPropertyName(member.name)) visit(member.name.expression, classScope)
      if (isFunctionNode(member)) visitFunction(member, classScope)
      else if (ts.isPropertyDeclaration(member)) {
        if (member.initializer === undefined) continue
        const initializer = openFunction(member, classScope, scope.owner, 'initializer', true)
        visit(member.initializer, initializer)
      } else if (ts.isClassStaticBlockDeclaration(member)) {
        const initializer = openFunction(member, classScope, scope.owner, 'initializer', true)
        declareStatements(member.body.statements, initializer)
        member.body.statements.forEach(statement => visit(statement, initializer))
      }
    }
  }

  /** Defaults and computed keys of a pattern that declares; the names themselves are declarations. */
  function visitBindingName (name: ts.BindingName, scope: Scope): void {
    if (ts.isIdentifier(name)) return
    for (const element of name.elements) {
      if (!ts.isBindingElement(element)) continue
      if (element.propertyName !== undefined && ts.isComputedPropertyName(element.propertyName)) visit(element.propertyName.expression, scope)
      visitBindingName(element.name, scope)
      if (element.initializer !== undefined) visit(element.initializer, scope)
    }
  }

  function visitList (list: ts.VariableDeclarationList, scope: Scope): void {
    const isVar = !(list.flags & ts.NodeFlags.BlockScoped)
    for (const declaration of list.declarations) {
      if (isVar) meetCatchParameter(declaration.name, scope)
      visitBindingName(declaration.name, scope)
      if (declaration.initializer !== undefined) visit(declaration.initializer, scope)
      if (!isVar || (declaration.initializer === undefined && !isLoop(list.parent))) continue
      const variable = ts.isIdentifier(declaration.name) ? declared.get(declaration.name) : undefined
      const body = list.parent.parent
      const once = ts.isVariableStatement(list.parent) && (body === scope.owner.node || body.parent === scope.owner.node)
      if (variable !== undefined && once && variable.kind === 'var' && variable.initializedAt === undefined) variable.initializedAt = declaration
      else markAssigned(declaration.name)
    }
  }

  /** `catch (e) { var e = 1 }` declares a `var`, but assigns to the parameter. */
  function meetCatchParameter (name: ts.BindingName, scope: Scope): void {
    if (!ts.isIdentifier(name)) return
    for (let at: Scope | undefined = scope; at !== undefined && at !== scope.owner; at = at.parent) {
      const variable = at.variables.get(name.text)
      if (variable?.kind !== 'catch') continue
      variable.reassigned = true
      declared.set(name, variable)
      return
    }
  }

  function markAssigned (name: ts.BindingName): void {
    if (ts.isIdentifier(name)) { const variable = declared.get(name); if (variable !== undefined) variable.reassigned = true; return }
    for (const element of name.elements) if (ts.isBindingElement(element)) markAssigned(element.name)
  }

  /** Targets of an assignment: identifiers are written, everything else is an ordinary expression. */
  function visitTarget (node: ts.Expression, scope: Scope): void {
    if (ts.isIdentifier(node)) { names.add(node.text); refer(node, node.text, scope, true); return }
    if (ts.isParenthesizedExpression(node)) { visitTarget(node.expression, scope); return }
    if (ts.isArrayLiteralExpression(node)) {
      for (const element of node.elements) visitTarget(ts.isSpreadElement(element) ? element.expression : element, scope)
      return
    }
    if (ts.isObjectLiteralExpression(node)) {
      for (const property of node.properties) {
        if (ts.isShorthandPropertyAssignment(property)) {
          refer(property.name, property.name.text, scope, true)
          if (property.objectAssignmentInitializer !== undefined) visit(property.objectAssignmentInitializer, scope)
        } else if (ts.isPropertyAssignment(property)) {
          if (ts.isComputedPropertyName(property.name)) visit(property.name.expression, scope)
          visitTarget(property.initializer, scope)
        } else if (ts.isSpreadAssignment(property)) visitTarget(property.expression, scope)
      }
      return
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      visitTarget(node.left, scope)
      visit(node.right, scope)
      return
    }
    visit(node, scope)
  }

  function visit (node: ts.Node, scope: Scope): void {
    if (ts.isIdentifier(node)) { names.add(node.text); refer(node, node.text, scope, false); return }
    switch (node.kind) {
      case ts.SyntaxKind.ThisKeyword: refer(node, 'this', scope, false); return
      case ts.SyntaxKind.SuperKeyword: {
        let at: FunctionScope = scope.owner
        while (at.kind === 'arrow' && at.outer !== undefined) { at.usesSuper = true; at = at.outer }
        at.usesSuper = true
        refer(node, 'this', scope, false)
        const home = at.variables.get('home ') ?? declare('home ', 'home', at, undefined)
        home.references.push({ node, variable: home, from: scope.owner, write: false })
        if (at !== scope.owner) home.captured = true
        return
      }
      case ts.SyntaxKind.PrivateIdentifier: {
        for (let at: FunctionScope | undefined = scope.owner; at !== undefined; at = at.outer) at.usesPrivateNames = true
        return
      }
    }
    if (ts.isMetaProperty(node)) { if (node.keywordToken === ts.SyntaxKind.NewKeyword) refer(node, 'new.target', scope, false); return }
    if (isFunctionNode(node)) {
      if (ts.isMethodDeclaration(node) || ts.isGetAccessorDeclaration(node) || ts.isSetAccessorDeclaration(node)) {
        if (ts.isComputedPropertyName(node.name)) visit(node.name.expression, scope)
      }
      visitFunction(node, scope)
      return
    }
    if (ts.isClassLike(node)) { visitClass(node, scope); return }
    if (ts.isPropertyAccessExpression(node)) { visit(node.expression, scope); if (ts.isPrivateIdentifier(node.name)) visit(node.name, scope); return }
    if (ts.isPropertyAssignment(node)) {
      if (ts.isComputedPropertyName(node.name)) visit(node.name.expression, scope)
      visit(node.initializer, scope)
      return
    }
    if (ts.isShorthandPropertyAssignment(node)) { names.add(node.name.text); refer(node.name, node.name.text, scope, false); return }
    if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) { visitTarget(node.left, scope); visit(node.right, scope); return }
    if ((ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) &&
      (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)) { visitTarget(node.operand, scope); return }
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'eval') {
      for (let at: FunctionScope | undefined = scope.owner; at !== undefined; at = at.outer) at.hasDirectEval = true
    }
    if (ts.isVariableDeclarationList(node)) { visitList(node, scope); return }
    if (ts.isLabeledStatement(node)) { visit(node.statement, scope); return }
    if (ts.isBreakOrContinueStatement(node)) return
    if (ts.isImportDeclaration(node)) return
    if (ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier === undefined && node.exportClause !== undefined && ts.isNamedExports(node.exportClause)) {
        for (const element of node.exportClause.elements) {
          const local = element.propertyName ?? element.name
          if (ts.isIdentifier(local)) refer(local, local.text, scope, false)
        }
      }
      return
    }
    if (ts.isBlock(node) || ts.isCaseBlock(node)) {
      const block = openBlock(node, scope)
      if (ts.isBlock(node)) declareStatements(node.statements, block)
      else for (const clause of node.clauses) declareStatements(clause.statements, block)
      ts.forEachChild(node, child => visit(child, block))
      return
    }
    if (ts.isForStatement(node) || ts.isForInStatement(node) || ts.isForOfStatement(node)) { visitFor(node, scope); return }
    if (ts.isCatchClause(node)) {
      const clause = openBlock(node, scope)
      if (node.variableDeclaration !== undefined) {
        declarePattern(node.variableDeclaration.name, 'catch', clause)
        visitBindingName(node.variableDeclaration.name, clause)
      }
      visit(node.block, clause)
      return
    }
    ts.forEachChild(node, child => visit(child, scope))
  }

  function visitFor (node: ts.ForStatement | ts.ForInStatement | ts.ForOfStatement, scope: Scope): void {
    const head = openBlock(node, scope)
    const { initializer } = node
    if (initializer !== undefined && ts.isVariableDeclarationList(initializer)) {
      declareList(initializer, head)
      visitList(initializer, head)
    } else if (initializer !== undefined) {
      if (ts.isForStatement(node)) visit(initializer, head)
      else visitTarget(initializer, head)
    }
    if (ts.isForStatement(node)) {
      if (node.condition !== undefined) visit(node.condition, head)
      if (node.incrementor !== undefined) visit(node.incrementor, head)
    } else visit(node.expression, head)
    visit(node.statement, head)
  }
}
