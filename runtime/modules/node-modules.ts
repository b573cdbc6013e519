/**
 * Node's own objects for modules that were required, and what of them no program can reach: the parent, and the exports that
 * its loader of ES modules will hand on.
 */
import Module from 'node:module'
import { isProxy } from '../encoding/natives.js'

export interface NodeModule {
  exports: unknown
  filename: string
  loaded: boolean
  id: string
  children: NodeModule[]
  paths: string[]
}

interface Internals {
  new (id: string, parent?: NodeModule | null): NodeModule
  readonly prototype: { load (this: NodeModule, filename: string): void }
  readonly _cache: Record<string, NodeModule | undefined>
  readonly _extensions: Record<string, (module: NodeModule, filename: string) => void>
  _load (request: string, parent: NodeModule | null | undefined, isMain: boolean): unknown
  _nodeModulePaths (folder: string): string[]
}

export const nodeModules = Module as unknown as Internals
const { load } = nodeModules.prototype
const getParent = Object.getOwnPropertyDescriptor(Module.prototype, 'parent')!.get as (this: NodeModule) => NodeModule | null | undefined

/** null for the main module, undefined for what an ES module has imported. */
export const parentOf = (node: NodeModule): NodeModule | null | undefined => Reflect.apply(getParent, node, [])

export const loadNode = (node: NodeModule): void => { Reflect.apply(load, node, [node.filename]) }

/**
 * A required module's body has ended after Node's `load` has returned. An ES module that imports it later is given the exports
 * that stood there at that moment, in a place that only `load` itself can write: so it is called again, for a file of nothing.
 */
export function keepLoaded (node: NodeModule): void {
  const { _extensions: extensions } = nodeModules
  const { filename, paths } = node
  const handler = extensions['.js']
  extensions['.js'] = () => {}
  node.loaded = false
  try {
    Reflect.apply(load, node, ['nothing.js'])
  } finally {
    extensions['.js'] = handler
    node.filename = filename
    node.paths = paths
    node.loaded = true
  }
}

/** Node gives the exports of a module that it takes for one in a circle a prototype that warns; with us the body runs later. */
export function withoutWarnings (exports: unknown): unknown {
  if (typeof exports === 'object' && exports !== null && !isProxy(exports)) {
    const prototype = Object.getPrototypeOf(exports) as object | null
    if (prototype !== null && isProxy(prototype)) Object.setPrototypeOf(exports, Object.prototype)
  }
  return exports
}

/** What reprise itself has required before the program. */
const own = new Set<NodeModule | undefined>()
export function noteOwnModules (): void {
  for (const filename of Object.keys(nodeModules._cache)) own.add(nodeModules._cache[filename])
}
export const isOwnModule = (node: NodeModule): boolean => own.has(node)
