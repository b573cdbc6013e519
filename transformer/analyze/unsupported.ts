/** Finds what cannot be compiled; a file that holds any of it is left native. */
import ts from 'typescript'
import { isFunctionNode } from './scopes.js'
import { CompileDiagnostic } from '../diagnostics.js'

export function findUnsupported (file: ts.SourceFile, fileName: string, strict: boolean): CompileDiagnostic[] {
  const found: CompileDiagnostic[] = []
  const severity = strict ? 'error' : 'warning'
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword && isInArrow(node)) found.push(new CompileDiagnostic(severity, 'RP1004', file, node, fileName))
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'eval') found.push(new CompileDiagnostic(severity, 'RP1001', file, node, fileName))
    else if (ts.isWithStatement(node)) found.push(new CompileDiagnostic(severity, 'RP1002', file, node, fileName))
    else if (ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression) && node.expression.text === 'use asm') found.push(new CompileDiagnostic(severity, 'RP1003', file, node, fileName))
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
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
