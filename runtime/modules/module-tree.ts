/**
 * The cache of `require` and the objects in it, for a snapshot: who required whom, what is cached, what has been loaded.
 *
 *     compiled    loaded again without running what had run (restoration.ts)
 *     data        JSON, and what the program has put there itself: made again from the snapshot
 *     native      packages that are not compiled, addons: run again, what they export is referred to by its path
 *     esm         an ES module that was required: required again, it skips what had run
 */
import { extname } from 'node:path'
import { filterList, findIndexIn, isModuleNamespaceObject, isObject, mapList } from '../encoding/natives.js'
import { nameForeign } from '../encoding/intrinsics.js'
import type { LiveModule } from './live-module.js'
import { isOwnModule, nodeModules, parentOf, type NodeModule } from './node-modules.js'
import { nameOfModulePart } from './registry.js'

export interface SavedNode {
  readonly file: string
  readonly kind: 'compiled' | 'data' | 'native' | 'esm'
  /** Of a compiled one: which instance. */
  readonly module?: string
  /** By index; null for the main module, -1 for what an ES module has imported. */
  readonly parent: number | null
  readonly children: readonly number[]
  readonly loaded: boolean
  readonly cached: boolean
  /** Under which it is cached, where that is not its file: the program has put it there. */
  readonly key?: string
}

/** The nodes, and the values of those that are data as roots. */
export function saveTree (modules: readonly LiveModule[], roots: Record<string, unknown>): SavedNode[] {
  const { _cache: cache } = nodeModules
  const nodes: NodeModule[] = []
  const indices = new Map<NodeModule, number>()
  const instances = new Map<NodeModule, string>()
  const indexOf = (node: NodeModule): number => {
    const known = indices.get(node)
    if (known !== undefined) return known
    indices.set(node, nodes.length)
    return nodes.push(node) - 1
  }
  for (const module of modules) {
    const { node } = module as { node?: NodeModule }
    if (node === undefined) continue
    instances.set(node, module.id)
    indexOf(node)
  }
  const keys = new Map<NodeModule, string>()
  for (const key of Object.keys(cache)) {
    const node = cache[key] as NodeModule
    if (!isObject(node) || isOwnModule(node) || isOfImportedJson(key, node) || isOnlyLookedAt(node, instances)) continue
    indexOf(node)
    if (key === node.filename || !keys.has(node)) keys.set(node, key)
  }
  const saved: SavedNode[] = []
  // Grows while parents are found.
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]
    const parent = parentOf(node)
    const kind = kindOf(node, instances)
    if (kind === 'data') roots[`data:${index}`] = node.exports
    else if (kind === 'native') nameForeign(node.filename, node.exports)
    saved[index] = {
      file: node.filename ?? node.id,
      kind,
      module: instances.get(node),
      parent: parent === null || parent === undefined ? (parent === null ? null : -1) : isOwnModule(parent) ? -1 : indexOf(parent),
      children: Array.isArray(node.children) ? mapList(filterList(node.children, child => indices.has(child)), indexOf) : [],
      loaded: node.loaded,
      cached: keys.has(node),
      key: keys.get(node) === node.filename ? undefined : keys.get(node)
    }
  }
  return saved
}

/** Node's loader of ES modules keeps JSON that was imported in the cache of `require`, too: it puts it there again by itself. */
function isOfImportedJson (key: string, node: NodeModule): boolean {
  return node.filename === undefined && extname(key) === '.json'
}

/**
 * … and modules whose text it has searched for the names that another one exports on. Nothing of them has run, and it puts them
 * there again as well.
 */
function isOnlyLookedAt (node: NodeModule, instances: ReadonlyMap<NodeModule, string>): boolean {
  return !instances.has(node) && !node.loaded && parentOf(node) === undefined && isObject(node.exports) && Reflect.ownKeys(node.exports).length === 0
}

function kindOf (node: NodeModule, instances: ReadonlyMap<NodeModule, string>): SavedNode['kind'] {
  if (instances.has(node)) return 'compiled'
  const { exports } = node
  if (isModuleNamespaceObject(exports)) return 'esm'
  if (isObject(exports) && nameOfModulePart(exports)?.startsWith('required:') === true) return 'esm'
  return extname(node.filename ?? '') === '.json' || !(node instanceof (nodeModules as unknown as typeof Object)) || node.children === undefined || node.filename === null ? 'data' : 'native'
}

/** The tree in a new process. Module objects come from Node's loader where it has been there already. */
export class RestoredTree {
  readonly saved: readonly SavedNode[]
  readonly #nodes: (NodeModule | undefined)[] = []

  constructor (saved: readonly SavedNode[]) {
    this.saved = saved
  }

  node (index: number): NodeModule {
    const known = this.#nodes[index]
    if (known !== undefined) return known
    const { file, key = file, cached, parent } = this.saved[index]
    const existing = nodeModules._cache[key]
    const isTaken = existing !== undefined && this.#nodes.includes(existing)
    return this.#nodes[index] = existing !== undefined && cached && !isTaken ? existing : this.#make(file, parent, cached ? key : undefined)
  }

  #make (file: string, parent: number | null, key: string | undefined): NodeModule {
    const node = new nodeModules(file, parent === null ? null : parent === -1 ? undefined : this.node(parent))
    node.filename = file
    if (key !== undefined) nodeModules._cache[key] = node
    return node
  }

  indexOfModule (id: string): number {
    return findIndexIn(this.saved, ({ module }) => module === id)
  }

  /** Packages that are not compiled run before anything refers to what they export. */
  loadNative (): void {
    for (let index = 0; index < this.saved.length; index++) {
      const { kind, file, cached } = this.saved[index]
      if (kind !== 'native' || !cached) continue
      nameForeign(file, this.#load(index))
    }
  }

  /** By Node's own loader: returns what it exports. */
  #load (index: number): object {
    const { file, parent } = this.saved[index]
    const exports = nodeModules._load(file, parent === null || parent === -1 ? undefined : this.node(parent), false) as object
    this.#nodes[index] = nodeModules._cache[file]
    return exports
  }

  /** `required:` names an ES module that CommonJS has required. */
  requireEsm (index: number): object { return this.#load(index) }

  /** When every module has been loaded: the rest of what the snapshot says. */
  complete (dataOf: (index: number) => unknown): void {
    for (let index = 0; index < this.saved.length; index++) {
      const { kind, loaded, children, cached, file } = this.saved[index]
      const node = this.node(index)
      if (kind === 'data') node.exports = dataOf(index)
      node.loaded = loaded
      const list = mapList(children, child => this.node(child))
      node.children.splice(0, node.children.length, ...list)
      if (!cached && nodeModules._cache[file] === node) delete nodeModules._cache[file]
    }
  }
}
