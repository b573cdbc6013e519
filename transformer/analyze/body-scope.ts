/**
 * Parameters with expressions have a scope of their own (ECMAScript, FunctionDeclarationInstantiation): a closure in a default
 * sees the parameters and not the variables of the body. That shows only where such a closure is, so only there the body
 * gets a scope beside theirs.
 */
import ts from 'typescript'
import { isFunctionNode, type FunctionNode } from './variables.js'

export function needsBodyScope (node: FunctionNode): boolean {
  return node.body !== undefined && ts.isBlock(node.body) && node.parameters.some(parameter => holdsClosure(parameter)) && declaresVar(node.body)
}

function holdsClosure (node: ts.Node): boolean {
  return isFunctionNode(node) || ts.isClassLike(node) || ts.forEachChild(node, child => holdsClosure(child) || undefined) === true
}

function declaresVar (node: ts.Node): boolean {
  if (ts.isFunctionDeclaration(node)) return true
  if (ts.isExpression(node) || ts.isClassLike(node)) return false
  if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped)) return true
  return ts.forEachChild(node, child => declaresVar(child) || undefined) === true
}
