/**
 * CommonJS: handlers for file extensions, and resolution, in the program's own thread and Node's own loader, so that the module
 * cache, `require.main` and `module.parent` stay what they are. (Through Node's hooks, CommonJS that is imported would get a
 * `require` without them.) ES modules that are required pass through here as well.
 */
import Module from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compileFunction, constants } from 'node:vm'
import { registerText } from '../../runtime/code/texts.js'
import { withoutPolls } from '../../runtime/poll.js'
import type { Loader } from './compiled.js'
import { isLaterGeneration, textOfGeneration } from './generation.js'
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
    const loaded = withoutPolls(() => loader.load(filename))
    if (loaded === undefined) return original(module, filename)
    if (loaded.kind === 'commonjs') return isLaterGeneration() ? evaluateAgain(module, filename, loaded.text) : module._compile(loaded.text, filename, 'commonjs')
    module._compile(hooksSeeAll ? loaded.text : withOwnUrls(loaded.text, filename), filename, 'module')
  }
  for (const extension of ['.js', '.cjs', '.mjs', ...TYPESCRIPT_EXTENSIONS]) {
    extensions[extension] = handlerOf(extensions[extension] ?? native)
  }
  // Looked up by `require('./x')`, which must not find a module that only `import` may take, nor list what Node does not.
  for (const extension of ['.cjs', '.mjs', '.mts', '.cts']) Object.defineProperty(extensions, extension, { enumerable: false })
}

/** What Node makes of the text of a CommonJS file. */
type Wrapper = (this: unknown, exports: unknown, require: unknown, module: CompilingModule, filename: string, folder: string) => void
const wrappers = new Map<string, Wrapper>()

/**
 * In torture a file is evaluated in each generation. V8 compiles it once: a wrapper that is called again makes a scope and
 * functions of its own. Only `require` has to come from Node each time.
 */
function evaluateAgain (module: CompilingModule, filename: string, text: string): void {
  let wrapper = wrappers.get(filename)
  if (wrapper === undefined) {
    const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER
    wrapper = compileFunction(textOfGeneration(text), ['exports', 'require', 'module', '__filename', '__dirname'], { filename, importModuleDynamically }) as Wrapper
    wrappers.set(filename, wrapper)
  }
  const { exports } = module
  module._compile('module.exports = require', filename, 'commonjs')
  const require = module.exports as unknown
  module.exports = exports
  Reflect.apply(wrapper, exports, [exports, require, module, filename, dirname(filename)])
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
