/**
 * A naming for tests, as compiled modules would give it: closures made by factories and stamped, classes whose private
 * members are reached by accessors, module functions and exports objects.
 */
import { emptyNaming, intrinsicByName, intrinsicName, type Brand, type ClosureRecord, type Naming } from '../../runtime/encoding/index.js'

const closures = new WeakMap<object, ClosureRecord>()
type Site = (...captures: never[]) => object

function stamp<Made extends object> (site: number, captures: unknown[], made: Made): Made {
  closures.set(made, { module: 'test', site, captures })
  return made
}

export const sites = {
  counter: (scope: { n: number }) => stamp(0, [scope], () => ++scope.n),
  adder: (a: number, b: number) => stamp(1, [a, b], (c: number) => a + b + c),
  chained: (former: (() => number) | null, own: number) => stamp(2, [former, own], () => former === null ? own : own - 1),
  classic: (scope: object) => stamp(3, [scope], function Classic (this: { scope: object }) { this.scope = scope }),
  shape: (label: string) => {
    class Shape { label (): string { return label } static of (): Shape { return new Shape() } get size (): number { return 3 } }
    const made = stamp(4, [label], Shape)
    addMembers(made, { prototype: Shape.prototype, 'prototype.label': Shape.prototype.label, of: Shape.of, 'prototype.size:get': Object.getOwnPropertyDescriptor(Shape.prototype, 'size')!.get! })
    return made
  }
} satisfies Record<string, Site>
const bySite = Object.values(sites) as unknown as ((...captures: unknown[]) => object)[]

// ---- members of classes that sites make

const members = new WeakMap<object, { owner: object, name: string }>()
const membersOf = new WeakMap<object, Record<string, object>>()
function addMembers (owner: object, named: Record<string, object>): void {
  membersOf.set(owner, named)
  for (const [name, member] of Object.entries(named)) members.set(member, { owner, name })
}

// ---- classes with private members

const ALLOCATE = Symbol('allocate')

export class Account {
  #balance = 0
  owner: string | undefined
  constructor (owner: string | typeof ALLOCATE) { if (owner !== ALLOCATE) this.owner = owner }
  add (sum: number): this { this.#balance += sum; return this }
  get balance (): number { return this.#balance }
  static has = (value: object): boolean => #balance in value
  static get = (value: Account): unknown[] => [value.#balance]
  static set = (value: Account, [balance]: unknown[]): void => { value.#balance = balance as number }
}
export class Savings extends Account {
  #log: unknown[] = []
  constructor (owner: string | typeof ALLOCATE) { super(owner) }
  note (what: unknown): this { this.#log.push(what); return this }
  get log (): unknown[] { return this.#log }
  static override has = (value: object): boolean => #log in value
  static override get = (value: Account): unknown[] => [(value as Savings).#log]
  static override set = (value: Account, [log]: unknown[]): void => { (value as Savings).#log = log as unknown[] }
}
export class Registry extends Map<unknown, unknown> {
  #name = ''
  called (name: string): this { this.#name = name; return this }
  get title (): string { return this.#name }
  static has = (value: object): boolean => #name in value
  static get = (value: Registry): unknown[] => [value.#name]
  static set = (value: Registry, [name]: unknown[]): void => { value.#name = name as string }
}
const branded = [Account, Savings, Registry] as unknown as { new (token: symbol): object, has (v: object): boolean, get (v: object): unknown[], set (v: object, values: unknown[]): void }[]

// ---- what a module has

export class Point { constructor (public x: number, public y: number) {} }
export class Failure extends Error { override name = 'Failure' }
export class Stack<T> extends Array<T> { peek (): T | undefined { return this[this.length - 1] } }
export function helper (): string { return 'help' }
export const moduleExports: Record<string, unknown> = {}

const named = new Map<object, string>()
const byName = new Map<string, object>()
const withContent = new Set<object>([moduleExports])
for (const [name, value] of Object.entries({ Account, Savings, Registry, Point, Failure, Stack, helper, moduleExports })) {
  named.set(value, `test#${name}`)
  if (typeof value === 'function' && name !== 'helper') named.set(value.prototype as object, `test#${name}.prototype`)
}
for (const [value, name] of named) byName.set(name, value)

export const testNaming: Naming = {
  ...emptyNaming,
  nameOf: value => (typeof value === 'symbol' ? undefined : named.get(value)) ?? intrinsicName(value),
  byName: name => byName.get(name) ?? intrinsicByName(name),
  hasContent: value => withContent.has(value) || members.get(value)?.name === 'prototype',
  closureOf: value => closures.get(value),
  makeClosure: (module, site, captures) => {
    const make = module === 'test' ? bySite[site] : undefined
    if (make === undefined) throw new TypeError('no such site')
    return make(...captures)
  },
  memberOf: value => members.get(value),
  memberByName: (owner, name) => membersOf.get(owner)?.[name],
  brandsOf: value => branded.filter(Class => Class.has(value)).map((Class): Brand => ({ classRef: Class, values: Class.get(value) })),
  allocateBranded: (classes, prototype) => {
    const made = Reflect.construct(classes.at(-1) as new (token: symbol) => object, classes.at(-1) === Registry ? [] : [ALLOCATE], Object) as object
    Object.setPrototypeOf(made, prototype)
    return made
  },
  setBrand: (classRef, value, values) => (classRef as typeof branded[0]).set(value, values)
}
