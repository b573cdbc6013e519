/**
 * One function of the source becomes: its fast version (in its place), a machine, and a structured function for each of its
 * loops. An async function's fast version is a native async function beside it; in its place stands what makes the frame and
 * the promise. Generators are machines alone; in their place stands a call that makes the frame.
 *
 * `finally` with a single exit records the frame: 0.3 µs a frame and 1.0 to 1.1 on the fast path, against 2 to 2.7 µs for
 * catch and rethrow (V8 makes a message for each rethrow), 1.35 for `return` inside try, 1.40 for testing returned sentinels.
 */
import ts from 'typescript'
import { hasUseStrict, type FunctionScope } from '../analyze/scopes.js'
import { LowerContext, type FileContext } from '../lower/context.js'
import { skipParentheses } from '../lower/calls.js'
import { holdsPoint, holdsTry, POINT_STEP, type LayoutEntry, type LoweredFunction, type PointPosition } from '../lower/lowered.js'
import { lowerBinding } from '../lower/patterns.js'
import { findScratch } from '../lower/scratch.js'
import { assignTo, lowerExpression } from '../lower/expressions.js'
import { declaredNames, rewrite } from '../lower/rewrite.js'
import { lowerReturned, lowerStatements, openScope } from '../lower/statements.js'
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
  if (file.natives.has(node)) return false
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
  // Even where `super()` is never called, the machine must say that it was not.
  if (context.isDerived) context.hoisted.add('$this')
  const { parameters, prepare } = lowerParameters(node, context)
  const body = context.collect(() => {
    openScope(scope, context)
    prepare()
    openBodyScope(node, context)
    // Parameters have their values when the call returns, the body begins with the first `next`.
    if (context.isGenerator && context.lowersParameters) context.point(node, 'yield', 'undefined', undefined)
    lowerBody(node, context)
  })
  const scratch = findScratch(body)
  const lowered: LoweredFunction = { body, layout: layoutOf(node, scope, context, scratch), scratch: [...scratch], points: livePoints(context, scratch) }
  site.layout = lowered.layout
  site.points = lowered.points
  const directives = ts.isBlock(node.body!) && hasUseStrict(node.body.statements) ? '  "use strict";\n' : ''
  const strict = scope.strict && file.commonJs ? '  "use strict";\n' : ''
  const home = `$home${node.parent.pos}`
  if (isAsyncNode(node) && !context.isGenerator) return asyncFunction(node, lowered, parameters, site, file, home, directives, strict)
  if (isSuspendable(node)) return suspendable(node, lowered, parameters, site, home, directives, printMachines(lowered, site, file, strict, true), context.lowersParameters)
  return { parameters, body: printFast(lowered, site, directives, home, { isSmall: isSmall(node, lowered) }), machines: printMachines(lowered, site, file, strict, false) }
}

/** So small that it is worth being inlined. */
const isSmall = (node: BodyNode, { points }: LoweredFunction): boolean => node.end - node.getStart() <= 600 && points.length <= 8

/**
 * The poll at the entry stands behind the cases that end the function at once, since a recursion ends in them:
 *
 *     function count (n) { if (n === 0) return 1; <poll>; return count(n - 1) + 1 }
 */
function lowerBody (node: BodyNode, context: LowerContext): void {
  const { points } = context.file
  const polls = points.pollsAtEntry(node) && !isSuspendable(node)
  if (!ts.isBlock(node.body!)) { lowerResult(node.body as ts.Expression, polls ? node : undefined, context); return }
  const { statements } = node.body
  const early = polls && !points.isDense ? earlyStatements(statements, context.file) : 0
  lowerStatements(statements, context, index => {
    if (index !== early || !polls) return false
    const statement = statements[early] as ts.Statement | undefined
    if (statement !== undefined && ts.isReturnStatement(statement) && statement.expression !== undefined) {
      lowerResult(statement.expression, node, context)
      return true
    }
    context.poll(node)
    return false
  })
}

/** How many statements at the beginning hold no resume point, up to the last that may end the function. */
function earlyStatements (statements: readonly ts.Statement[], { points, needsLowering }: FileContext): number {
  let count = 0
  for (let index = 0; index < statements.length; index++) {
    const statement = statements[index]
    if (needsLowering(statement) || ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) break
    if (points.escapes(statement)) count = index + 1
  }
  return count
}

/** `return n === 0 ? 1 : f(n - 1)`: the end of a recursion is returned before the poll. */
function lowerResult (expression: ts.Expression, polled: ts.Node | undefined, context: LowerContext): void {
  const { points } = context.file
  let node = skipParentheses(expression)
  while (polled !== undefined && !points.isDense && ts.isConditionalExpression(node) && !points.has(node.condition)) {
    const [ends, goesOn, negation] = !points.has(node.whenTrue) ? [node.whenTrue, node.whenFalse, ''] : [node.whenFalse, node.whenTrue, '!']
    if (points.has(ends)) break
    const then = context.collect(() => lowerReturned(ends, context))
    context.push({ kind: 'if', test: [negation, '(', lowerExpression(node.condition, context), ')'], then, otherwise: [] })
    node = skipParentheses(goesOn)
  }
  if (polled !== undefined) context.poll(polled)
  lowerReturned(node, context)
}

/** A segment: a function without parameters whose variables are the module's, or its own where blocks declare them. */
export function printSegment (lowered: LoweredFunction, name: string, site: SiteText, file: FileContext, suspends: boolean, returns: boolean): { fast: Code, machines: FunctionText['machines'] } {
  const returned = returns ? '$.RETURNED' : undefined
  const strict = file.scopes.module.strict && file.commonJs ? '  "use strict";\n' : ''
  const fast: Code = suspends ? '' : [`function ${name} () `, printFast(lowered, site, strict, '', { returned })]
  return { fast, machines: printMachines(lowered, site, file, strict, suspends, returned) }
}

/** A `var` of the body that has a scope of its own beside the parameters begins with the parameter's value. */
function openBodyScope (node: BodyNode, context: LowerContext): void {
  const { scopes } = context.file
  const body = node.body === undefined ? undefined : scopes.opened.get(node.body)
  openScope(body, context)
  for (const variable of body?.variables.values() ?? []) {
    const parameter = context.scope.variables.get(variable.name)
    if (parameter?.kind !== 'parameter') continue
    context.plain([context.target(variable), ' = ', context.reference(parameter)])
  }
}

interface Parameters {
  readonly parameters: Code
  prepare (): void
}

function lowerParameters (node: BodyNode, context: LowerContext): Parameters {
  const { file } = context
  const isPlain = !node.parameters.some(parameter => file.points.has(parameter) || usesShared(parameter, context))
  const isSimple = node.parameters.every(parameter => ts.isIdentifier(parameter.name) && parameter.initializer === undefined)
  if (isPlain && (isSimple || !isAsyncNode(node))) {
    const texts = node.parameters.map((parameter, index) => [index > 0 ? ', ' : '', resolve(rewrite(parameter, context), 'fast')])
    return { parameters: texts, prepare: () => {} }
  }
  context.lowersParameters = true
  const names = node.parameters.map((_, index) => `$p${index + 1}`)
  const parameters = node.parameters.map((parameter, index) => [
    index > 0 ? ', ' : '', parameter.dotDotDotToken === undefined ? '' : '...', names[index], parameter.initializer === undefined ? '' : ' = undefined'
  ])
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
  return { parameters, prepare }
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

export const temporariesOf = (context: LowerContext): string[] => Array.from({ length: context.temporariesMax }, (_, index) => `$t${index + 1}`)

/** The resume points, with how many of the temporaries in the layout are alive. */
export function livePoints (context: LowerContext, scratch: ReadonlySet<string>): PointPosition[] {
  const names = temporariesOf(context)
  return context.points.map(({ at, temporaries }) => ({ at, temporaries: names.slice(0, temporaries).filter(name => !scratch.has(name)).length }))
}

/** What a frame of the function holds, in order. */
function layoutOf (node: BodyNode, scope: FunctionScope, context: LowerContext, scratch: ReadonlySet<string>): LayoutEntry[] {
  const { file } = context
  const layout: LayoutEntry[] = []
  const uses = (name: string): boolean => scope.variables.get(name)?.references.length !== undefined
  const constructible = (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node)) && !isSuspendable(node) && !file.points.isOnlyCalled(node)
  const isDerived = context.isDerived
  if (!ts.isArrowFunction(node)) {
    if (!isDerived && (uses('this') || constructible || ts.isConstructorDeclaration(node))) layout.push({ name: '$this', role: 'this' })
    if (uses('new.target') || constructible || ts.isConstructorDeclaration(node)) layout.push({ name: '$target', role: 'new.target' })
    if (uses('arguments')) layout.push({ name: '$arguments', role: 'arguments' })
    if (uses('home ')) layout.push({ name: '$home', role: 'home' })
  }
  for (const variable of file.captured.ownNamesOf(scope)) layout.push({ name: file.names.of(variable), role: 'capture' })
  for (const capture of file.captured.capturesOf(scope)) layout.push({ name: file.names.ofCapture(capture), role: 'capture' })
  const parameters = context.lowersParameters
    ? node.parameters.map((_, index) => `$p${index + 1}`)
    : node.parameters.flatMap(parameter => declaredNames(parameter.name)).map(name => file.names.of(file.scopes.declared.get(name)!))
  // Sloppy code may give one name to several parameters: the last one is the variable.
  for (const name of new Set(parameters)) layout.push({ name, role: 'parameter' })
  const taken = new Set(layout.map(entry => entry.name))
  for (const name of context.hoisted) if (!taken.has(name)) layout.push({ name, role: 'local' })
  for (const name of temporariesOf(context)) if (!scratch.has(name)) layout.push({ name, role: 'temporary' })
  return layout
}

/**
 * The fast version in one of two forms. Finally with a single exit passes the program's own errors on untouched, and a frame
 * is recorded in 0.3 µs. Catch costs 2 µs for each frame that a signal or an error leaves, but its code is small, and small
 * functions live by being inlined: fib 1.06 against 1.38, mutual recursion 1.7 against 4.
 */
function printFast (lowered: LoweredFunction, site: SiteText, directives: string, home: string, options: { readonly returned?: string, readonly isSmall?: boolean } = {}): Code {
  const { body, layout, points, scratch } = lowered
  const { returned } = options
  const locals = layout.filter(entry => entry.role === 'local' || entry.role === 'temporary').map(entry => entry.name).concat(scratch)
  const exits = { return: (value: Code | undefined): Code => value === undefined && returned === undefined ? 'return;' : ['return ', returned ?? value!, ';'], jump: unreachable }
  const declared = (names: readonly string[]): string => names.length > 0 ? `  let ${names.join(', ')};\n` : ''
  if (points.length === 0) return ['{\n', directives, declared(locals), printStructured(body, 'fast', exits, '  '), '}']
  // What comes before the first resume point needs no try.
  const first = body.findIndex(holdsPoint)
  const before = printStructured(body.slice(0, first), 'fast', exits, '  ')
  const rest = body.slice(first)
  if (options.isSmall === true && !rest.some(holdsTry)) {
    const text = printStructured(rest, 'fast', { ...exits, returnsCalls: returned === undefined }, '    ')
    const values = frameValues(layout, home).map(value => `, ${value}`).join('')
    return [
      '{\n', directives, declared([...locals, '$pc']), before,
      '  try {\n', text, `  } catch ($error) { throw $left($error, ${site.index}, $pc${values}) }\n}`
    ]
  }
  const text = printStructured(rest, 'fast', {
    return: value => ['{ $result = ', returned ?? value ?? 'undefined', '; break $body }'],
    jump: unreachable
  }, '      ')
  return [
    '{\n', directives, declared(['$pc = 0', '$result', ...locals]), before,
    '  try {\n    $body: {\n', text, '    }\n    $pc = -1;\n',
    `  } finally { if ($pc !== -1 && $flag[1] !== 0) $.record($module, ${site.index}, $pc, [${frameValues(layout, home).join(', ')}]) }\n`,
    '  return $result;\n}'
  ]
}

function unreachable (): never { throw new Error('reprise: a jump leaves its function') }

/** The frame's values as the fast version reads them. */
function frameValues (layout: readonly LayoutEntry[], home: string): string[] {
  return layout.map(({ name, role }) => {
    switch (role) {
      case 'this': return 'this'
      case 'new.target': return 'new.target'
      case 'arguments': return 'arguments'
      case 'home': return home
      default: return name
    }
  })
}

function printMachines ({ body, layout, points, scratch }: LoweredFunction, site: SiteText, file: FileContext, directives: string, suspends: boolean, returned?: string): FunctionText['machines'] {
  if (points.length === 0 && !suspends) return []
  const array = `[${layout.map(entry => entry.name).join(', ')}]`
  const mayConstruct = layout.some(entry => entry.name === '$target')
  const result = (value: Code | undefined): Code => {
    if (!mayConstruct || suspends) return returned ?? value ?? 'undefined'
    if (layout.some(entry => entry.name === '$this' && entry.role === 'local')) return ['$.constructedDerived(', value ?? 'undefined', ', $this)']
    return ['$.constructed(', value ?? 'undefined', ', $this, $target)']
  }
  const base = file.names.fresh(`${identifierOf(site.name)}$resume`)
  const text = printMachine(body, { pointCount: points.length, save: `$frame.locals = ${array}`, saveInPlace: inPlace(layout), result })
  const locals = layout.map((entry, index) => `${entry.name} = $l[${index}]`)
  const open = `let ${['$l = $frame.locals', ...locals, ...homeLocals(layout), ...scratch].join(', ')};\n`
  const rerecord = `  } finally { if ($pc !== -1 && $flag[1] !== 0) $.rerecord($frame, $pc, ${array}) }\n`
  const machine: Code = [
    `function ${base} ($frame, $mode, $value) {\n`, directives, '  ', open, '  let $pc = $frame.pc', text.handles ? ', $handler = 0;\n' : ';\n',
    '  try {\n', text.handles ? '' : '  if ($mode === 1) throw $value;\n',
    '  $run: for (;;) ', text.handles ? 'try { ' : '', `switch ($pc % ${POINT_STEP}) {\n    case 0:\n`, text.cases, '    default: $.badState($frame);\n  }',
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

/** Methods with `super` keep these two for a moment. */
const homeLocals = (layout: readonly LayoutEntry[]): string[] => layout.some(entry => entry.name === '$home') ? ['$parent', '$method'] : []

/** What may have changed since the machine was entered, into the frame's own array: a new one for each step costs more than the step. */
function inPlace (layout: readonly LayoutEntry[]): string {
  const changing = layout.flatMap(({ name, role }, index) => role === 'parameter' || role === 'local' || role === 'temporary' ? [`$l[${index}] = ${name}; `] : [])
  return changing.join('').replace(/; $/, '')
}

/**
 * In place of an async function a plain one, which makes the frame; beside it the native async function that does the work.
 *
 *     function foo (a) { const $frame = $.asyncFrame($module, 3); return $.asyncBorn($frame, foo$async($frame, a)) }
 *     async function foo$async ($frame, a) {
 *       let $pc = 0, $result, x
 *       try { $body: {
 *         $pc = 7500001; $t1 = g(a)
 *         x = await $.await($frame, $t1, 7500002, [a, x])           the mirror of what V8 keeps, for captures to come
 *         $result = x; break $body
 *       } } catch ($error) { return $.asyncLeft($frame, $error, $pc, [a, x]) }
 *       return $.asyncReturn($frame, $result)
 *     }
 *
 * Inside an async function its own promise cannot be had, so two functions are needed. The promise is settled behind the
 * `try`: only when all finally blocks have run, and its own failures are none of the program's catch clauses' business.
 */
function asyncFunction (node: BodyNode, lowered: LoweredFunction, parameters: Code, site: SiteText, file: FileContext, home: string, directives: string, strict: string): FunctionText {
  const { body, layout, scratch } = lowered
  const values = layout.filter(entry => entry.role !== 'local' && entry.role !== 'temporary')
  const machines = lowered.points.length === 0 ? [] : printMachines(lowered, site, file, strict, true)
  const base = site.machine?.replace('$resume', '$async') ?? `${identifierOf(site.name)}$async`
  const name = file.names.fresh(base)
  const array = `[${layout.map(entry => entry.name).join(', ')}]`
  const locals = [...layout.filter(entry => !values.includes(entry)).map(entry => entry.name), ...scratch, ...homeLocals(layout)]
  // Torture builds the tasks anew within the process: what was in flight before must not go on.
  const isOld = file.points.isDense ? ' if ($generation !== $.generation()) await $.never();' : ''
  const text = printStructured(body, 'machine', {
    return: value => ['{ $result = ', value ?? 'undefined', '; break $body }'],
    jump: unreachable,
    awaited: (pc, operand) => ['await $.await($frame, ', operand, `, ${pc}, ${array})`],
    behindAwait: isOld
  }, '      ')
  const fast: Code = [
    `async function ${name} (${['$frame', ...values.map(entry => entry.name)].join(', ')}) {\n`, strict,
    `  let ${['$pc = 0', '$result', ...locals].join(', ')};\n`, isOld === '' ? '' : '  const $generation = $.generation();\n',
    '  try {\n    $body: {\n', text, '    }\n',
    `  } catch ($error) {${isOld} return $.asyncLeft($frame, $error, $pc, ${array}) }\n`,
    '  return $.asyncReturn($frame, $result);\n}'
  ]
  const call = `const $frame = $.asyncFrame($module, ${site.index}); return $.asyncBorn($frame, ${name}(${['$frame', ...frameValues(values, home)].join(', ')}))`
  return { parameters, body: `{ ${directives.trim()}${constructGuard(node, site)} ${call} }`, machines: [...machines, { name, code: fast }] }
}

/** In place of a generator: a call that makes its frame. */
function suspendable (node: BodyNode, lowered: LoweredFunction, parameters: Code, site: SiteText, home: string, directives: string, machines: FunctionText['machines'], prepares: boolean): FunctionText {
  const values = lowered.layout.filter(entry => entry.role !== 'local' && entry.role !== 'temporary')
  const rest = Array<string>(lowered.layout.length - values.length).fill('undefined')
  const call = isAsyncNode(node) ? '$.asyncGeneratorCall' : '$.generatorCall'
  // A method has no name for itself: its site remembers the function object.
  const self = ts.isMethodDeclaration(node) ? `, $.generatorOf($module, ${site.index})` : ts.isFunctionDeclaration(node) ? `, ${node.name === undefined ? '$default' : markOwn(node.name.text)}` : ', $self'
  const last = prepares ? ', 1' : ''
  return { parameters, body: [`{ ${directives.trim()}${constructGuard(node, site)} return ${call}($module, ${site.index}, `, `[${[...frameValues(values, home), ...rest].join(', ')}]`, `${self}${last}) }`], machines }
}

/** Unlike the function in their place, generators and async functions have no [[Construct]]. */
function constructGuard (node: BodyNode, site: SiteText): string {
  const constructs = ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node)
  return constructs ? ` if (new.target !== undefined) $.notConstructor(${JSON.stringify(site.name)});` : ''
}

export const identifierOf = (name: string): string => name.replace(/[^\w$]+/g, '_').replace(/^(\d)/, '_$1') || 'anonymous'
