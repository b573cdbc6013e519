/** ES modules: what their emitted text calls. The text stays in place; see transformer/emit/module.ts. */
import { NORMAL, type Mode } from '../code/site.js'
import { withoutQuery } from '../code/source-maps.js'
import { resumeStack, runRoot } from '../restore/drive.js'
import { currentGeneration, plainThen } from '../tasks/records.js'
import { stepTopLevel, topLevelAwaited, topLevelEnd, TopLevelFrame } from '../tasks/index.js'
import { currentRestoration, namespaceName, type Restoration } from './current-restoration.js'
import { nameJson, noteImport } from './dynamic-imports.js'
import { ABANDONED, areModulesDropped, ENDED, LiveModule, type Descriptor } from './live-module.js'
import { name, register } from './registry.js'
import { FAILURE, FRAME } from './saved.js'

export class EsModule extends LiveModule {
  /** Of the segment with await that is in progress. */
  frame: TopLevelFrame | undefined
  /** Its body has thrown. */
  failure: { readonly error: unknown } | undefined
  /** By which Node's loader knows it. */
  readonly url: string
  #waitsFor: Promise<unknown> | undefined
  #asyncStep = 0
  readonly #restoration: Restoration | undefined
  readonly #generation = currentGeneration()

  constructor (id: string, url: string, descriptor: Descriptor) {
    super(id, descriptor)
    this.url = url
    this.#restoration = currentRestoration()
    const saved = this.#restoration?.savedOf(id)
    if (saved === undefined) return
    this.target = saved.step
    this.beganAt = saved.beganAt
    this.#failsAgain = saved.hasFailed === true
  }

  #failsAgain = false

  /** A module that has failed does so again where it did, with the same error. */
  override skip (step: number): boolean {
    if (this.#failsAgain && step >= this.target) {
      this.#failsAgain = false
      this.askedStep = step
      this.failure = { error: this.#restoration!.valueOf(this.id, FAILURE) }
      this.#restoration!.reached(this)
      throw this.failure.error
    }
    return super.skip(step)
  }

  /** A plain statement: does it run now? */
  at (step: number): boolean {
    if (this.skip(step)) return false
    this.step = step
    return true
  }

  value (step: number): unknown {
    return this.values.get(step) ?? this.#takeOver(step)
  }

  #takeOver (step: number): unknown {
    if (!this.skip(step)) return this.values.get(step)
    const value = this.savedValue(step)
    this.values.set(step, value)
    return value
  }

  protected override savedValue (key: number | string): unknown { return this.#restoration?.valueOf(this.id, key) }

  keep<T> (step: number, value: T): T {
    this.step = step
    this.values.set(step, value)
    return value
  }

  run (step: number, segment: () => unknown): unknown {
    if (this.skip(step)) return this.#takeOver(step)
    this.step = step
    let value: unknown
    if (this.target === step) {
      this.target = 0
      this.#restoration!.reached(this)
      value = resumeStack(this.#restoration!.takeStack(this))
    } else value = runRoot(segment)
    if (this.#isAbandoned) throw ABANDONED
    this.values.set(step, value)
    return value
  }

  /** In torture the state has been taken over by newer modules: this one must do nothing more. */
  get #isAbandoned (): boolean { return this.#generation !== currentGeneration() }

  // ---- top-level await: begin, then awaited and resume by turns while they return true

  begin (step: number, site: number): boolean {
    this.#asyncStep = step
    if (this.skip(step)) {
      this.#waitsFor = this.#restoration?.importsBefore(this, step + 1)
      if (this.#waitsFor === undefined) this.#takeOver(step)
      return this.#waitsFor !== undefined
    }
    this.step = step
    if (this.target === step) {
      this.target = 0
      const imports = this.#restoration!.importsBefore(this, Infinity)
      this.#waitsFor = imports === undefined ? this.#takeUp() : plainThen(imports, () => this.#takeUp(), reason => { throw reason })
      return true
    }
    this.frame = new TopLevelFrame(this.sites[site], 0, [])
    return this.#stepped(stepTopLevel(this.frame, NORMAL))
  }

  #takeUp (): Promise<unknown> {
    const restoration = this.#restoration!
    // Known before the first task goes on, which may be captured before this text hears that the heap is filled.
    const frame = this.frame = restoration.valueOf(this.id, FRAME) as TopLevelFrame
    restoration.reached(this)
    return plainThen(restoration.completed, () => topLevelEnd(frame), reason => { throw reason })
  }

  awaited (): unknown {
    return this.#waitsFor ?? topLevelAwaited(this.frame!)
  }

  resume (mode: Mode, value: unknown): boolean {
    // What it waited for has come to its end without a value: it was settled by a task that goes on elsewhere.
    if (this.#isAbandoned) return this.#stepped(true)
    if (this.#waitsFor !== undefined) {
      this.#waitsFor = undefined
      if (mode !== NORMAL) throw value
      if (this.skip(this.#asyncStep)) this.#takeOver(this.#asyncStep)
      else {
        this.frame = undefined
        this.values.set(this.#asyncStep, value)
      }
      return false
    }
    return this.#stepped(stepTopLevel(this.frame!, mode, value))
  }

  #stepped (waits: boolean): boolean {
    if (this.#isAbandoned) {
      this.#waitsFor = new Promise(() => {})
      return true
    }
    if (!waits) {
      this.values.set(this.#asyncStep, this.frame!.outcome)
      this.frame = undefined
    }
    return waits
  }

  /** `import(…)` of the program. */
  import (specifier: unknown, options?: unknown): Promise<object> {
    return noteImport(this, specifier, options)
  }

  end (): void {
    const wasRestoring = this.target === ENDED
    // A module that failed where no step was asked for.
    if (this.#failsAgain) this.skip(Infinity)
    this.ended(wasRestoring ? this.#restoration!.savedOf(this.id)!.endedAt : undefined)
    this.target = 0
    if (wasRestoring) this.#restoration!.reached(this)
  }
}

export function esm (meta: ImportMeta, descriptor: Descriptor): EsModule {
  const { url } = meta
  if (areModulesDropped() || isOfEarlierGeneration(url)) throw ABANDONED
  const id = withoutQuery(url)
  if (id !== url) meta.url = id
  currentRestoration()?.begins(id)
  const module = new EsModule(id, url, descriptor)
  register(module)
  name(meta, `meta:${id}`)
  if (typeof meta.resolve === 'function') name(meta.resolve, `resolve:${id}`)
  const json = descriptor.json?.()
  if (json !== undefined) for (const specifier of Object.keys(json)) nameJson(json[specifier], id, specifier)
  const namespaces = descriptor.namespaces?.()
  if (namespaces !== undefined) for (const specifier of Object.keys(namespaces)) name(namespaces[specifier], namespaceName(id, specifier))
  return module
}

function isOfEarlierGeneration (url: string): boolean {
  const generation = /[?&]reprise=(\d+)$/.exec(url)?.[1]
  return generation !== undefined && generation !== '0' && Number(generation) !== currentGeneration()
}
