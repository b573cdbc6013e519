/**
 * What the encoder asks about values that are referred to, not encoded: intrinsics and builtins of Node, the program's
 * module functions, namespaces, `import.meta`, sites of compiled code. The module part of the runtime answers.
 *
 * All questions are asked for every object of the heap, so a "no" must be cheap, and none may run code of the program.
 */
export type Nameable = object | symbol

export interface ClosureRecord {
  readonly module: string
  /** Index of the site in its module. */
  readonly site: number
  /** The factory's arguments. They are allocated, but may not be filled, when the closure is made again. */
  readonly captures: readonly unknown[]
}

export interface Brand {
  /** The class whose private members the object has. */
  readonly classRef: object
  /** Values of its private fields. */
  readonly values: readonly unknown[]
}

/** A part of a class that a closure site made: its prototype, a method, an accessor's function. It comes with its owner. */
export interface Member {
  readonly owner: object
  readonly name: string
}

export interface Naming {
  /** `file:///app/main.ts#parse`, `Array.prototype.map`; undefined for what has no name. */
  nameOf (value: Nameable): string | undefined
  byName (name: string): Nameable | undefined
  /** Named, or a member, but its own properties are the snapshot's: exports objects of CommonJS, the program's classes. */
  hasContent (value: object): boolean

  closureOf (value: object): ClosureRecord | undefined
  makeClosure (module: string, site: number, captures: unknown[]): object

  memberOf (value: object): Member | undefined
  memberByName (owner: object, name: string): object | undefined

  /** Classes of the program whose private members the object has, base classes first; an empty array for most. */
  brandsOf (value: object): readonly Brand[]
  /** Makes an object with all these private members, not yet initialised, through the most derived class. */
  allocateBranded (classes: object[], prototype: object | null): object
  setBrand (classRef: object, value: object, values: unknown[]): void

  /** Named values that a WeakMap of the program may have as keys although nothing else in the snapshot holds them. */
  weakKeys? (): readonly object[]
}

const NONE: readonly never[] = Object.freeze([])

/** Knows no names at all; the base for others. */
export const emptyNaming: Naming = Object.freeze({
  nameOf: () => undefined,
  byName: () => undefined,
  hasContent: () => false,
  closureOf: () => undefined,
  makeClosure: () => { throw new TypeError('There are no closures here') },
  memberOf: () => undefined,
  memberByName: () => undefined,
  brandsOf: () => NONE,
  allocateBranded: () => { throw new TypeError('There are no classes here') },
  setBrand: () => {}
})
