/** What a snapshot says of the modules. */
import { filterList, isProxy } from '../encoding/natives.js'
import { ENDED, type LiveModule } from './live-module.js'

/** The step under which the frame of a segment with await stands that is in progress. */
export const FRAME = 0
/** … and `module.exports` of a CommonJS module. */
export const EXPORTS = 0

export interface SavedModule {
  readonly id: string
  readonly step: number
  readonly isCommonJs: boolean
  /** Of a body that had ended: its place in the order of ends. */
  readonly endOrder?: number
  /** CommonJS: names of `module.exports`, which Node reads before the heap is filled. */
  readonly exported?: readonly string[]
  /** … and those of them that are accessors. Node reads them, and they read the exports of modules that had ended before. */
  readonly accessors?: readonly string[]
}

export interface DynamicImport {
  readonly importer: string
  readonly specifier: string
  /** The importer's step when it was made. */
  readonly step: number
}

/** Adds a module's roots to those of the snapshot. */
export function saveModule (module: LiveModule, roots: Record<string, unknown>): SavedModule {
  const { id, descriptor, step } = module
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
  const { frame } = module as { frame?: object }
  if (frame !== undefined) roots[`value:${id}:${FRAME}`] = frame
  const { node } = module as { node?: { exports: unknown } }
  if (node === undefined) return { id, step, isCommonJs: false }
  roots[`value:${id}:${EXPORTS}`] = node.exports
  return { id, step, isCommonJs: true, endOrder: step === ENDED ? module.endOrder : undefined, ...saveExports(id, node.exports, roots) }
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

function saveExports (id: string, exports: unknown, roots: Record<string, unknown>): Pick<SavedModule, 'exported' | 'accessors'> {
  const exported: string[] = []
  const accessors: string[] = []
  if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null || isProxy(exports)) return { exported, accessors }
  for (const name of Object.keys(exports)) {
    const descriptor = Object.getOwnPropertyDescriptor(exports, name)!
    const isValue = 'value' in descriptor
    if (!isValue && descriptor.get === undefined) continue
    roots[`export:${id}:${name}`] = isValue ? descriptor.value : descriptor.get
    exported.push(name)
    if (!isValue) accessors.push(name)
  }
  return { exported, accessors }
}
