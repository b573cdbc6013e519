/**
 * CommonJS modules. The wrapper of a compiled module hands a native generator to `cjs`: its activation holds the module's
 * scope, its `yield`s are segments, which run outside of it. So between a module in progress and the one that requires it
 * there is no native frame:
 *
 *     segment of a  ▸  throughRequire  ▸  throughBody of b  ▸  segment of b
 *
 * `require` of a compiled module only registers it; the body then runs as a frame of the requirer's stack.
 */
import { createRequire } from 'node:module'
import { NORMAL, THROW, type Mode } from '../code/site.js'
import { runtimeSite } from '../code/runtime-sites.js'
import { SIGNAL, rerecord } from '../capture/signal.js'
import { isProxy, sortList } from '../encoding/natives.js'
import { Frame } from '../restore/frame.js'
import { resumeStack, runRoot } from '../restore/drive.js'
import { LiveModule, type Descriptor } from './live-module.js'
import { noteImport } from './dynamic-imports.js'
import { liveModules, moduleById, name, register } from './registry.js'
import { currentRestoration, type Restoration } from './restoration.js'
import { EXPORTS } from './saved.js'

export interface NodeModuleObject {
  exports: unknown
  readonly filename: string
  loaded: boolean
  readonly id: string
  children: NodeModuleObject[]
}

type Require = ((specifier: string) => unknown) & { resolve (specifier: string): string, cache: Record<string, unknown> }
type Body = Generator<unknown, unknown, unknown>

export class CommonJsModule extends LiveModule {
  readonly node: NodeModuleObject
  readonly body: Body
  readonly require: Require
  readonly #restoration: Restoration | undefined

  constructor (node: NodeModuleObject, require: Require, body: Body, descriptor: Descriptor) {
    super(node.filename, descriptor)
    this.node = node
    this.require = require
    this.body = body
    this.#restoration = currentRestoration()
    this.target = this.#restoration?.savedOf(this.id)?.step ?? 0
  }

  at (step: number): boolean {
    if (this.skip(step)) return false
    this.step = step
    return true
  }

  value (step: number): unknown {
    if (!this.values.has(step)) this.values.set(step, this.savedValue(step))
    return this.values.get(step)
  }

  protected override savedValue (key: number | string): unknown { return this.#restoration?.valueOf(this.id, key) }

  keep<T> (step: number, value: T): T {
    this.step = step
    this.values.set(step, value)
    return value
  }

  import (specifier: unknown): Promise<object> {
    return noteImport(this, specifier)
  }
}

/** The file that a compiled `require` is loading just now: its body is left to that call. */
let expected: string | undefined
let begun: CommonJsModule | undefined
/** Bodies have been registered for the snapshot's sake. */
let isReloading = false

/** Called by a compiled module's wrapper. */
export function cjs (node: NodeModuleObject, require: Require, generator: (...args: unknown[]) => Body, self: unknown, args: ArrayLike<unknown>): void {
  const body = Reflect.apply(generator, self, args) as Body
  const descriptor = body.next().value as Descriptor
  const module = new CommonJsModule(node, require, body, descriptor)
  // From here on its factories work, whoever needs a closure of it first.
  body.next(module)
  register(module)
  name(node, `module:${module.id}`)
  if (typeof node.exports === 'object' && node.exports !== null) name(node.exports, `exports:${module.id}`)
  if (expected === module.id || isReloading) {
    begun = module
    return
  }
  const restoration = currentRestoration()
  if (restoration?.savedOf(module.id) !== undefined) {
    takeUp(module, restoration)
    return
  }
  runRoot(() => throughBody(module, NORMAL, undefined))
}

/** Node's loader of ES modules notes a module's exports when its wrapper returns, which is before the body has run. */
function tellLoader (node: NodeModuleObject): void {
  for (const symbol of Object.getOwnPropertySymbols(node)) {
    if (symbol.description === 'kModuleExport') (node as unknown as Record<symbol, unknown>)[symbol] = node.exports
  }
}

const bodySite = runtimeSite('module body')

/** A body in progress, as a frame: goes on behind the segment that has ended. */
export class BodyFrame extends Frame {
  readonly module: string

  constructor (module: string) {
    super(bodySite, 0, [])
    this.module = module
  }

  override resume (mode: Mode, value: unknown): unknown {
    return throughBody(moduleById(this.module) as CommonJsModule, mode, value, this)
  }
}

/** Runs a body from where it stands to its end; its result is what `require` gives. */
function throughBody (module: CommonJsModule, mode: Mode, value: unknown, frame = new BodyFrame(module.id)): unknown {
  const { body, node } = module
  if (mode === NORMAL) node.loaded = false
  try {
    for (;;) {
      if (module.step > 0 && mode === NORMAL) module.values.set(module.step, value)
      const result = mode === THROW ? body.throw(value) : body.next(value)
      mode = NORMAL
      if (result.done === true) break
      const step = result.value as number
      if (module.skip(step)) {
        value = module.value(step)
        continue
      }
      module.step = step
      try {
        value = module.descriptor.segments![step]()
      } catch (error) {
        if (error === SIGNAL) throw error
        mode = THROW
        value = error
      }
    }
  } catch (error) {
    if (error === SIGNAL) {
      rerecord(frame, 0, [])
      throw error
    }
    module.ended()
    // As Node does: a module that failed is loaded anew by the next require.
    if (module.require.cache[module.id] === node) delete module.require.cache[module.id]
    throw error
  }
  module.ended()
  node.loaded = true
  tellLoader(node)
  return node.exports
}

/** What compiled code calls in place of `require`. */
export function makeRequire (require: Require): (specifier: string) => unknown {
  return function throughRequire (specifier: string): unknown {
    let file: string
    try {
      file = require.resolve(specifier)
    } catch {
      return require(specifier)
    }
    const outer = expected
    expected = file
    begun = undefined
    let exports: unknown
    try {
      exports = require(specifier)
    } finally {
      expected = outer
    }
    const module = begun as CommonJsModule | undefined
    begun = undefined
    return module === undefined ? exports : throughBody(module, NORMAL, undefined)
  }
}

/** Torture: required again, the modules are evaluated anew. */
export function forgetCommonJs (): void {
  for (const module of liveModules()) if (module instanceof CommonJsModule) delete module.require.cache[module.id]
}

// ---- restore

/** All modules that had begun are registered, run to where they stood, and the one at the root of the stack goes on. */
function takeUp (main: CommonJsModule, restoration: Restoration): void {
  const modules: CommonJsModule[] = [main]
  const require = createRequire(main.id)
  for (const id of restoration.commonJs) {
    if (moduleById(id) !== undefined) continue
    isReloading = true
    begun = undefined
    try {
      // What stands there was made by Node's loader of ES modules to look for names; a second `require` from the same folder
      // would take it for a module in progress.
      if (require.cache[id]?.loaded === false) delete require.cache[id]
      require(id)
    } finally {
      isReloading = false
    }
    if (begun !== undefined) modules.push(begun)
  }
  // In the order in which they had ended, those in progress last: each may mean what earlier ones have defined.
  const orderOf = (module: CommonJsModule): number => restoration.savedOf(module.id)?.endOrder ?? Infinity
  for (const module of sortList([...modules].reverse(), (a, b) => orderOf(a) - orderOf(b))) skipTo(module, restoration)
  for (const module of modules) restoration.reached(module)
  const stack = restoration.takeStack(main)
  if (stack !== undefined) resumeStack(stack)
}

/** Runs a body through what had run already: declarations get their values, nothing else happens. */
function skipTo (module: CommonJsModule, restoration: Restoration): void {
  const saved = restoration.savedOf(module.id)
  if (saved === undefined) return
  const exports = restoration.valueOf(module.id, EXPORTS)
  if (exports !== undefined) module.node.exports = exports
  let value: unknown
  for (;;) {
    const result = module.body.next(value)
    if (result.done === true) break
    const step = result.value as number
    if (step === saved.step) {
      module.step = step
      module.target = 0
      return
    }
    value = module.value(step)
  }
  module.ended()
  module.node.loaded = true
  // Node copies the exported names when the wrapper returns, before the heap is filled.
  const { exports: object } = module.node
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null || isProxy(object)) return
  for (const name of saved.exported ?? []) {
    const value = restoration.exportedOf(module.id, name)
    const isAccessor = saved.accessors?.includes(name) === true
    Object.defineProperty(object, name, isAccessor
      ? { get: value as () => unknown, enumerable: true, configurable: true }
      : { value, writable: true, enumerable: true, configurable: true })
  }
}
