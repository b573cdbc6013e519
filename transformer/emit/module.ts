/**
 * The module around the functions. Its text stays in place, so that TDZ, const, live bindings and the loader's order hold; each
 * top-level statement gets a number, its step, by which a new process knows what has run.
 *
 *     source                  | ES module                                       | CommonJS (inside a native generator)
 *     const x = 5             | the same                                        | the same
 *     const m = new Map()     | const m = $module.skip(1) ? $module.value(1) : $module.keep(1, new Map())
 *     let n = a + b           | let n = $module.skip(2) ? undefined : a + b     (the snapshot's value is assigned later)
 *     const y = f(x)          | const y = $module.run(3, $step3)                | const y = yield 3
 *     app.title = 'x'         | if ($module.at(4)) { app.title = 'x' }
 *     for (…) work()          | $module.run(5, $step5)                          | yield 5
 *     const z = await g()     | the text steps the segment's machine, so that its ticks stay Node's
 *
 * A step in which a frame can stand is a *segment*: a function of its own, called by the runtime as the root of a task.
 */
import ts from 'typescript'
import { isFunctionNode } from '../analyze/scopes.js'
import { LowerContext, type FileContext } from '../lower/context.js'
import { lowerExpression } from '../lower/expressions.js'
import type { LayoutEntry } from '../lower/lowered.js'
import { lowerBinding } from '../lower/patterns.js'
import { findScratch } from '../lower/scratch.js'
import { declaredNames, inferredName, rewrite } from '../lower/rewrite.js'
import { lowerStatement } from '../lower/statements.js'
import { markOwn } from './reserved.js'
import { classParts, heritageOf } from './classes.js'
import { dressOf, type ClosureEmitter } from './closures.js'
import { compileFunction, livePoints, needsCompiling, printSegment, temporariesOf } from './function.js'
import { resolve } from './structured.js'
import type { Code } from './source-map.js'

export class ModuleEmitter {
  readonly file: FileContext
  readonly emitter: ClosureEmitter
  readonly #out: Code[] = []
  /** Segments' functions: visible throughout the module. */
  readonly #segments: Code[] = []
  readonly #functions: { readonly index: number, readonly name: string }[] = []
  readonly #segmentSteps: { readonly step: number, readonly name: string }[] = []
  /** Consecutive plain statements share one guard. */
  #plain: Code[] = []
  #plainNodes: ts.Node[] = []

  constructor (emitter: ClosureEmitter) {
    this.emitter = emitter
    this.file = emitter.file
  }

  emit (): Code {
    const { source } = this.file
    for (const statement of source.statements) if (!isDirective(statement)) this.statement(statement)
    this.flush()
    return this.#out
  }

  private flush (): void {
    if (this.#plain.length === 0) return
    const statements = this.#plain.splice(0)
    const step = this.emitter.sites.addStep(this.#plainNodes.splice(0))
    this.#out.push([`if ($module.at(${step})) {\n`, statements, '}\n'])
  }

  private put (...code: Code[]): void {
    this.flush()
    this.#out.push([code, '\n'])
  }

  private context (): LowerContext { return new LowerContext(this.file, this.file.scopes.module, false) }

  private statement (statement: ts.Statement): void {
    const node = labelledFunction(statement) ?? statement
    if (ts.isEmptyStatement(node)) return
    if (isPlainKind(node) && !this.file.needsLowering(node)) {
      this.#plainNodes.push(node)
      this.#plain.push(['  ', resolve(rewrite(node, this.context()), 'fast'), ';\n'])
      return
    }
    // Steps are numbered in the order of the text.
    this.flush()
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) this.put(resolve(this.context().source(node), 'fast'))
    else if (ts.isFunctionDeclaration(node)) this.functionDeclaration(node)
    else if (ts.isClassDeclaration(node)) this.classDeclaration(node)
    else if (ts.isVariableStatement(node)) this.variables(node)
    else if (ts.isExportAssignment(node)) this.exportDefault(node)
    else this.segmentStatement(node)
  }

  private modifiers (node: ts.Statement): { exported: boolean, isDefault: boolean, prefix: string } {
    const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) ?? [] : []
    const exported = modifiers.some(modifier => modifier.kind === ts.SyntaxKind.ExportKeyword)
    const isDefault = modifiers.some(modifier => modifier.kind === ts.SyntaxKind.DefaultKeyword)
    return { exported, isDefault, prefix: exported ? (isDefault ? 'export default ' : 'export ') : '' }
  }

  private functionDeclaration (node: ts.FunctionDeclaration): void {
    const { prefix } = this.modifiers(node)
    const name = node.name === undefined ? '$default' : markOwn(node.name.text)
    const site = this.emitter.siteOf(node, node.name === undefined ? 'default' : undefined)
    let text: Code
    if (needsCompiling(node, this.file)) {
      const { parameters, body, machines } = compileFunction(node, site, this.file)
      this.emitter.declarations.push(...machines)
      text = { at: node.getStart(this.file.source), code: [`function ${name} (`, parameters, ') ', body] }
    } else {
      text = this.emitter.functionText(node, site)
      if (node.name === undefined) text = [`function $default`, resolve(this.anonymousTail(node), 'fast')]
    }
    this.put(prefix, text)
    this.#functions.push({ index: site.index, name })
    if (node.name === undefined) this.put('$.rename($default, "default");')
  }

  private anonymousTail (node: ts.FunctionDeclaration): Code {
    const context = new LowerContext(this.file, this.file.scopes.functions.get(node)!, false)
    return [' (', node.parameters.map((parameter, index) => [index > 0 ? ', ' : '', resolve(rewrite(parameter, context), 'fast')]), ') ', resolve(rewrite(node.body!, context), 'fast')]
  }

  private classDeclaration (node: ts.ClassDeclaration): void {
    const { prefix } = this.modifiers(node)
    const heritage = heritageOf(node)
    const keys = node.members.flatMap(member => member.name !== undefined && ts.isComputedPropertyName(member.name) ? [member.name.expression] : [])
    const keyNames = keys.map((key, index) => {
      const name = this.file.names.fresh(`$key${index + 1}_`)
      this.put(`const ${name} = `, this.computed(key, [`<key ${index + 1}>`]), ';')
      return name
    })
    let heritageText: Code | undefined
    if (heritage !== undefined) {
      heritageText = resolve(rewrite(heritage, this.context()), 'fast')
      if (this.file.needsLowering(heritage)) {
        const name = this.file.names.fresh('$heritage')
        this.put(`const ${name} = `, this.computed(heritage, ['<heritage>']), ';')
        heritageText = name
      }
    }
    const step = this.emitter.sites.addStep(whatRunsIn(node), [], node)
    const site = this.emitter.sites.add(node.name?.text ?? 'default', 'class', node)
    const { code } = classParts(node, this.emitter, { site, heritage: heritageText as string | undefined, keys: keyNames, captures: [], extra: [], guard: `$module.skip(${step})`, name: node.name === undefined ? 'default' : undefined })
    if (node.name === undefined) { this.put('const $default = ', code, ';\nexport { $default as default };'); return }
    this.put(prefix, code)
  }

  /** The value of an expression that belongs to a declaration: run once, kept for the next process. */
  private computed (node: ts.Expression, names: readonly string[]): Code {
    const step = this.emitter.sites.addStep([node], names)
    if (this.file.needsLowering(node)) return this.segmentValue(step, node, context => context.push({ kind: 'return', value: lowerExpression(node, context) }))
    return [`$module.skip(${step}) ? $module.value(${step}) : $module.keep(${step}, `, resolve(rewrite(node, this.context()), 'fast'), ')']
  }

  private exportDefault (node: ts.ExportAssignment): void {
    const { expression } = node
    this.put('const $default = ', this.initializer(expression, true, 'default'), ';\nexport { $default as default };')
    this.fix(expression, '$default')
  }

  private variables (node: ts.VariableStatement): void {
    const { prefix } = this.modifiers(node)
    const { declarationList } = node
    const isConst = (declarationList.flags & ts.NodeFlags.Const) !== 0
    const keyword = isConst ? 'const' : declarationList.flags & ts.NodeFlags.Let ? 'let' : 'var'
    for (const declaration of declarationList.declarations) {
      const { name, initializer } = declaration
      if (initializer === undefined) { this.put(`${prefix}${keyword} `, resolve(this.context().source(name), 'fast'), ';'); continue }
      if (ts.isIdentifier(name)) {
        this.put(`${prefix}${keyword} ${markOwn(name.text)} = `, this.initializer(initializer, isConst, name.text), ';')
        this.fix(initializer, markOwn(name.text))
        continue
      }
      this.pattern(declaration, `${prefix}${keyword}`)
    }
  }

  /** A pattern: its variables' values are kept one by one. */
  private pattern (declaration: ts.VariableDeclaration, keyword: string): void {
    const names = declaredNames(declaration.name).map(name => name.text)
    const step = this.emitter.sites.addStep([declaration], names)
    const pattern = ['{ ', names.map((name, index) => `${index > 0 ? ', ' : ''}${index}: ${markOwn(name)}`).join(''), ' }']
    const locals = new Map(names.map(name => [name, this.file.names.fresh(`$${name}`)]))
    const value = this.segmentValue(step, declaration, context => {
      for (const name of declaredNames(declaration.name)) {
        const variable = this.file.scopes.declared.get(name)!
        context.substitutes.set(variable, locals.get(name.text)!)
        context.hoisted.add(locals.get(name.text)!)
      }
      lowerBinding(declaration.name, lowerExpression(declaration.initializer!, context), context)
      context.push({ kind: 'return', value: `[${[...locals.values()].join(', ')}]` })
    })
    this.put(`${keyword} `, pattern, ` = $module.skip(${step}) ? $module.parts(${step}, ${names.length}) : $module.keepParts(${step}, `, value, ');')
  }

  /** Functions and classes of the module's top are made again; literals too; other values are kept. */
  private initializer (node: ts.Expression, isConst: boolean, name: string): Code {
    if (isFunctionNode(node)) return this.fixedFunction(node)
    if (ts.isLiteralExpression(node) || [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(node.kind)) {
      if (!ts.isRegularExpressionLiteral(node)) {
        // Nothing is kept of it, but what came of it may be.
        this.emitter.sites.addStep([node], [name])
        return resolve(this.context().source(node), 'fast')
      }
    }
    if (this.file.needsLowering(node)) {
      const step = this.emitter.sites.addStep([node], [name])
      return this.segmentValue(step, node, context => context.push({ kind: 'return', value: lowerExpression(node, context) }))
    }
    if (isConst) return this.computed(node, [name])
    return [`$module.skip(${this.emitter.sites.addStep([node], [name])}) ? undefined : (`, resolve(rewrite(node, this.context()), 'fast'), ')']
  }

  readonly #fixed = new Map<ts.Node, number>()

  private fixedFunction (node: ts.FunctionExpression | ts.ArrowFunction): Code {
    const name = inferredName(node)
    const site = this.emitter.siteOf(node, name)
    this.#fixed.set(node, site.index)
    const text = this.emitter.functionText(node, site)
    const dress = dressOf(node)
    if (dress === undefined) return text
    const whole: Code = node.name !== undefined || name === undefined ? text : ['{ ', JSON.stringify(name), ': ', text, ' }[', JSON.stringify(name), ']']
    const isGenerator = 'asteriskToken' in node && node.asteriskToken !== undefined
    if (!isGenerator && node.name === undefined) return [`${dress}(`, whole, ')']
    // As a method, which an async function or generator becomes, it does not see its own name.
    const own = node.name === undefined ? '$self' : markOwn(node.name.text)
    return [`(() => { const ${own} = ${dress}(`, whole, isGenerator && own !== '$self' ? `); const $self = ${own}; return ${own} })()` : `); return ${own} })()`]
  }

  private fix (node: ts.Expression, name: string): void {
    const index = this.#fixed.get(node)
    if (index !== undefined) this.put(`$.fixed($module, ${index}, ${name});`)
  }

  private segmentStatement (node: ts.Statement): void {
    const step = this.emitter.sites.addStep([node])
    const returns = this.file.commonJs && this.file.points.escapes(node)
    const value = this.segmentValue(step, node, context => {
      lowerStatement(node, context)
    }, returns)
    this.put(returns ? ['if ((', value, ') === $.RETURNED) return;'] : [value, ';'])
  }

  private segmentValue (step: number, node: ts.Node, lower: (context: LowerContext) => void, returns = false): Code {
    const context = new LowerContext(this.file, this.file.scopes.module, true)
    const body = context.collect(() => lower(context))
    const name = this.file.names.fresh(`$step${step}`)
    const suspends = this.file.points.suspends(node)
    const site = this.emitter.sites.add(`<module>`, 'segment', node)
    const layout: LayoutEntry[] = [...context.hoisted].map(local => ({ name: local, role: 'local' as const }))
    const scratch = findScratch(body)
    for (const name of temporariesOf(context)) if (!scratch.has(name)) layout.push({ name, role: 'temporary' })
    const points = livePoints(context, scratch)
    site.layout = layout
    site.points = points
    const text = printSegment({ body, layout, scratch: [...scratch], points }, name, site, this.file, suspends, returns)
    this.emitter.declarations.push(...text.machines)
    if (suspends) {
      // The text awaits by itself, so that a segment costs no tick.
      this.flush()
      this.#out.push([
        `for (let $waits = $module.begin(${step}, ${site.index}); $waits;) {\n`,
        '  let $value, $mode = 0;\n  try { $value = await $module.awaited() } catch ($error) { $mode = 1; $value = $error }\n',
        '  $waits = $module.resume($mode, $value);\n}\n'
      ])
      return `$module.value(${step})`
    }
    this.#segments.push(text.fast, '\n')
    this.#segmentSteps.push({ step, name })
    return this.file.commonJs ? `yield ${step}` : `$module.run(${step}, ${name})`
  }

  /** What the runtime must know before the first statement runs. */
  descriptor (position: (at: number) => { line: number, column: number }): Code {
    const { scopes } = this.file
    const variables = [...scopes.module.variables.values()].filter(variable =>
      variable.kind === 'let' || variable.kind === 'var' || ((variable.kind === 'function' || variable.kind === 'class') && variable.reassigned))
    const reads = variables.map(variable => `      case ${JSON.stringify(variable.name)}: return ${markOwn(variable.name)};\n`)
    const writes = variables.map(variable => `      case ${JSON.stringify(variable.name)}: ${markOwn(variable.name)} = $value; break;\n`)
    return [
      '{\n  abi: 1,\n  mark: "reprise:1",\n  code: ', JSON.stringify(this.emitter.sites.printCode(position, name => this.plainName(name))), ',\n  sites: [\n', this.emitter.sites.print(position), '  ],\n',
      '  functions: {', this.#functions.map(({ index, name }) => ` ${index}: ${name},`).join(''), ' },\n',
      this.file.commonJs ? ['  segments: {', this.#segmentSteps.map(({ step, name }) => ` ${step}: ${name},`).join(''), ' },\n'] : '',
      this.namespaces(),
      this.json(),
      this.usesImport ? '  load: ($specifier, $options) => import($specifier, $options),\n' : '',
      `  variables: ${JSON.stringify(variables.map(variable => variable.name).join(' '))},\n`,
      '  get: $name => {\n    switch ($name) {\n', reads, '    }\n  },\n',
      '  set: ($name, $value) => {\n    switch ($name) {\n', writes, '    }\n  }\n}'
    ]
  }

  /** Namespace objects have no name of their own; the importer knows them. */
  private namespaces (): Code {
    const entries = this.file.source.statements.flatMap(statement => {
      if (!ts.isImportDeclaration(statement) || statement.importClause?.namedBindings === undefined || !ts.isNamespaceImport(statement.importClause.namedBindings)) return []
      return [`[${statement.moduleSpecifier.getText(this.file.source)}]: ${markOwn(statement.importClause.namedBindings.name.text)}`]
    })
    return entries.length > 0 ? `  namespaces: () => ({ ${entries.join(', ')} }),\n` : ''
  }

  /** What comes from JSON files is made by Node's loader, but its content is the program's. */
  private json (): Code {
    const entries = this.file.source.statements.flatMap(statement => {
      if (!ts.isImportDeclaration(statement) || statement.importClause?.name === undefined) return []
      const isJson = statement.attributes?.elements.some(({ name, value }) => name.text === 'type' && ts.isStringLiteral(value) && value.text === 'json') === true
      return isJson ? [`[${statement.moduleSpecifier.getText(this.file.source)}]: ${markOwn(statement.importClause.name.text)}`] : []
    })
    return entries.length > 0 ? `  json: () => ({ ${entries.join(', ')} }),\n` : ''
  }

  private get usesImport (): boolean { return /\bimport\s*\(/.test(this.file.source.text) }

  /** Scopes are numbered through the file, and some variables get another name: what each stands for does not depend on that. */
  private plainName (name: string): string {
    const scope = this.file.names.scopeNamed(name)
    if (scope !== undefined) return `{${this.file.captured.boxedIn(scope).map(variable => variable.name).join(',')}}`
    return name.replace(/^(\$home)\d+$|\$\d+$/, '$1')
  }

  declarations (): Code {
    const left: Code = 'function $left ($error, $site, $pc, ...$locals) { return $.left($error, $module, $site, $pc, $locals) }\n'
    return [this.#segments, left, this.emitter.declarations.map(({ code }) => [code, '\n'])]
  }

  /** `var` of nested statements, which a segment's function would keep to itself. */
  nestedVariables (): string[] {
    const { scopes, source } = this.file
    const direct = new Set(source.statements.flatMap(node => {
      const statement = labelledFunction(node) ?? node
      if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(declaration => declaredNames(declaration.name)).map(name => name.text)
      return (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name !== undefined ? [statement.name.text] : []
    }))
    return [...scopes.module.variables.values()].filter(variable => (variable.kind === 'var' || variable.kind === 'function') && !direct.has(variable.name)).map(variable => markOwn(variable.name))
  }
}

/** Sloppy code may give a function declaration a label, which means nothing. */
function labelledFunction (node: ts.Statement): ts.FunctionDeclaration | undefined {
  while (ts.isLabeledStatement(node)) node = node.statement
  return ts.isFunctionDeclaration(node) ? node : undefined
}

/** What a class statement does when it is reached, besides making the class. */
const whatRunsIn = (node: ts.ClassDeclaration): ts.Node[] => [
  ...node.heritageClauses ?? [],
  ...node.members.filter(member => ts.isClassStaticBlockDeclaration(member) ||
    (ts.isPropertyDeclaration(member) && ts.getModifiers(member)?.some(modifier => modifier.kind === ts.SyntaxKind.StaticKeyword) === true))
]

const isPlainKind = (node: ts.Statement): boolean =>
  !(ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isVariableStatement(node) || ts.isExportAssignment(node))

export function isDirective (statement: ts.Statement): boolean {
  return ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression)
}
