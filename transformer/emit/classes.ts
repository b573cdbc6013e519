/**
 * Classes keep their text. A static block at the end tells the runtime which functions are members, how private members are
 * read and written, and holds the machines that use private names.
 *
 * On decode, an object with private members is made by the class itself: its constructor is called with a token and returns at
 * once, its initialisers give undefined. At the top of a module the class statement runs again on restore; what it computed
 * for its static members comes from the snapshot, so their initialisers are guarded too.
 */
import ts from 'typescript'
import { isFunctionNode } from '../analyze/scopes.js'
import { LowerContext } from '../lower/context.js'
import { lowerOperands } from '../lower/expressions.js'
import type { Piece } from '../lower/lowered.js'
import { propertyName, rewrite } from '../lower/rewrite.js'
import { compileFunction, identifierOf, needsCompiling } from './function.js'
import type { ClosureEmitter, Declaration } from './closures.js'
import { qualifiedName } from './closures.js'
import { markOwn } from './reserved.js'
import type { SiteText } from './sites.js'
import { resolve } from './structured.js'
import type { Code } from './source-map.js'

type Accessor = ts.MethodDeclaration | ts.GetAccessorDeclaration | ts.SetAccessorDeclaration

export interface ClassParts {
  /** From `class` to the closing brace. */
  readonly code: Code
  /** Declarations that must stand before the class: homes, and what its static block assigns. */
  readonly before: Code
}

/** A class inside of a function: a factory over what it captures, its heritage and its computed keys. */
export function classText (node: ts.ClassLikeDeclaration, emitter: ClosureEmitter, context: LowerContext, name?: string): Piece {
  const { file, sites } = emitter
  const site = sites.add(qualifiedName(node, name), 'class', node)
  const heritage = heritageOf(node)
  const keys = node.members.flatMap(member => member.name !== undefined && ts.isComputedPropertyName(member.name) ? [member.name.expression] : [])
  const expressions = [...(heritage === undefined ? [] : [heritage]), ...keys]
  const operands = context.hoists ? lowerOperands(expressions, context) : expressions.map(expression => rewrite(expression, context))
  const captures = [...new Set(node.members.flatMap(member => {
    const scope = file.scopes.functions.get(member)
    return scope === undefined ? [] : file.captured.capturesOf(scope)
  }))].filter(capture => !('kind' in capture) || capture.kind !== 'class-name' || capture.scope.node !== node)
  const captureNames = captures.map(capture => file.names.ofCapture(capture))
  const heritageName = heritage === undefined ? [] : ['$heritage']
  const keyNames = keys.map((_, index) => `$k${index + 1}`)
  const parameters = [...captureNames, ...heritageName, ...keyNames].join(', ')
  const factory = file.names.fresh(`$class_${identifierOf(name ?? node.name?.text ?? 'anonymous')}`)
  const { code, before } = classParts(node, emitter, {
    site,
    heritage: heritage === undefined ? undefined : '$heritage',
    keys: keyNames,
    captures: captureNames,
    extra: [...heritageName, ...keyNames],
    guard: '$.decoding',
    name: name ?? node.name?.text
  })
  // It may use private names of a class around.
  emitter.host(context.scope).push({ name: factory, code: [`function ${factory} (${parameters}) {\n`, before, '  return ', code, ';\n}'] })
  site.captures = [...captureNames, ...heritageName, ...keyNames]
  site.make = `(${parameters}) => ${factory}(${parameters})`
  const args: Piece[] = [...captures.map((capture): Piece => 'variables' in capture ? file.names.ofScope(capture) : context.target(capture)), ...operands]
  return [factory, '(', args.map((argument, index) => index > 0 ? [', ', argument] : argument), ')']
}

interface ClassOptions {
  readonly site: SiteText
  readonly heritage: Piece | undefined
  readonly keys: readonly string[]
  readonly captures: readonly string[]
  /** Further values with which the factory must be called again. */
  readonly extra: readonly string[]
  /** Text that is true while the class is made again. */
  readonly guard: string
  readonly name: string | undefined
}

export const heritageOf = (node: ts.ClassLikeDeclaration): ts.Expression | undefined =>
  node.heritageClauses?.find(clause => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0].expression

export function classParts (node: ts.ClassLikeDeclaration, emitter: ClosureEmitter, options: ClassOptions): ClassParts {
  const { file } = emitter
  const hosted: Declaration[] = []
  emitter.hosts.push(hosted)
  const privates = node.members.filter(member => ts.isPropertyDeclaration(member) && ts.isPrivateIdentifier(member.name) && !isStatic(member)).map(member => (member.name as ts.PrivateIdentifier).text)
  const privateMethod = node.members.find(member => isFunctionNode(member) && member.name !== undefined && ts.isPrivateIdentifier(member.name) && !isStatic(member))?.name as ts.PrivateIdentifier | undefined
  const statics = node.members.filter(member => ts.isPropertyDeclaration(member) && ts.isPrivateIdentifier(member.name) && isStatic(member)).map(member => (member.name as ts.PrivateIdentifier).text)
  const isBranded = privates.length > 0 || privateMethod !== undefined
  const members: string[] = []
  let key = 0
  const body: Code[] = []
  for (const member of node.members) {
    const computed = member.name !== undefined && ts.isComputedPropertyName(member.name) ? options.keys[key++] : undefined
    const name: Code = member.name === undefined ? '' : computed !== undefined ? `[${computed}]` : member.name.getText(file.source)
    if (ts.isConstructorDeclaration(member)) body.push(constructorText(member, emitter, isBranded))
    else if (isFunctionNode(member)) {
      const method = member as Accessor
      const site = emitter.siteOf(method)
      const scope = file.scopes.functions.get(method)!
      const kind = ts.isMethodDeclaration(method) ? 'value' : ts.isGetAccessorDeclaration(method) ? 'get' : 'set'
      if (!ts.isPrivateIdentifier(method.name)) {
        const memberKey = computed ?? JSON.stringify(propertyName(method.name))
        members.push(`[${site.index}, ${JSON.stringify(kind)}, ${memberKey}${isStatic(method) ? ', 1' : ''}]`)
      }
      body.push(emitter.memberText(method, site, name, emitter.host(scope)))
    } else if (ts.isPropertyDeclaration(member)) body.push(fieldText(member, name, emitter, isBranded, options.guard))
    else if (ts.isClassStaticBlockDeclaration(member)) {
      const context = new LowerContext(file, file.scopes.functions.get(member)!, false)
      body.push(['static { if (!(', options.guard, ')) ', resolve(rewrite(member.body, context), 'fast'), ' }'])
    }
  }
  emitter.hosts.pop()
  const home = `$home${node.pos}`
  const assigned = hosted.map(({ name }) => name)
  const usesHome = [...file.scopes.functions.values()].some(scope => scope.node.parent === node && scope.usesSuper)
  const accessors = isBranded
    ? `{ has: $o => ${privates[0] ?? privateMethod!.text} in $o, get: $o => [${privates.map(name => `$o.${name}`).join(', ')}], set: ($o, $values) => { ${privates.map((name, index) => `$o.${name} = $values[${index}]`).join('; ')} } }`
    : '0'
  const staticAccessors = statics.length > 0
    ? `{ get: () => [${statics.map(name => `$class.${name}`).join(', ')}], set: $values => { ${statics.map((name, index) => `$class.${name} = $values[${index}]`).join('; ')} } }`
    : '0'
  // Before the class's own static initialisers, which may need what is declared here.
  const block: Code = [
    '  static {\n    const $class = this;\n', usesHome ? `    ${home} = $class;\n` : '',
    hosted.map(({ name, code }) => [`    ${name} = `, code, ';\n']),
    `    $.classDefined($class, $module, ${options.site.index}, [${[...options.captures, ...options.extra].join(', ')}], [${members.join(', ')}], ${accessors}, ${staticAccessors});\n  }\n`
  ]
  const own = node.name?.text
  const heritage: Piece = options.heritage === undefined ? '' : [' extends ', options.heritage]
  const head: Code = ['class', own === undefined ? '' : ` ${markOwn(own)}`, resolve(heritage, 'fast'), ' {\n']
  const text: Code = { at: node.getStart(file.source), code: [head, block, body.map(part => ['  ', part, '\n']), '}'] }
  const named: Code = own === undefined && options.name !== undefined ? ['({ ', JSON.stringify(options.name), ': ', text, ' })[', JSON.stringify(options.name), ']'] : text
  const declared = [...assigned, ...(usesHome ? [home] : [])]
  // Homes and machines are variables of the module: machines stand there too.
  if (declared.length > 0) emitter.declarations.push({ name: '', code: `var ${declared.join(', ')};` })
  return { code: named, before: '' }
}

const isStatic = (member: ts.ClassElement): boolean =>
  ts.canHaveModifiers(member) && ts.getModifiers(member)?.some(modifier => modifier.kind === ts.SyntaxKind.StaticKeyword) === true

function constructorText (node: ts.ConstructorDeclaration, emitter: ClosureEmitter, isBranded: boolean): Code {
  const { file } = emitter
  const scope = file.scopes.functions.get(node)!
  const isDerived = heritageOf(node.parent) !== undefined
  // A machine that has called super() by hand installs the members the same way.
  const takesToken = isBranded || (isDerived && needsCompiling(node, file))
  const token = takesToken ? `if (arguments[0] === $.TOKEN) { ${isDerived ? 'super($.TOKEN); ' : ''}return }\n` : ''
  const at = node.getStart(file.source)
  const site = emitter.siteOf(node)
  if (!needsCompiling(node, file)) {
    const context = new LowerContext(file, scope, false)
    const parameters = node.parameters.map((parameter, index) => [index > 0 ? ', ' : '', resolve(rewrite(parameter, context), 'fast')])
    const statements = node.body!.statements.map(statement => ['    ', resolve(rewrite(statement, context), 'fast'), '\n'])
    return { at, code: ['constructor (', parameters, ') {\n    ', token, statements, '  }'] }
  }
  const { parameters, body, machines } = compileFunction(node, site, file)
  emitter.host(scope).push(...machines)
  return { at, code: ['constructor (', parameters, ') ', token === '' ? body : [`{ ${token}`, withoutBrace(body)]] }
}

/** The body's text behind its opening brace. */
const withoutBrace = (body: Code): Code => {
  const [first, ...rest] = body as [string, ...Code[]]
  return [first.slice(first.indexOf('{') + 1), ...rest]
}

function fieldText (node: ts.PropertyDeclaration, name: Code, emitter: ClosureEmitter, isBranded: boolean, guard: string): Code {
  const at = node.getStart(emitter.file.source)
  const prefix = isStatic(node) ? 'static ' : ''
  if (node.initializer === undefined) return { at, code: [prefix, name, ';'] }
  const scope = emitter.file.scopes.functions.get(node)!
  const context = new LowerContext(emitter.file, scope, false)
  const value = resolve(rewrite(node.initializer, context), 'fast')
  const isLiteral = ts.isLiteralExpression(node.initializer) || node.initializer.kind === ts.SyntaxKind.TrueKeyword || node.initializer.kind === ts.SyntaxKind.FalseKeyword || node.initializer.kind === ts.SyntaxKind.NullKeyword
  const condition = isStatic(node) ? guard : isBranded ? '$.decoding' : undefined
  if (condition === undefined || isLiteral) return { at, code: [prefix, name, ' = ', value, ';'] }
  return { at, code: [prefix, name, ' = (', condition, ') ? undefined : (', value, ');'] }
}
