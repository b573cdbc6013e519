/**
 * Functions declared in blocks of sloppy code (ECMAScript, B.3.2): each is a variable of its block, and, where `var` of that name
 * would be no error, a `var` of the function too, which gets the value when the declaration's turn comes.
 */
import ts from 'typescript'

/** The declarations in nested blocks that also make a `var`. `statements`: the body of a sloppy function or script. */
export function findBlockFunctions (statements: readonly ts.Statement[]): ts.FunctionDeclaration[] {
  const found: ts.FunctionDeclaration[] = []
  const top = lexicalNames(statements, false)
  for (const statement of statements) visit(statement, [top])
  return found

  function visit (node: ts.Node, around: readonly Set<string>[]): void {
    if (ts.isExpression(node) || ts.isClassLike(node)) return
    if (ts.isFunctionDeclaration(node)) {
      const isNested = !ts.isLabeledStatement(node.parent) && (around.length > 1 || ts.isIfStatement(node.parent))
      // The innermost set is the function's own block, which declares it.
      const outer = ts.isIfStatement(node.parent) ? around : around.slice(0, -1)
      const { name } = node
      if (isNested && name !== undefined && isOrdinary(node) && !outer.some(names => names.has(name.text))) found.push(node)
      return
    }
    ts.forEachChild(node, child => visit(child, [...around, ...namesOf(node)]))
  }
}

/** What a node declares for the statements in it; a simple catch parameter does not stand in the way of `var`. */
function namesOf (node: ts.Node): Set<string>[] {
  if (ts.isBlock(node)) return [lexicalNames(node.statements, true)]
  if (ts.isCaseBlock(node)) return [lexicalNames(node.clauses.flatMap(clause => [...clause.statements]), true)]
  if (ts.isForStatement(node) || ts.isForInStatement(node) || ts.isForOfStatement(node)) {
    const { initializer } = node
    return initializer !== undefined && ts.isVariableDeclarationList(initializer) && initializer.flags & ts.NodeFlags.BlockScoped ? [boundNames(initializer)] : []
  }
  if (ts.isCatchClause(node) && node.variableDeclaration !== undefined && !ts.isIdentifier(node.variableDeclaration.name)) {
    const names = new Set<string>()
    addNames(node.variableDeclaration.name, names)
    return [names]
  }
  return []
}

function lexicalNames (statements: readonly ts.Statement[], isBlock: boolean): Set<string> {
  const names = new Set<string>()
  for (const statement of statements) {
    if (ts.isVariableStatement(statement) && statement.declarationList.flags & ts.NodeFlags.BlockScoped) for (const name of boundNames(statement.declarationList)) names.add(name)
    else if (ts.isClassDeclaration(statement) && statement.name !== undefined) names.add(statement.name.text)
    else if (isBlock && ts.isFunctionDeclaration(statement) && statement.name !== undefined) names.add(statement.name.text)
  }
  return names
}

function boundNames (list: ts.VariableDeclarationList): Set<string> {
  const names = new Set<string>()
  for (const declaration of list.declarations) addNames(declaration.name, names)
  return names
}

function addNames (name: ts.BindingName, names: Set<string>): void {
  if (ts.isIdentifier(name)) { names.add(name.text); return }
  for (const element of name.elements) if (ts.isBindingElement(element)) addNames(element.name, names)
}

/** Async functions and generators stay in their block. */
const isOrdinary = (node: ts.FunctionDeclaration): boolean => node.asteriskToken === undefined && node.modifiers === undefined
