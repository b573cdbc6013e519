/**
 * CommonJS: handlers for file extensions, and resolution, in the program's own thread and Node's own loader, so that the module
 * cache, `require.main` and `module.parent` stay what they are. (Through Node's hooks, CommonJS that is imported would get a
 * `require` without them.) ES modules that are required pass through here as well.
 */
import Module from 'node:module'
import { pathToFileURL } from 'node:url'
import { registerText } from '../../runtime/code/texts.js'
import type { Loader } from './compiled.js'
import { textOfGeneration } from './generation.js'
import { TYPESCRIPT_EXTENSIONS } from './kind.js'
import { mayBeLoadedByUs, ownPathOf } from './own.js'
import { resolveAfter, resolveBefore } from './resolve.js'

type Handler = (module: CompilingModule, filename: string) => unknown

/** What Node's documentation leaves out of `Module`, and every tool of this kind builds on. */
interface CompilingModule extends NodeJS.Module {
  _compile (text: string, filename: string, format?: 'commonjs' | 'module'): unknown
}
interface ModuleInternals {
  _extensions: Record<string, Handler>
  _cache: Record<string, NodeJS.Module>
  _load (request: string, parent: NodeJS.Module | null | undefined, isMain: boolean): unknown
  _resolveFilename (request: string, parent: NodeJS.Module | undefined, isMain: boolean, options?: object): string
}
const internals = Module as unknown as ModuleInternals

export interface OwnModules {
  /** The namespace of a module of ours that is loaded already: one instance, and no warning of `require` of an ES module. */
  namespaceOf (path: string): unknown
}

/** `hooksSeeAll`: what a required ES module imports goes through the hooks too, as from Node 22.15 on. */
export function hookCommonJs (loader: Loader, own: OwnModules, hooksSeeAll: boolean): void {
  hookExtensions(loader, hooksSeeAll)
  hookResolution()
  hookOwnModules(own)
  forgetOurDependencies()
}

function hookExtensions (loader: Loader, hooksSeeAll: boolean): void {
  const { _extensions: extensions } = internals
  const native = extensions['.js']
  const handlerOf = (original: Handler): Handler => (module, filename) => {
    const loaded = loader.load(filename)
    if (loaded === undefined) return original(module, filename)
    if (loaded.kind === 'commonjs') return module._compile(textOfGeneration(loaded.text), filename, 'commonjs')
    module._compile(hooksSeeAll ? loaded.text : withOwnUrls(loaded.text, filename), filename, 'module')
  }
  for (const extension of ['.js', '.cjs', '.mjs', ...TYPESCRIPT_EXTENSIONS]) {
    extensions[extension] = handlerOf(extensions[extension] ?? native)
  }
  // Looked up by `require('./x')`, which must not find a module that only `import` may take, nor list what Node does not.
  for (const extension of ['.cjs', '.mjs', '.mts', '.cts']) Object.defineProperty(extensions, extension, { enumerable: false })
}

/**
 * Before, Node resolves and loads what a required ES module imports by itself: those modules run uncompiled, and this one must
 * name the runtime by its URL.
 */
function withOwnUrls (text: string, filename: string): string {
  const changed = text.replace(/(\bfrom\s*)(["'])(reprise(?:\/runtime)?)\2/g, (whole, from: string, quote: string, specifier: string) => {
    const path = ownPathOf(specifier)
    return path === undefined ? whole : from + quote + pathToFileURL(path).href + quote
  })
  registerText(filename, changed)
  return changed
}

function hookResolution (): void {
  const original = internals._resolveFilename
  internals._resolveFilename = function (request, parent, isMain, options) {
    const ownPath = ownPathOf(request)
    if (ownPath !== undefined) return ownPath
    const parentPath = parent?.filename ?? undefined
    const before = resolveBefore(request, parentPath)
    if (before !== undefined) return before
    try {
      return Reflect.apply(original, this, [request, parent, isMain, options]) as string
    } catch (error) {
      const after = resolveAfter(request, parentPath, error)
      if (after === undefined) throw error
      return after
    }
  }
}

function hookOwnModules (own: OwnModules): void {
  const original = internals._load
  internals._load = function (request, parent, isMain) {
    const ownPath = ownPathOf(request)
    return ownPath === undefined ? Reflect.apply(original, this, [request, parent, isMain]) as unknown : own.namespaceOf(ownPath)
  }
}

/** What of them is CommonJS has been loaded uncompiled; the program's `require` shall load it anew. */
function forgetOurDependencies (): void {
  const { _cache: cache } = internals
  for (const filename of Object.keys(cache)) if (mayBeLoadedByUs(filename)) delete cache[filename]
}

/** Runs a file as `node FILE` does: `require.main` is its module. */
export function runMainCommonJs (path: string): void {
  internals._load(path, null, true)
}
