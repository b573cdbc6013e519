/**
 * By what is code recognised as unchanged? By its syntax tree: comments, line breaks, blanks and quotes do not count, so that a
 * formatter makes no difference.
 *
 *     full      the node with all that is in it
 *     hollow    what runs when the node is reached: functions in it are only known to be there, members of classes by their keys
 *
 * A nested function stands in its outer one's digest by its own, so that the whole file is walked once.
 */
import { createHash } from 'node:crypto'
import ts from 'typescript'
import { isFunctionNode } from './scopes.js'

export interface Digests {
  full (node: ts.Node): string
  hollow (node: ts.Node): string
}

/** 72 bits. */
const DIGEST_LENGTH = 12

export const digestOf = (text: string, length = DIGEST_LENGTH): string => createHash('sha256').update(text).digest('base64url').slice(0, length)

export function analyzeDigests (): Digests {
  const known = new Map<ts.Node, string>()

  function full (node: ts.Node): string {
    let digest = known.get(node)
    if (digest === undefined) known.set(node, digest = digestOf(write(node, false)))
    return digest
  }

  function write (root: ts.Node, isHollow: boolean): string {
    let text = ''
    const visit = (node: ts.Node): void => {
      if (node !== root && isFunctionNode(node)) { text += isHollow ? outside(node) : `<${full(node)}>`; return }
      if (isHollow && ts.isPropertyDeclaration(node) && !isStatic(node)) { text += outside(node); return }
      text += `(${head(node)}`
      ts.forEachChild(node, visit)
      text += ')'
    }
    visit(root)
    return text
  }

  /** What can be seen of a function or field without what it does. */
  function outside (node: ts.Node): string {
    const { name } = node as { name?: ts.Node }
    return `<${ts.SyntaxKind[node.kind]} ${isStatic(node) ? 'static ' : ''}${name === undefined || ts.isFunctionExpression(node) ? '' : write(name, true)}>`
  }

  return { full, hollow: node => digestOf(write(node, true)) }
}

const isStatic = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(modifier => modifier.kind === ts.SyntaxKind.StaticKeyword) === true

/** A node's kind, and what of it no child shows. */
function head (node: ts.Node): string {
  const kind = ts.SyntaxKind[node.kind]
  if (ts.isStringLiteral(node)) return `${kind} ${JSON.stringify(node.text)}`
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) return `${kind} ${node.text}`
  if (ts.isLiteralExpression(node) || ts.isTemplateMiddleOrTemplateTail(node) || ts.isTemplateHead(node)) return `${kind} ${JSON.stringify(node.getText())}`
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) return `${kind} ${ts.SyntaxKind[node.operator]}`
  if (ts.isVariableDeclarationList(node)) return `${kind} ${node.flags & ts.NodeFlags.BlockScoped}`
  if (ts.isMetaProperty(node)) return `${kind} ${ts.SyntaxKind[node.keywordToken]}`
  // Children alone do not tell `for (a;;)` from `for (;a;)`, nor `{ a: b }` from `{ a = b }`.
  if (ts.isForStatement(node)) return `${kind} ${[node.initializer, node.condition, node.incrementor].map(part => part === undefined ? '-' : '+').join('')}`
  if (ts.isBindingElement(node)) return `${kind} ${node.propertyName === undefined ? '' : ':'}`
  return kind
}
