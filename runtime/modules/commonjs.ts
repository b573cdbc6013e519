/**
 * CommonJS modules. The wrapper of a compiled module hands a native generator to `cjs`: its activation holds the module's
 * scope, its `yield`s are segments, which run outside of it. So between a module in progress and the one that requires it
 * there is no native frame:
 *
 *     segment of a  ▸  throughRequire  ▸  throughBody of b  ▸  segment of b
 *
 * `require` of a compiled module only registers it; the body then runs as a frame of the requirer's stack.
 */
import { NORMAL, THROW, type Mode } from '../code/site.js'
import { runtimeSite } from '../code/runtime-sites.js'
import { SIGNAL, rerecord } from '../capture/signal.js'
import { isObject, isProxy } from '../encoding/natives.js'
import { Frame } from '../restore/frame.js'
import { runRoot } from '../restore/drive.js'
import { areModulesDropped, LiveModule, type Descriptor } from './live-module.js'
import { noteImport } from './dynamic-imports.js'
import { keepLoaded, parentOf, type NodeModule } from './node-modules.js'
import { instanceId, moduleById, name, register } from './registry.js'
import { isExpected, nameRequire, type Require } from './require.js'
import { currentRestoration, type Restoration } from './current-restoration.js'

/** Thrown out of a body that had failed. */
export const STOPPED = Object.freeze({})

type Body = Generator<unknown, unknown, unknown>

export class CommonJsModule extends LiveModule {
  readonly node: NodeModule
  readonly body: Body
  readonly require: Require
  /** Its body has thrown. */
  hasFailed = false
  /** What an ES module that imports it has seen when its body had ended: names and values. */
  readonly exported: [string, unknown][] = []
  readonly #restoration: Restoration | undefined

  constructor (id: string, node: NodeModule, require: Require, body: Body, descriptor: Descriptor) {
    super(id, descriptor)
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

  import (specifier: unknown, options?: unknown): Promise<object> {
    return noteImport(this, specifier, options)
  }

  /** A body that has thrown goes no further in a new process than it had come. */
  override skip (step: number): boolean {
    if (this.hasFailed && step >= this.target) throw STOPPED
    return super.skip(step)
  }

  /** Another instance may have taken its place, or none. */
  get isCached (): boolean { return this.require.cache[this.node.filename] === this.node }
}

/** Called by a compiled module's wrapper. */
export function cjs (node: NodeModule, require: Require, generator: (...args: unknown[]) => Body, self: unknown, args: ArrayLike<unknown>): void {
  // Not thrown: what CommonJS throws beneath an ES module is reported by Node 20 as unhandled, whoever catches it.
  if (areModulesDropped()) return
  const restoration = currentRestoration()
  const isByHand = restoration?.isLoading(node) === true
  const body = Reflect.apply(generator, self, args) as Body
  const descriptor = body.next().value as Descriptor
  const module = new CommonJsModule(restoration?.instanceOf(node) ?? instanceId(node.filename), node, require, body, descriptor)
  // From here on its factories work, whoever needs a closure of it first.
  body.next(module)
  register(module)
  name(node, `module:${module.id}`)
  nameRequire(require, module.id)
  if (typeof node.exports === 'object' && node.exports !== null) name(node.exports, `exports:${module.id}`)
  if (isByHand || isExpected(module)) return
  if (restoration?.savedOf(module.id) !== undefined) restoration.arrived(module)
  else runRoot(() => throughBody(module, NORMAL, undefined))
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
export function throughBody (module: CommonJsModule, mode: Mode, value: unknown, frame = new BodyFrame(module.id)): unknown {
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
    fail(module)
    throw error
  }
  module.ended()
  noteExported(module)
  keepLoaded(node)
  return node.exports
}

/** As Node does: a module that failed is loaded anew by the next require. */
function fail (module: CommonJsModule): void {
  module.hasFailed = true
  const { node, require } = module
  if (module.isCached) delete require.cache[node.filename]
  const siblings = parentOf(node)?.children
  const place = siblings?.indexOf(node) ?? -1
  if (place >= 0) siblings!.splice(place, 1)
}

/** Of getters Node asks only if an ES module imports this one, and so do we. */
function noteExported ({ node, exported }: CommonJsModule): void {
  const { exports } = node
  if (!isObject(exports) || isProxy(exports)) return
  const isImported = parentOf(node) === undefined
  for (const key of Object.keys(exports)) {
    const descriptor = Object.getOwnPropertyDescriptor(exports, key)
    if (descriptor === undefined) continue
    if ('value' in descriptor) exported.push([key, descriptor.value])
    else if (isImported) {
      try { exported.push([key, (exports as Record<string, unknown>)[key]]) } catch { /* as Node: without it */ }
    }
  }
}
