/**
 * Closures come from factories at the top of the module, whose parameters are the captured values: so the fast version, the
 * machine and the decoder of a new process make them from the same text.
 *
 *     list.map(x => x + base)   ⇒   list.map($make4(base))
 *     function $make4 (base) { return $.stamp((x) => { … }, $module, 4, [base]) }
 *
 * An object literal with methods or accessors is made whole by its factory, so that `super` and home objects stay native.
 * Text that uses private names cannot leave its class: its declarations are assigned within a static block (see classes.ts).
 */
import ts from 'typescript'
import { isFunctionNode, type FunctionScope } from '../analyze/scopes.js'
import { LowerContext, type Closures, type FileContext } from '../lower/context.js'
import { lowerOperands } from '../lower/expressions.js'
import type { Piece } from '../lower/lowered.js'
import { inferredName, propertyName, rewrite } from '../lower/rewrite.js'
import type { SiteKind } from '../../runtime/code/site.js'
import { compileFunction, identifierOf, isSuspendable, needsCompiling, type BodyNode } from './function.js'
import { markOwn } from './reserved.js'
import { classText } from './classes.js'
import type { Sites, SiteText } from './sites.js'
import { resolve } from './structured.js'
import type { Code } from './source-map.js'

/** A declaration that stands outside of the text it came from. */
export interface Declaration { readonly name: string, readonly code: Code }

export class ClosureEmitter implements Closures {
  readonly file: FileContext
  readonly sites: Sites
  /** Machines, loops and factories of the whole module. */
  readonly declarations: Declaration[] = []
  /** The innermost class whose private names the text may use: declarations go into its static block. */
  hosts: Declaration[][] = []

  constructor (file: Omit<FileContext, 'closures'>, sites: Sites) {
    this.file = { ...file, closures: this, needsLowering: file.needsLowering }
    this.sites = sites
  }

  /** `declarations` of the class around, where the function uses private names. */
  host (scope: FunctionScope): Declaration[] {
    return scope.usesPrivateNames && this.hosts.length > 0 ? this.hosts[this.hosts.length - 1] : this.declarations
  }

  functionExpression (node: ts.Node, context: LowerContext, name?: string): Piece {
    const fn = node as ts.FunctionExpression | ts.ArrowFunction | ts.FunctionDeclaration
    const scope = this.file.scopes.functions.get(fn)!
    const site = this.siteOf(fn, name)
    const captures = this.file.captured.capturesOf(scope)
    const names = captures.map(capture => this.file.names.ofCapture(capture))
    const factory = this.file.names.fresh(`$make_${identifierOf(lastName(site.name))}`)
    this.host(scope).push({ name: factory, code: this.factory(factory, fn, site, names, name) })
    site.captures = names
    site.make = `(${names.join(', ')}) => ${factory}(${names.join(', ')})`
    return [factory, '(', this.captureArguments(scope, context), ')']
  }

  /** The captured values as the surrounding code names them. */
  captureArguments (scope: FunctionScope, context: LowerContext): Piece[] {
    return this.file.captured.capturesOf(scope).map((capture, index) => {
      const text: Piece = 'variables' in capture ? this.file.names.ofScope(capture) : context.target(capture)
      return index > 0 ? [', ', text] : text
    })
  }

  private factory (factory: string, node: ts.FunctionExpression | ts.ArrowFunction | ts.FunctionDeclaration, site: SiteText, captures: string[], name: string | undefined): Code {
    const text = this.functionText(node, site)
    const dress = dressOf(node)
    const list = captures.join(', ')
    const strict = this.file.commonJs && this.file.scopes.functions.get(node)!.strict ? ' "use strict";' : ''
    const ownName = ts.isFunctionDeclaration(node) ? node.name : ts.isVariableDeclaration(node.parent) && node.parent.initializer === node && ts.isIdentifier(node.parent.name) ? node.parent.name : undefined
    // As a method, which an async function or generator becomes, it does not see its own name.
    const ownExpression = ts.isFunctionExpression(node) && node.name !== undefined && isSuspendable(node) ? this.file.scopes.functions.get(node)!.variables.get(node.name.text) : undefined
    const own = ownExpression?.kind === 'own-name' ? ownExpression : ownName === undefined ? undefined : this.file.scopes.declared.get(ownName)
    const isGenerator = 'asteriskToken' in node && node.asteriskToken !== undefined
    const hasOwnName = node.name !== undefined
    const whole: Code = hasOwnName || name === undefined ? text : ['{ ', JSON.stringify(name), ': ', text, ' }[', JSON.stringify(name), ']']
    // `(0, …)`: the factory's own variable gives no name.
    const isNameless = !hasOwnName && name === undefined
    const named: Code = dress !== undefined ? [dress, '(', whole, ')'] : isNameless ? ['(0, ', whole, ')'] : whole
    const self = own !== undefined && !captures.includes(this.file.names.of(own)) ? this.file.names.of(own) : isGenerator ? '$self' : '$closure'
    const alias = isGenerator && self !== '$self' ? ` const $self = ${self};` : ''
    return [`function ${factory} (${list}) {${strict}\n  const ${self} = `, named, `;${alias}\n  return $.stamp(${self}, $module, ${site.index}, [${list}]);\n}`]
  }

  /** Function text (with its keyword or arrow); machines are declared where it belongs. */
  functionText (node: BodyNode, site: SiteText): Code {
    const scope = this.file.scopes.functions.get(node)!
    const at = node.getStart(this.file.source)
    const suspendable = isSuspendable(node)
    if (!needsCompiling(node, this.file)) return { at, code: this.plainText(node, new LowerContext(this.file, scope, false)) }
    const { parameters, body, machines } = compileFunction(node, site, this.file)
    this.host(scope).push(...machines)
    if (ts.isArrowFunction(node)) return { at, code: ['(', parameters, ') => ', body] }
    const name = node.name !== undefined && ts.isIdentifier(node.name) ? markOwn(node.name.text) : ''
    // Neither async functions nor generators can be constructed: as methods they cannot either.
    if (suspendable && name !== '' && !ts.isFunctionDeclaration(node)) return { at, code: [`{ ${name} (`, parameters, ') ', body, ` }.${name}`] }
    return { at, code: [`function ${name} (`, parameters, ') ', body] }
  }

  private plainText (node: BodyNode, context: LowerContext): Code {
    const pieces: Piece[] = []
    const { source } = this.file
    let position = node.getStart(source)
    // An export modifier belongs to the statement, not to the function.
    if (ts.isFunctionDeclaration(node)) position = (ts.getModifiers(node) ?? []).reduce((end, modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword ? end : modifier.end, position)
    ts.forEachChild(node, child => {
      if (child === node.name) return
      const piece = rewrite(child, context)
      if (typeof piece === 'object' && 'from' in piece) return
      pieces.push({ from: position, to: child.getStart(source) }, piece)
      position = child.end
    })
    pieces.push({ from: position, to: node.end })
    return resolve(pieces, 'fast')
  }

  siteOf (node: BodyNode, name?: string): SiteText {
    return this.sites.add(qualifiedName(node, name), siteKind(node), node)
  }

  objectLiteral (node: ts.ObjectLiteralExpression, context: LowerContext): Piece {
    const { file } = this
    const expressions: ts.Expression[] = []
    for (const property of node.properties) {
      if (property.name !== undefined && ts.isComputedPropertyName(property.name)) expressions.push(property.name.expression)
      if (ts.isPropertyAssignment(property)) expressions.push(property.initializer)
      else if (ts.isShorthandPropertyAssignment(property)) expressions.push(property.name)
      else if (ts.isSpreadAssignment(property)) expressions.push(property.expression)
    }
    const operands = context.hoists ? lowerOperands(expressions, context) : expressions.map(expression => rewrite(expression, context))
    const members = node.properties.filter(property => isFunctionNode(property))
    const captures = [...new Set(members.flatMap(member => file.captured.capturesOf(file.scopes.functions.get(member)!)))]
    const captureNames = captures.map(capture => file.names.ofCapture(capture))
    const factory = file.names.fresh('$object')
    const isHosted = members.some(member => file.scopes.functions.get(member)!.usesPrivateNames)
    const sites: { site: SiteText, kind: string, key: string }[] = []
    let next = 0
    const computed: string[] = []
    const values: string[] = []
    const parts = node.properties.map((property, index): Code => {
      const separator = index > 0 ? ',\n    ' : ''
      let name: Code = ''
      if (property.name !== undefined && ts.isComputedPropertyName(property.name)) {
        const parameter = `$k${next++}`
        computed.push(parameter)
        values.push(parameter)
        name = `[${parameter}]`
      } else if (property.name !== undefined) name = property.name.getText(file.source)
      if (isFunctionNode(property)) {
        const member = property as ts.MethodDeclaration | ts.GetAccessorDeclaration | ts.SetAccessorDeclaration
        const site = this.siteOf(member)
        sites.push({ site, kind: ts.isMethodDeclaration(member) ? 'value' : ts.isGetAccessorDeclaration(member) ? 'get' : 'set', key: ts.isComputedPropertyName(member.name) ? computed[computed.length - 1] : JSON.stringify(propertyName(member.name)) })
        return [separator, this.memberText(member, site, name, isHosted ? this.host(file.scopes.functions.get(member)!) : this.declarations)]
      }
      const value = `$v${next++}`
      values.push(value)
      return ts.isSpreadAssignment(property) ? [separator, '...', value] : [separator, name, ': ', value]
    })
    const list = sites.map(({ site, kind, key }) => `[${site.index}, ${JSON.stringify(kind)}, ${key}]`).join(', ')
    const parameters = [...captureNames, ...values]
    const home = `$home${node.pos}`
    // `super` looks where the literal's prototype is: methods that are made again get the literal that they came from, and it,
    // not the one that they are made in, is what their frames and the next snapshot hold.
    const usesSuper = members.some(member => file.scopes.functions.get(member)!.usesSuper)
    const stamped = usesSuper ? [...captureNames, home] : captureNames
    const literal = usesSuper ? '$literal' : home
    const code: Code = [
      `function ${factory} (${(usesSuper ? [...parameters, home] : parameters).join(', ')}) {\n  const ${literal} = {\n    `, parts, '\n  };\n',
      usesSuper ? `  ${home} ??= ${literal};\n` : '', `  return $.members(${literal}, $module, [${stamped.join(', ')}], [${list}]);\n}`
    ]
    const host = isHosted && this.hosts.length > 0 ? this.hosts[this.hosts.length - 1] : this.declarations
    host.push({ name: factory, code })
    sites.forEach(({ site }, index) => {
      const dummies = values.map(value => computed.includes(value) ? JSON.stringify(value) : 'undefined')
      site.captures = stamped
      const original = usesSuper ? ['$home'] : []
      site.make = `(${[...captureNames, ...original].join(', ')}) => $.member(${[`${factory}(${[...captureNames, ...dummies, ...original].join(', ')})`, index, ...original].join(', ')})`
    })
    const captureArguments: Piece[] = captures.map(capture => 'variables' in capture ? file.names.ofScope(capture) : context.target(capture))
    return [factory, '(', [...captureArguments, ...operands].map((argument, index) => {
      const isSpread = Array.isArray(argument) && argument[0] === '...'
      return [index > 0 ? ', ' : '', isSpread ? ['[', argument, ']'] : argument]
    }), ')']
  }

  /** A method or accessor in its class or literal. */
  memberText (member: ts.MethodDeclaration | ts.GetAccessorDeclaration | ts.SetAccessorDeclaration, site: SiteText, name: Code, host: Declaration[]): Code {
    const scope = this.file.scopes.functions.get(member)!
    const isStatic = ts.getModifiers(member)?.some(modifier => modifier.kind === ts.SyntaxKind.StaticKeyword) === true
    const accessor = ts.isGetAccessorDeclaration(member) ? 'get ' : ts.isSetAccessorDeclaration(member) ? 'set ' : ''
    const at = member.getStart(this.file.source)
    if (!needsCompiling(member, this.file)) {
      const context = new LowerContext(this.file, scope, false)
      const parameters = member.parameters.map((parameter, index) => [index > 0 ? ', ' : '', resolve(rewrite(parameter, context), 'fast')])
      return { at, code: [isStatic ? 'static ' : '', accessor, name, ' (', parameters, ') ', resolve(rewrite(member.body!, context), 'fast')] }
    }
    const { parameters, body, machines } = compileFunction(member, site, this.file)
    host.push(...machines)
    return { at, code: [isStatic ? 'static ' : '', accessor, name, ' (', parameters, ') ', body] }
  }

  classExpression (node: ts.ClassLikeDeclaration, context: LowerContext, name?: string): Piece {
    return classText(node, this, context, name)
  }
}

export function dressOf (node: BodyNode): string | undefined {
  if (!isSuspendable(node)) return undefined
  const isAsync = ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(modifier => modifier.kind === ts.SyntaxKind.AsyncKeyword) === true
  const isGenerator = (node as { asteriskToken?: unknown }).asteriskToken !== undefined
  return isAsync ? (isGenerator ? '$.asyncGeneratorFunction' : '$.asyncFunction') : '$.generatorFunction'
}

export function siteKind (node: BodyNode): SiteKind {
  const dress = dressOf(node)
  if (dress !== undefined) return dress === '$.asyncFunction' ? 'async' : dress === '$.generatorFunction' ? 'generator' : 'async-generator'
  if (ts.isArrowFunction(node)) return 'arrow'
  if (ts.isConstructorDeclaration(node)) return 'constructor'
  return ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) ? 'function' : 'method'
}

const lastName = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

/** The path of names from the module's top: `Parser.parse`, `main.<arrow>`. */
export function qualifiedName (node: ts.Node, name?: string): string {
  const own = name ?? ownName(node)
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (isFunctionNode(at) || ts.isClassLike(at)) return `${qualifiedName(at)}.${own}`
  }
  return own
}

function ownName (node: ts.Node): string {
  if (ts.isConstructorDeclaration(node)) return 'constructor'
  const declared = (node as { name?: ts.Node }).name
  if (declared !== undefined) return declared.getText()
  return inferredName(node) ?? (ts.isArrowFunction(node) ? '<arrow>' : ts.isClassLike(node) ? '<class>' : '<function>')
}
