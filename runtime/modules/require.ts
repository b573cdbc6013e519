/**
 * What compiled code calls in place of `require`, and what the program gets from `createRequire`. Loading a compiled module
 * registers it; its body then runs here, as a frame of the requirer's stack.
 */
import Module, { syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'
import { NORMAL } from '../code/site.js'
import type { Kind } from '../encoding/kinds.js'
import { isModuleNamespaceObject } from '../encoding/natives.js'
import { replaceMethod } from '../tasks/install.js'
import { throughBody, type CommonJsModule } from './commonjs.js'
import { nodeModules, parentOf, withoutWarnings, type NodeModule } from './node-modules.js'
import { name, nameOfModulePart } from './registry.js'

export type Require = ((specifier: string) => unknown) & {
  resolve: ((specifier: string) => string) & { paths?: object }
  cache: Record<string, NodeModule | undefined>
}

type Requirer = Pick<NodeModule, 'filename'> & Partial<Pick<NodeModule, 'children'>>

/** Who calls a compiled `require` just now: the body of what it loads is left to that call. */
let requirer: Requirer | undefined
let begun: CommonJsModule | undefined

/**
 * Not for what an uncompiled module in between requires. Node's loader of ES modules has made the objects of modules whose names
 * it looked at before anyone required them: these have no parent, but Node lists them among the children of who requires them.
 */
export function isExpected (module: CommonJsModule): boolean {
  if (requirer === undefined) return false
  const parent = parentOf(module.node)
  const isOurs = parent === undefined || parent === null ? requirer.children?.includes(module.node) === true : parent.filename === requirer.filename
  if (!isOurs) return false
  begun = module
  return true
}

export function makeRequire (require: Require, node: Requirer): (specifier: string) => unknown {
  return function throughRequire (specifier: string): unknown {
    const outer = requirer
    requirer = node
    begun = undefined
    let exports: unknown
    try {
      exports = require(specifier)
    } finally {
      requirer = outer
    }
    const module = begun as CommonJsModule | undefined
    begun = undefined
    if (module !== undefined) return throughBody(module, NORMAL, undefined)
    if (isModuleNamespaceObject(exports)) nameRequired(exports as object, require, specifier)
    return withoutWarnings(exports)
  }
}

/** An ES module that was required; a new process requires it again. */
function nameRequired (namespace: object, require: Require, specifier: string): void {
  if (nameOfModulePart(namespace) === undefined) name(namespace, `required:${require.resolve(specifier)}`)
}

export function nameRequire (require: Require, id: string): void {
  name(require, `require:${id}`)
  name(require.resolve, `resolve:${id}`)
}

// ---- createRequire

const nativeCreateRequire = Module.createRequire as (file: string | URL) => Require
const files = new WeakMap<object, string>()

export function createRequire (file: string | URL): Require {
  const native = nativeCreateRequire(file)
  const path = file instanceof URL || file.startsWith('file:') ? fileURLToPath(file) : file
  const load = makeRequire(native, { filename: path })
  // The program sees a function of this name.
  const { require } = { require (specifier: string): unknown { return load(specifier) } } as { require: Require }
  Object.defineProperties(require, Object.getOwnPropertyDescriptors(native))
  files.set(require, path)
  parts.set(require.resolve, require)
  return require
}

const parts = new WeakMap<object, object>()

/** Before the program starts. */
export function installCreateRequire (): void {
  replaceMethod(Module, 'createRequire', { createRequire }.createRequire)
  syncBuiltinESMExports()
}

/** Made again for the same file. */
export const requireKind: Kind = {
  name: 'require',
  test: value => files.has(value),
  opaque: true,
  parts: value => [files.get(value)],
  allocate: ([file]) => createRequire(file as string),
}

export const requireResolveKind: Kind = {
  name: 'require.resolve',
  test: value => parts.has(value),
  opaque: true,
  parts: value => [parts.get(value)],
  allocate: ([require]) => (require as Require).resolve,
}

/** Torture: required again, the modules are evaluated anew. What is not compiled stays, as its objects have their names. */
export function forgetRequired (isForgotten: (node: NodeModule) => boolean): void {
  const { _cache: cache } = nodeModules
  for (const filename of Object.keys(cache)) {
    const node = cache[filename]
    if (node !== undefined && isForgotten(node)) delete cache[filename]
  }
}
