/**
 * Plain functions dressed up as async functions and generators: prototype, `prototype` object, `util.types`, inspection.
 *
 * Not imitated: `new f()` of a function that was emitted as a declaration does not throw by itself.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { inspect, types as nativeTypes, type InspectOptionsStylized } from 'node:util'
import { replaceAsyncGeneratorMethods } from './async-generator.js'
import { asyncFunctionPrototype, asyncGeneratorFunctionPrototype, asyncGeneratorPrototype, create, defineProperty, generatorFunctionPrototype, generatorPrototype, ownKeys, setPrototypeOf } from './intrinsics.js'
import { generatorFrameOf, replaceGeneratorMethods } from './generator.js'

const ASYNC = 1
const GENERATOR = 2

/** In a private field, as all that the runtime knows of a function. */
class Kind extends (function (object: object) { return object } as unknown as new (object: object) => object) {
  #kind = 0
  static set (fn: object, kind: number): void {
    if (!(#kind in fn)) new Kind(fn)
    ;(fn as Kind).#kind = kind
  }

  static get (fn: unknown): number {
    return typeof fn === 'function' && #kind in fn ? (fn as Kind).#kind : 0
  }
}

export function asyncFunction<F extends object> (fn: F): F {
  return dress(fn, ASYNC, asyncFunctionPrototype)
}

export function generatorFunction<F extends object> (fn: F): F {
  replaceGeneratorMethods()
  givePrototype(fn, generatorPrototype)
  return dress(fn, GENERATOR, generatorFunctionPrototype)
}

export function asyncGeneratorFunction<F extends object> (fn: F): F {
  replaceAsyncGeneratorMethods()
  givePrototype(fn, asyncGeneratorPrototype)
  return dress(fn, ASYNC | GENERATOR, asyncGeneratorFunctionPrototype)
}

function dress<F extends object> (fn: F, kind: number, prototype: object): F {
  teachNode()
  Kind.set(fn, kind)
  setPrototypeOf(fn, prototype)
  return fn
}

/** A declaration has a `prototype` already, writable but not configurable. */
function givePrototype (fn: object, parent: object): void {
  defineProperty(fn, 'prototype', { value: create(parent) as object, writable: true })
}

// ---- util.types and util.inspect

let taught = false
/** With the first dressed function, so that programs without one leave Node as it is. */
function teachNode (): void {
  if (taught) return
  taught = true
  const types = createRequire(import.meta.url)('node:util/types') as Record<string, (value: unknown) => boolean>
  const { isAsyncFunction, isGeneratorFunction, isGeneratorObject } = nativeTypes
  const answers = {
    isAsyncFunction: (value: unknown) => isAsyncFunction(value) || (Kind.get(value) & ASYNC) !== 0,
    isGeneratorFunction: (value: unknown) => isGeneratorFunction(value) || (Kind.get(value) & GENERATOR) !== 0,
    isGeneratorObject: (value: unknown) => isGeneratorObject(value) || generatorFrameOf(value) !== undefined,
  }
  for (const [name, answer] of Object.entries(answers)) {
    defineProperty(answer, 'length', { value: 1, configurable: true })
    types[name] = answer
  }
  syncBuiltinESMExports()
  for (const prototype of [asyncFunctionPrototype, generatorFunctionPrototype, asyncGeneratorFunctionPrototype]) {
    defineProperty(prototype, inspect.custom, { value: inspectDressed, writable: true, configurable: true, enumerable: false })
  }
}

/** Node asks V8 itself what a function is, and would print `[Function: f] AsyncFunction`. */
function inspectDressed (this: unknown, depth: number, options: InspectOptionsStylized): unknown {
  const kind = Kind.get(this)
  if (typeof this !== 'function' || kind === 0) return this
  const name = (kind & ASYNC ? 'Async' : '') + (kind & GENERATOR ? 'Generator' : '') + 'Function'
  const head = options.stylize(`[${name}${this.name === '' ? ' (anonymous)' : `: ${this.name}`}]`, 'special')
  const shown = create(null) as Record<string | symbol, unknown>
  let count = 0
  for (const key of ownKeys(this)) {
    const descriptor = Object.getOwnPropertyDescriptor(this, key)!
    if (!descriptor.enumerable) continue
    defineProperty(shown, key, descriptor)
    count++
  }
  if (count === 0 || depth < 0) return head
  return `${head} ${inspect(shown, options).replace('[Object: null prototype] ', '')}`
}
