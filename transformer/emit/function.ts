/**
 * One function of the source becomes: its fast version (in its place), a machine, and a structured function for each of its
 * loops. Async functions and generators are machines alone; in their place stands a call that makes the frame.
 *
 * `finally` with a single exit records the frame: 0.3 µs a frame and 1.0 to 1.1 on the fast path, against 2 to 2.7 µs for
 * catch and rethrow (V8 makes a message for each rethrow), 1.35 for `return` inside try, 1.40 for testing returned sentinels.
 */
import ts from 'typescript'
import { hasUseStrict, isFunctionNode, type FunctionScope } from '../analyze/scopes.js'
import { LowerContext, type FileContext } from '../lower/context.js'
import type { LayoutEntry, LoweredFunction } from '../lower/lowered.js'
import { lowerBinding } from '../lower/patterns.js'
import { assignTo, lowerExpression } from '../lower/expressions.js'
import { declaredNames, rewrite } from '../lower/rewrite.js'
import { lowerStatements, openScope } from '../lower/statements.js'
import { markOwn } from './reserved.js'
import { printMachine } from './machine.js'
import type { SiteText } from './sites.js'
import { printStructured, resolve } from './structured.js'
import type { Code } from './source-map.js'

export interface FunctionText {
  /** Between the parentheses. */
  readonly parameters: Code
  /** With its braces. */
  readonly body: Code
  /** Machine and loop functions: declarations that stand wherever the function's free names are visible. */
  readonly machines: { readonly name: string, readonly code: Code }[]
}

export type BodyNode = ts.FunctionLikeDeclaration

/** Whether the function's text must change beyond the names in it. */
export function needsCompiling (node: BodyNode, file: FileContext): boolean {
  const scope = file.scopes.functions.get(node)!
  if (isSuspendable(node)) return true
  if (file.captured.boxedIn(scope).length > 0) return true
  return node.parameters.some(parameter => file.points.has(parameter)) || (node.body !== undefined && file.needsLowering(node.body))
}

export function isSuspendable (node: BodyNode): boolean {
  return isAsyncNode(node) || (node as { asteriskToken?: unknown }).asteriskToken !== undefined
}

const isAsyncNode = (node: BodyNode): boolean =>
  ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(modifier => modifier.kind === ts.SyntaxKind.AsyncKeyword) === true

export function compileFunction (node: BodyNode, site: SiteText, file: FileContext): FunctionText {
  const scope = file.scopes.functions.get(node)!
  const context = new LowerContext(file, scope, true)
  const { parameters, hoistedParameters, prepare } = lowerParameters(node, context)
  const body = context.collect(() => {
    openScope(scope, context)
    prepare()
    if (callsAnything(node, file) && !isSuspendable(node)) context.poll(node)
    if (ts.isBlock(node.body!)) lowerStatements(node.body.statements, context)
    else context.push({ kind: 'return', value: lowerExpression(node.body as ts.Expression, context) })
  })
  const lowered: LoweredFunction = { body, layout: layoutOf(node, scope, context, hoistedParameters), points: context.points }
  site.layout = lowered.layout
  site.points = lowered.points
  const directives = ts.isBlock(node.body!) && hasUseStrict(node.body.statements) ? '  "use strict";\n' : ''
  const strict = scope.strict && file.commonJs ? '  "use strict";\n' : ''
  const home = `$home${node.parent.pos}`
  if (isSuspendable(node)) return suspendable(node, lowered, parameters, site, home, directives, printMachines(lowered, site, file, strict, true))
  return { parameters, body: printFast(lowered, site, directives, home), machines: printMachines(lowered, site, file, strict, false) }
}

/** A segment: a function without parameters whose variables are the module's, or its own where blocks declare them. */
export function printSegment (lowered: LoweredFunction, name: string, site: SiteText, file: FileContext, suspends: boolean, returns: boolean): { fast: Code, machines: FunctionText['machines'] } {
  const returned = returns ? '$.RETURNED' : undefined
  const strict = file.scopes.module.strict && file.commonJs ? '  "use strict";\n' : ''
  const fast: Code = suspends ? '' : [`function ${name} () `, printFast(lowered, site, strict, '', returned)]
  return { fast, machines: printMachines(lowered, site, file, strict, suspends, returned) }
}

/** A poll at its entry keeps a recursion capturable; a function that calls nothing cannot recurse. */
function callsAnything (node: BodyNode, file: FileContext): boolean {
  let calls = false
  const visit = (child: ts.Node): void => {
    if (calls || isFunctionNode(child)) return
    if (file.points.isCall(child)) { calls = true; return }
    ts.forEachChild(child, visit)
  }
  if (node.body !== undefined) visit(node.body)
  return calls
}

interface Parameters {
  readonly parameters: Code
  /** Names of parameters that became locals, since their defaults hold resume points. */
  readonly hoistedParameters: ReadonlySet<string>
  prepare (): void
}

function lowerParameters (node: BodyNode, context: LowerContext): Parameters {
  const { file } = context
  const isPlain = !node.parameters.some(parameter => file.points.has(parameter) || usesShared(parameter, context))
  const isSimple = node.parameters.every(parameter => ts.isIdentifier(parameter.name) && parameter.initializer === undefined)
  if (isPlain && (isSimple || !isAsyncNode(node))) {
    const texts = node.parameters.map((parameter, index) => [index > 0 ? ', ' : '', resolve(rewrite(parameter, context), 'fast')])
    return { parameters: texts, hoistedParameters: new Set(), prepare: () => {} }
  }
  context.lowersParameters = true
  const names = node.parameters.map((_, index) => `$p${index + 1}`)
  const parameters = node.parameters.map((parameter, index) => [
    index > 0 ? ', ' : '', parameter.dotDotDotToken === undefined ? '' : '...', names[index], parameter.initializer === undefined ? '' : ' = undefined'
  ])
  const hoistedParameters = new Set(node.parameters.flatMap(parameter => declaredNames(parameter.name)).map(name => name.text))
  const prepare = (): void => node.parameters.forEach((parameter, index) => context.statement(() => {
    for (const name of declaredNames(parameter.name)) {
      const variable = file.scopes.declared.get(name)!
      if (!file.captured.isBoxed(variable)) context.hoisted.add(file.names.of(variable))
    }
    if (parameter.initializer !== undefined) {
      const { initializer } = parameter
      const then = context.collect(() => assignTo(names[index], initializer, context))
      context.push({ kind: 'if', test: `${names[index]} === undefined`, then, otherwise: [] })
    }
    lowerBinding(parameter.name, names[index], context)
  }))
  return { parameters, hoistedParameters, prepare }
}

/** A default that reads a parameter whose place is a scope object, which is made after the parameters have arrived. */
function usesShared (parameter: ts.ParameterDeclaration, { file, scope }: LowerContext): boolean {
  let uses = false
  const visit = (node: ts.Node): void => {
    const variable = file.scopes.resolved.get(node)
    if (variable?.scope === scope && file.captured.isBoxed(variable)) uses = true
    else ts.forEachChild(node, visit)
  }
  if (parameter.initializer !== undefined) visit(parameter.initializer)
  if (!ts.isIdentifier(parameter.name)) visit(parameter.name)
  return uses
}

/** What a frame of the function holds, in order. */
function layoutOf (node: BodyNode, scope: FunctionScope, context: LowerContext, hoistedParameters: ReadonlySet<string>): LayoutEntry[] {
  const { file } = context
  const layout: LayoutEntry[] = []
  const uses = (name: string): boolean => scope.variables.get(name)?.references.length !== undefined
  const constructible = (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node)) && !isSuspendable(node)
  const isDerived = context.isDerived
  if (!ts.isArrowFunction(node)) {
    if (!isDerived && (uses('this') || constructible || ts.isConstructorDeclaration(node))) layout.push({ name: '$this', role: 'this' })
    if (uses('new.target') || constructible || ts.isConstructorDeclaration(node)) layout.push({ name: '$target', role: 'new.target' })
    if (uses('arguments')) layout.push({ name: '$arguments', role: 'arguments' })
    if (uses('home ')) layout.push({ name: '$home', role: 'home' })
  }
  for (const variable of file.captured.ownNamesOf(scope)) layout.push({ name: file.names.of(variable), role: 'capture' })
  for (const capture of file.captured.capturesOf(scope)) layout.push({ name: file.names.ofCapture(capture), role: 'capture' })
  const parameters = hoistedParameters.size > 0
    ? node.parameters.map((_, index) => `$p${index + 1}`)
    : node.parameters.flatMap(parameter => declaredNames(parameter.name)).map(name => file.names.of(file.scopes.declared.get(name)!))
  // Sloppy code may give one name to several parameters: the last one is the variable.
  for (const name of new Set(parameters)) layout.push({ name, role: 'parameter' })
  const taken = new Set(layout.map(entry => entry.name))
  for (const name of context.hoisted) if (!taken.has(name)) layout.push({ name, role: 'local' })
  for (let index = 1; index <= context.temporariesMax; index++) layout.push({ name: `$t${index}`, role: 'temporary' })
  return layout
}

function printFast ({ body, layout, points }: LoweredFunction, site: SiteText, directives: string, home: string, returned?: string): Code {
  const locals = layout.filter(entry => entry.role === 'local' || entry.role === 'temporary').map(entry => entry.name)
  if (points.length === 0) {
    const text = printStructured(body, 'fast', { return: value => value === undefined ? 'return;' : ['return ', value, ';'], jump: unreachable }, '  ')
    return ['{\n', directives, locals.length > 0 ? `  let ${locals.join(', ')};\n` : '', text, '}']
  }
  const text = printStructured(body, 'fast', {
    return: value => ['{ $result = ', returned ?? value ?? 'undefined', '; break $body }'],
    jump: unreachable
  }, '      ')
  return [
    '{\n', directives, `  let ${['$pc = 0', '$result', ...locals].join(', ')};\n`,
    '  try {\n    $body: {\n', text, '    }\n    $pc = -1;\n',
    `  } finally { if ($pc !== -1 && $flag[1] !== 0) $.record($module, ${site.index}, $pc, `, frameValues(layout, home), ') }\n',
    '  return $result;\n}'
  ]
}

function unreachable (): never { throw new Error('reprise: a jump leaves its function') }

/** The frame's values as the fast version reads them. */
function frameValues (layout: readonly LayoutEntry[], home: string): Code {
  const values = layout.map(({ name, role }) => {
    switch (role) {
      case 'this': return 'this'
      case 'new.target': return 'new.target'
      case 'arguments': return 'arguments'
      case 'home': return home
      default: return name
    }
  })
  return `[${values.join(', ')}]`
}

function printMachines ({ body, layout, points }: LoweredFunction, site: SiteText, file: FileContext, directives: string, suspends: boolean, returned?: string): FunctionText['machines'] {
  if (points.length === 0 && !suspends) return []
  const array = `[${layout.map(entry => entry.name).join(', ')}]`
  const mayConstruct = layout.some(entry => entry.name === '$target')
  const result = (value: Code | undefined): Code => {
    if (!mayConstruct || suspends) return returned ?? value ?? 'undefined'
    if (layout.some(entry => entry.name === '$this' && entry.role === 'local')) return ['$.constructedDerived(', value ?? 'undefined', ', $this)']
    return ['$.constructed(', value ?? 'undefined', ', $this, $target)']
  }
  const base = file.names.fresh(`${identifierOf(site.name)}$resume`)
  const text = printMachine(body, { save: `$frame.locals = ${array}`, result })
  const locals = layout.map((entry, index) => `${entry.name} = $l[${index}]`)
  const more = ['$parent', '$method'].filter(() => layout.some(entry => entry.name === '$home'))
  const open = `let ${['$l = $frame.locals', ...locals, ...more].join(', ')};\n`
  const rerecord = `  } finally { if ($pc !== -1 && $flag[1] !== 0) $.rerecord($frame, $pc, ${array}) }\n`
  const machine: Code = [
    `function ${base} ($frame, $mode, $value) {\n`, directives, '  ', open, '  let $pc = $frame.pc', text.handles ? ', $handler = 0;\n' : ';\n',
    '  try {\n', text.handles ? '' : '  if ($mode === 1) throw $value;\n',
    '  for (;;) ', text.handles ? 'try { ' : '', 'switch ($pc) {\n    case 0:\n', text.cases, '    default: $.badState($frame);\n  }',
    text.handles ? ' } catch ($error) { if ($flag[1] !== 0 || $handler === 0) throw $error; $value = $error; $pc = $handler }\n' : '\n',
    rerecord, '}'
  ]
  site.machine = base
  const loops = text.loops.map((loop, index) => {
    const name = file.names.fresh(`${identifierOf(site.name)}$loop${index + 1}`)
    const leave = (target: number): string => `$frame.locals = ${array}; $frame.pc = ${target}; $pc = -1;`
    const handler = loop.handler === 0 ? '' : `  } catch ($error) { if ($flag[1] !== 0) throw $error; ${leave(loop.handler)} $frame.carried = $error; return $.AGAIN;\n`
    const code: Code = [
      `function ${name} ($frame) {\n`, directives, '  ', open, '  let $pc = 0;\n  try {\n', loop.code,
      `    ${leave(loop.stateAfter)} return $.AGAIN;\n`, handler, rerecord, '}'
    ]
    return { state: loop.state, name, code }
  })
  site.loops = loops.map(({ state, name }) => ({ state, name }))
  return [{ name: base, code: machine }, ...loops.map(({ name, code }) => ({ name, code }))]
}

/** In place of an async function or generator: a call that makes its frame. */
function suspendable (node: BodyNode, lowered: LoweredFunction, parameters: Code, site: SiteText, home: string, directives: string, machines: FunctionText['machines']): FunctionText {
  const values = lowered.layout.filter(entry => entry.role !== 'local' && entry.role !== 'temporary')
  const isGenerator = (node as { asteriskToken?: unknown }).asteriskToken !== undefined
  const call = isAsyncNode(node) ? (isGenerator ? '$.asyncGeneratorCall' : '$.asyncCall') : '$.generatorCall'
  // A method has no name for itself: its site remembers the function object.
  const self = !isGenerator ? '' : ts.isMethodDeclaration(node) ? `, $.generatorOf($module, ${site.index})` : ts.isFunctionDeclaration(node) ? `, ${node.name === undefined ? '$default' : markOwn(node.name.text)}` : ', $self'
  // Unlike the function in their place, generators and async functions have no [[Construct]].
  const constructs = ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node)
  const guard = constructs ? ` if (new.target !== undefined) $.notConstructor(${JSON.stringify(site.name)});` : ''
  return { parameters, body: [`{ ${directives.trim()}${guard} return ${call}($module, ${site.index}, `, frameValues(values, home), `${self}) }`], machines }
}

export const identifierOf = (name: string): string => name.replace(/[^\w$]+/g, '_').replace(/^(\d)/, '_$1') || 'anonymous'
