/**
 * What the lowerings share: the file's facts, and the state of the function being lowered (statements so far, temporaries,
 * resume points, enclosing jumps).
 */
import ts from 'typescript'
import type { Captured, Capture } from '../analyze/captured.js'
import { isScope } from '../analyze/captured.js'
import type { Points } from '../analyze/points.js'
import { isFunctionNode, isImmutable, type FunctionScope, type Scope, type Scopes, type Variable } from '../analyze/scopes.js'
import { markOwn } from '../emit/reserved.js'
import type { Jump } from './jumps.js'
import { ASYNC_POINT_BASE, POINT_BASE, type Lowered, type Piece, type Point, type PointPosition } from './lowered.js'

export interface FileContext {
  readonly source: ts.SourceFile
  readonly scopes: Scopes
  readonly points: Points
  readonly captured: Captured
  readonly natives: ReadonlySet<ts.Node>
  readonly names: Names
  readonly commonJs: boolean
  /** The node must be taken apart: a resume point, a shared variable or a nested declaration lies in it. */
  needsLowering (node: ts.Node): boolean
  /** Text that makes a closure (function, class, object literal with methods) at run time. */
  readonly closures: Closures
}

/** The emit phase's side of closures: it prints the factory once, and gives back the text that calls it. */
export interface Closures {
  functionExpression (node: ts.Node, context: LowerContext, name?: string): Piece
  objectLiteral (node: ts.ObjectLiteralExpression, context: LowerContext): Piece
  classExpression (node: ts.ClassLikeDeclaration, context: LowerContext, name?: string): Piece
}

/** Names of emitted variables: chosen once, different from every name of the file. */
export class Names {
  readonly #taken: Set<string>
  readonly #variables = new Map<Variable, string>()
  readonly #scopes = new Map<Scope, string>()
  readonly #scopesByName = new Map<string, Scope>()

  constructor (taken: Iterable<string>) { this.#taken = new Set(taken) }

  fresh (base: string): string {
    let name = base
    for (let suffix = 2; this.#taken.has(name); suffix++) name = `${base}$${suffix}`
    this.#taken.add(name)
    return name
  }

  of (variable: Variable): string {
    switch (variable.kind) {
      case 'this': return '$this'
      case 'arguments': return '$arguments'
      case 'new.target': return '$target'
      case 'home': return '$home'
      default: return this.#variables.get(variable) ?? markOwn(variable.name)
    }
  }

  rename (variable: Variable): void { this.#variables.set(variable, this.fresh(variable.name)) }

  /** The scope whose object has this name. */
  scopeNamed (name: string): Scope | undefined {
    return this.#scopesByName.get(name)
  }

  ofScope (scope: Scope): string {
    let name = this.#scopes.get(scope)
    if (name === undefined) {
      name = this.fresh('$scope' + (this.#scopes.size + 1))
      this.#scopes.set(scope, name)
      this.#scopesByName.set(name, scope)
    }
    return name
  }

  ofCapture (capture: Capture): string { return isScope(capture) ? this.ofScope(capture) : this.of(capture) }
}

export class LowerContext {
  readonly file: FileContext
  readonly scope: FunctionScope
  /** Locals become variables of the whole function, so that one frame can hold them. */
  readonly hoists: boolean
  readonly isAsync: boolean
  readonly isGenerator: boolean
  /** A constructor of a class with a heritage clause: `this` is there only after `super()`. */
  readonly isDerived: boolean
  /** Parameters arrive under other names and become locals, since their defaults hold resume points or shared variables. */
  lowersParameters = false
  out: Lowered[] = []
  readonly jumps: Jump[] = []
  readonly points: PointPosition[] = []
  readonly hoisted = new Set<string>()
  /** Names under which a segment keeps variables of a top-level pattern until the declaration gives them to the module. */
  readonly substitutes = new Map<Variable, string>()
  #temporaries = 0
  temporariesMax = 0
  #labels = 0

  constructor (file: FileContext, scope: FunctionScope, hoists: boolean) {
    this.file = file
    this.scope = scope
    this.hoists = hoists
    const { node } = scope
    const modifiers = isFunctionNode(node) && ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined
    this.isAsync = modifiers?.some(modifier => modifier.kind === ts.SyntaxKind.AsyncKeyword) === true
    this.isGenerator = isFunctionNode(node) && 'asteriskToken' in node && node.asteriskToken !== undefined
    this.isDerived = ts.isConstructorDeclaration(node) && node.parent.heritageClauses?.some(clause => clause.token === ts.SyntaxKind.ExtendsKeyword) === true
  }

  push (statement: Lowered): void { this.out.push(statement) }
  plain (code: Piece): void { this.out.push({ kind: 'plain', code }) }

  /** The statements that `body` lowers, instead of adding them here. */
  collect (body: () => void): Lowered[] {
    const outer = this.out
    const inner: Lowered[] = this.out = []
    try { body() } finally { this.out = outer }
    return inner
  }

  /** A variable of the function that lives until the statement (or loop) around it ends. */
  temporary (): string {
    const name = '$t' + ++this.#temporaries
    this.temporariesMax = Math.max(this.temporariesMax, this.#temporaries)
    return name
  }

  /** Temporaries that `body` takes are free again after it. */
  statement (body: () => void): void {
    const mark = this.#temporaries
    body()
    this.#temporaries = mark
  }

  label (base: string): string { return `$${base}${++this.#labels}` }

  point (node: ts.Node, form: Point['form'], code: Piece, target: Piece | undefined, more?: Partial<Point>): void {
    this.push({ kind: 'point', form, pc: this.nextPoint(node), target, code, ...more })
  }

  poll (node: ts.Node): void { this.push({ kind: 'poll', pc: this.nextPoint(node) }) }

  nextPoint (node: ts.Node): number {
    this.points.push({ at: node.getStart(this.file.source), temporaries: this.#temporaries })
    return (this.isAsync && !this.isGenerator ? ASYNC_POINT_BASE : POINT_BASE) + this.points.length
  }

  /** Where the variable is read and written, by name. */
  reference (variable: Variable): Piece {
    const { captured, names } = this.file
    if (captured.isBoxed(variable)) {
      const place = `${names.ofScope(variable.scope)}.${variable.name.trim()}`
      return captured.isChecked(variable) ? `$.initialized(${place}, ${JSON.stringify(variable.name)})` : place
    }
    const place = this.target(variable)
    return this.hoists && captured.isChecked(variable) && this.isHoisted(variable) ? ['$.initialized(', place, `, ${JSON.stringify(variable.name)})`] : place
  }

  /** Where an assignment of the program goes: the declaration's own is `target`. */
  assigned (variable: Variable): Piece {
    if (!isImmutable(variable) || variable.scope === this.file.scopes.module) return this.target(variable)
    return variable.kind === 'own-name' && !this.scope.strict ? '$.ignored.value' : '$.constant.value'
  }

  target (variable: Variable): Piece {
    const { captured, names } = this.file
    if (captured.isBoxed(variable)) return `${names.ofScope(variable.scope)}.${variable.name.trim()}`
    if (variable.scope.owner === this.scope) {
      switch (variable.kind) {
        case 'this': return { fast: 'this', machine: this.isDerived ? '$.self($this)' : '$this' }
        case 'arguments': return { fast: 'arguments', machine: '$arguments' }
        case 'new.target': return { fast: 'new.target', machine: '$target' }
        case 'home': return { fast: homeOf(this), machine: '$home' }
      }
    }
    return this.substitutes.get(variable) ?? names.of(variable)
  }

  /** Declares the variable for the whole function; its declaration becomes an assignment. */
  hoist (variable: Variable): void {
    // Variables of the module stay where they are.
    if (variable.scope === this.file.scopes.module) return
    if (isDeclared(variable) && !this.file.captured.isBoxed(variable)) this.hoisted.add(this.file.names.of(variable))
  }

  isHoisted (variable: Variable): boolean {
    if (!this.hoists || variable.scope.owner !== this.scope || this.file.captured.isBoxed(variable)) return false
    return variable.scope === this.scope ? this.scope.kind !== 'module' : this.file.needsLowering(variable.scope.node) || this.file.points.escapes(variable.scope.node)
  }

  source (node: ts.Node): Piece { return { from: node.getStart(this.file.source), to: node.end } }

  /** A constant throughout the function, so that reading it late is the same as reading it now. */
  isConstant (variable: Variable): boolean {
    if (variable.reassigned || this.file.captured.isBoxed(variable)) return false
    switch (variable.kind) {
      case 'const': case 'parameter': case 'this': case 'function': case 'own-name': case 'class-name': case 'new.target': case 'arguments': return true
      default: return false
    }
  }
}

/** Declared by a statement of the function, not by its head. */
const isDeclared = ({ kind }: Variable): boolean => kind === 'var' || kind === 'let' || kind === 'const' || kind === 'function' || kind === 'class' || kind === 'catch'

/** The variable that holds the object on which a method with `super` was defined. */
export function homeOf (context: LowerContext): string {
  return `$home${context.scope.node.parent.pos}`
}
