/** What a snapshot says of the modules. */
import { filterList, isObject, isProxy, mapList } from '../encoding/natives.js'
import { CommonJsModule } from './commonjs.js'
import { EsModule } from './es-module.js'
import { ENDED, type LiveModule } from './live-module.js'
import type { SavedNode } from './module-tree.js'

/** The step under which the frame of a segment with await stands that is in progress. */
export const FRAME = 0
/** … and `module.exports` of a CommonJS module. */
export const EXPORTS = 0

/** … and the error of an ES module whose body has thrown. */
export const FAILURE = -2

export interface SavedModule {
  readonly id: string
  readonly step: number
  readonly isCommonJs: boolean
  readonly beganAt: number
  /** 0 if it was in progress. */
  readonly endedAt: number
  readonly hasFailed?: boolean
  /** CommonJS: names of `module.exports`, which Node reads before the heap is filled. */
  readonly exported?: readonly string[]
  /** … and those of them that are accessors. Node reads them, and they read the exports of modules that had ended before. */
  readonly accessors?: readonly string[]
}

export interface DynamicImport {
  readonly importer: string
  readonly specifier: string
  readonly attributes: Readonly<Record<string, string>> | undefined
  /** The importer's step when it was made. */
  readonly step: number
  readonly startedAt: number
  state: 'pending' | 'done' | 'failed'
}

/** What of the modules a snapshot holds as text, since it is read before the heap is filled. */
export interface SavedModules {
  readonly modules: readonly SavedModule[]
  readonly imports: readonly DynamicImport[]
  readonly tree: readonly SavedNode[]
  readonly moment: number
}

/** Adds a module's roots to those of the snapshot. */
export function saveModule (module: LiveModule, roots: Record<string, unknown>): SavedModule {
  const { id, descriptor, beganAt, endedAt } = module
  const commonJs = module instanceof CommonJsModule ? module : undefined
  const es = module instanceof EsModule ? module : undefined
  const hasFailed = commonJs?.hasFailed === true || es?.failure !== undefined
  const step = hasFailed ? module.askedStep : module.step
  const variables: [string, unknown][] = []
  for (const name of descriptor.variables === '' ? [] : descriptor.variables.split(' ')) {
    let value: unknown
    try {
      value = descriptor.get(name)
    } catch {
      // Not initialised yet: it will be when its statement runs.
      continue
    }
    variables.push([name, value])
  }
  roots[`variables:${id}`] = variables
  for (const [index, value] of module.values) if (step === ENDED || Number.parseInt(String(index)) < step) roots[`value:${id}:${index}`] = value
  const changed = filterList([...module.functions.values()], hasOwnState)
  if (changed.length + module.classes.length > 0) roots[`functions:${id}`] = [...changed, ...module.classes]
  if (es?.frame !== undefined) roots[`value:${id}:${FRAME}`] = es.frame
  if (es?.failure !== undefined) roots[`value:${id}:${FAILURE}`] = es.failure.error
  if (commonJs === undefined) return { id, step, isCommonJs: false, beganAt, endedAt, hasFailed }
  roots[`value:${id}:${EXPORTS}`] = commonJs.node.exports
  const exported = mapList(commonJs.exported, ([name, value]) => {
    roots[`export:${id}:${name}`] = value
    return name
  })
  const accessors = accessorsOf(commonJs, exported)
  for (const [name, getter] of accessors) roots[`export:${id}:${name}`] = getter
  return { id, step, isCommonJs: true, beganAt, endedAt, hasFailed, exported, accessors: mapList(accessors, ([name]) => name) }
}

/** A function of the module's top that is more than its text: properties of its own, a prototype that the program has changed. */
export function hasOwnState (fn: object): boolean {
  for (const key of Reflect.ownKeys(fn)) {
    if (key === 'length' || key === 'name' || key === 'arguments' || key === 'caller') continue
    if (key !== 'prototype') return true
    const prototype = Object.getOwnPropertyDescriptor(fn, key)?.value as object | undefined
    if (typeof prototype !== 'object' || prototype === null) continue
    const keys = Reflect.ownKeys(prototype)
    const parent = Object.getPrototypeOf(prototype) as object | null
    if (keys.length > 1 || (keys.length === 1 && keys[0] !== 'constructor') || (keys.length === 1 && parent !== Object.prototype)) return true
  }
  return false
}

/** Getters that nobody has asked when the body had ended: an ES module that came later may have. */
function accessorsOf ({ node: { exports }, step }: CommonJsModule, exported: readonly string[]): [string, unknown][] {
  if (step !== ENDED || !isObject(exports) || isProxy(exports)) return []
  const accessors: [string, unknown][] = []
  for (const name of Object.keys(exports)) {
    const getter = exported.includes(name) ? undefined : Object.getOwnPropertyDescriptor(exports, name)?.get
    if (getter !== undefined) accessors.push([name, getter])
  }
  return accessors
}
