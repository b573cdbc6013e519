/**
 * Finds what cannot be compiled. The outermost function that holds it is left native, text and all; the whole file is, where
 * no function does, or where that function stands among variables of a block, which would have moved away from it.
 */
import ts from 'typescript'
import { isFunctionNode, isLoop, type FunctionNode } from './scopes.js'
import { CompileDiagnostic } from '../diagnostics.js'
import type { DiagnosticCode } from '../../runtime/diagnostics/catalogue.js'

export interface Unsupported {
  readonly diagnostics: readonly CompileDiagnostic[]
  /** Functions of the module's top that stay as they are. */
  readonly natives: ReadonlySet<ts.Node>
  readonly wholeFile: boolean
}

export function findUnsupported (file: ts.SourceFile, fileName: string, strict: boolean): Unsupported {
  const diagnostics: CompileDiagnostic[] = []
  const natives = new Set<ts.Node>()
  let wholeFile = false
  const visit = (node: ts.Node): void => {
    const code = codeOf(node)
    if (code !== undefined) {
      diagnostics.push(new CompileDiagnostic(strict ? 'error' : 'warning', code, file, node, fileName))
      const native = outermostFunction(node)
      if (native === undefined) wholeFile = true
      else natives.add(native)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return { diagnostics, natives, wholeFile }
}

function codeOf (node: ts.Node): DiagnosticCode | undefined {
  if (ts.isWithStatement(node)) return 'RP1002'
  if (ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression) && node.expression.text === 'use asm') return 'RP1003'
  if (!ts.isCallExpression(node)) return undefined
  if (node.expression.kind === ts.SyntaxKind.SuperKeyword && isInArrow(node)) return 'RP1004'
  return ts.isIdentifier(node.expression) && node.expression.text === 'eval' ? 'RP1001' : undefined
}

function outermostFunction (node: ts.Node): FunctionNode | undefined {
  let outermost: FunctionNode | undefined
  let isAmongVariables = false
  for (let at = node; !ts.isSourceFile(at); at = at.parent) {
    if (isFunctionNode(at)) { outermost = at; isAmongVariables = false }
    else if (ts.isBlock(at) || isLoop(at) || ts.isCaseBlock(at) || ts.isCatchClause(at) || ts.isClassStaticBlockDeclaration(at) || ts.isPropertyDeclaration(at)) isAmongVariables = true
  }
  return isAmongVariables ? undefined : outermost
}

/** `super()` in an arrow function of the constructor: the arrow cannot leave it. */
function isInArrow (node: ts.Node): boolean {
  let at = node
  while (!ts.isArrowFunction(at)) {
    if (isFunctionNode(at) || at.parent === undefined) return false
    at = at.parent
  }
  return true
}
