/** What the analysis of scopes finds: scopes, variables, references; and the questions that all of it asks of the syntax. */
import ts from 'typescript'

export type FunctionNode =
  | ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction | ts.MethodDeclaration
  | ts.GetAccessorDeclaration | ts.SetAccessorDeclaration | ts.ConstructorDeclaration
/** Code that runs with a `this` of its own without being a function of the text: field initialisers and static blocks. */
export type InitializerNode = ts.PropertyDeclaration | ts.ClassStaticBlockDeclaration

export type VariableKind =
  | 'var' | 'let' | 'const' | 'function' | 'parameter' | 'class' | 'catch' | 'own-name' | 'class-name' | 'import'
  | 'this' | 'arguments' | 'new.target' | 'home'

export interface Variable {
  readonly name: string
  readonly kind: VariableKind
  readonly scope: Scope
  /** Where it is declared; undefined for `this` and the like. */
  readonly declaration: ts.Node | undefined
  readonly references: Reference[]
  /** Used by a function other than the one that declares it. */
  captured: boolean
  /** Assigned anywhere besides its declaration. */
  reassigned: boolean
  /** The one declaration with initialiser of a `var` that stands directly in its function's body. */
  initializedAt: ts.VariableDeclaration | undefined
}

/** An assignment to it is an error, or, to a function's own name in sloppy code, nothing. */
export const isImmutable = ({ kind }: Variable): boolean => kind === 'const' || kind === 'own-name' || kind === 'class-name' || kind === 'import'

export interface Reference {
  readonly node: ts.Node
  readonly variable: Variable
  readonly from: FunctionScope
  readonly write: boolean
}

export interface Scope {
  readonly node: ts.Node
  readonly parent: Scope | undefined
  readonly owner: FunctionScope
  readonly variables: Map<string, Variable>
}

/** A function, the module, or an initialiser of a class. */
export interface FunctionScope extends Scope {
  readonly kind: 'module' | 'function' | 'arrow' | 'initializer'
  readonly outer: FunctionScope | undefined
  /** Where `var` of the body goes, if closures in the parameters must not see it. */
  readonly body: Scope | undefined
  readonly strict: boolean
  /** Functions and initialisers directly inside. */
  readonly inner: FunctionScope[]
  usesSuper: boolean
  hasDirectEval: boolean
  /** Private names are used in it, or in an arrow function within. */
  usesPrivateNames: boolean
}

export interface Scopes {
  readonly module: FunctionScope
  /** Scope opened by a node: functions, blocks, loops, classes, catch clauses. */
  readonly opened: ReadonlyMap<ts.Node, Scope>
  readonly functions: ReadonlyMap<ts.Node, FunctionScope>
  /** What an identifier (or `this`, `new.target`) refers to; absent for globals. */
  readonly resolved: ReadonlyMap<ts.Node, Variable>
  readonly references: ReadonlyMap<ts.Node, Reference>
  /** Variable declared by an identifier of a declaration. */
  readonly declared: ReadonlyMap<ts.Node, Variable>
  /** The `var` that a function declared in a block of sloppy code makes besides. */
  readonly fromBlocks: ReadonlyMap<ts.FunctionDeclaration, Variable>
  /** Every identifier text of the file, so that emitted names can avoid them. */
  readonly names: ReadonlySet<string>
  readonly globals: ReadonlySet<string>
  /** `this` and `arguments` outside of all functions: a CommonJS wrapper's, unknown to the functions that its text becomes. */
  readonly ofModule: ReadonlySet<ts.Node>
}

export const isFunctionNode = (node: ts.Node): node is FunctionNode =>
  ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isArrowFunction(node) || ts.isMethodDeclaration(node) ||
  ts.isGetAccessorDeclaration(node) || ts.isSetAccessorDeclaration(node) || ts.isConstructorDeclaration(node)

export const isInitializerNode = (node: ts.Node): node is InitializerNode =>
  ts.isPropertyDeclaration(node) || ts.isClassStaticBlockDeclaration(node)

export const isLoop = (node: ts.Node): node is ts.IterationStatement =>
  ts.isForStatement(node) || ts.isForInStatement(node) || ts.isForOfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)

export function hasUseStrict (statements: readonly ts.Statement[]): boolean {
  for (const statement of statements) {
    if (!ts.isExpressionStatement(statement) || !ts.isStringLiteral(statement.expression)) return false
    if (statement.expression.getText().slice(1, -1) === 'use strict') return true
  }
  return false
}

export const isAssignment = (kind: ts.SyntaxKind): boolean =>
  kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment
