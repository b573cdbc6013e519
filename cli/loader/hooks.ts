/**
 * What happens to a module that is imported. The rules are the same for both of Node's interfaces and stand here once:
 *
 *     Node 22.15 and later   `module.registerHooks`: synchronous, in the program's thread (hookModules)
 *     before                 `module.register`: in a thread of Node's own (hooks-thread.ts)
 *
 * CommonJS gets no source from here: Node then takes its CommonJS loader, whose handlers are ours (commonjs.ts), and reads from
 * the original file which names it exports.
 */
import Module from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Loader } from './compiled.js'
import { isOwnFile } from '../../runtime/code/own-files.js'
import { facadeOf } from './facade.js'
import { generationOf, textOfGeneration, withGeneration } from './generation.js'
import { isTypeScript } from './kind.js'
import { mayBeLoadedByUs, ownPathOf } from './own.js'
import { pathOf, resolveAfter, resolveBefore, urlOf } from './resolve.js'

export interface Resolved {
  url: string
  format?: string | null
  importAttributes?: Record<string, string>
  shortCircuit?: boolean
}
export interface ResolveContext {
  readonly conditions?: readonly string[]
  readonly parentURL?: string
}
export interface LoadContext {
  readonly conditions?: readonly string[]
}
export interface LoadedSource {
  format: string
  source: string | null
  shortCircuit: true
}

export interface Rules {
  /** Asked first; undefined: ask Node. */
  before (specifier: string, context: ResolveContext): Resolved | undefined
  /** Of what Node has found. */
  found (resolved: Resolved, context: ResolveContext): Resolved
  /** Node has found nothing. */
  missed (specifier: string, context: ResolveContext, error: unknown): Resolved
  load (url: string, context: LoadContext): LoadedSource | undefined
}

export function createRules (loader: Loader): Rules {
  /** Started by Node itself: nobody imports names from it, and it must be `require.main`. */
  const entries = new Set<string>()

  function known (path: string, specifier: string, { parentURL }: ResolveContext): Resolved {
    const url = urlOf(path, specifier)
    return { url: loader.isCompiled(path) ? withGeneration(url, path, parentURL) : url, shortCircuit: true }
  }

  function before (specifier: string, context: ResolveContext): Resolved | undefined {
    const ownPath = ownPathOf(specifier)
    if (ownPath !== undefined) return { url: pathToFileURL(ownPath).href, format: 'module', shortCircuit: true }
    if (isOurs(context.parentURL)) return undefined
    const path = resolveBefore(specifier, pathOf(context.parentURL))
    return path === undefined ? undefined : known(path, specifier, context)
  }

  function found (resolved: Resolved, { parentURL }: ResolveContext): Resolved {
    const path = pathOf(resolved.url)
    if (path === undefined) return resolved
    if (parentURL === undefined) entries.add(resolved.url)
    if (!loader.isCompiled(path) || isOurs(parentURL)) return resolved
    return { ...resolved, url: withGeneration(resolved.url, path, parentURL) }
  }

  function missed (specifier: string, context: ResolveContext, error: unknown): Resolved {
    const path = resolveAfter(specifier, pathOf(context.parentURL), error)
    if (path === undefined) throw error
    return known(path, specifier, context)
  }

  function load (url: string, context: LoadContext): LoadedSource | undefined {
    const path = pathOf(url)
    if (path === undefined) return undefined
    if (isOurs(url)) return undefined
    const loaded = loader.load(path)
    if (loaded === undefined) return undefined
    if (loaded.kind === 'esm') return { format: 'module', source: textOfGeneration(loaded.text, generationOf(url)), shortCircuit: true }
    if (isRequired(context)) {
      // Node looks for the names that a file exports which an imported one passes on; what runs comes from our handlers.
      return isTypeScript(path) ? { format: 'commonjs', source: loaded.text, shortCircuit: true } : undefined
    }
    if (isTypeScript(path) && !entries.has(url)) return { format: 'module', source: facadeOf(path, loaded.text), shortCircuit: true }
    return { format: 'commonjs', source: null, shortCircuit: true }
  }

  return { before, found, missed, load }
}

/** A module that reprise has loaded for itself. The program's instance of a dependency of ours has a generation, if only zero. */
function isOurs (url: string | undefined): boolean {
  const path = pathOf(url)
  return path !== undefined && (isOwnFile(path) || (mayBeLoadedByUs(path) && !/[?&]reprise=/.test(url ?? '')))
}

const isRequired = ({ conditions }: LoadContext): boolean => conditions?.includes('require') === true

/**
 * Node searches a module that another one hands on for names only if it knows it for CommonJS, and that it takes from the file's
 * extension if nothing is registered for it. With us there is.
 */
function withFormat (resolved: Resolved): Resolved {
  return resolved.format == null && /\.c[jt]s$/.test(resolved.url) ? { ...resolved, format: 'commonjs' } : resolved
}

type Next<Args extends unknown[], Result> = (...args: Args) => Result

/** As in Node 22.15; the types at hand are those of the oldest Node that is supported. */
interface SynchronousHooks {
  resolve (specifier: string, context: ResolveContext, next: Next<[string, ResolveContext], Resolved>): Resolved
  load (url: string, context: LoadContext, next: Next<[string, LoadContext], object>): object
}
type RegisterHooks = (hooks: SynchronousHooks) => unknown

/** Undefined before Node 22.15. */
export function registerHooksOfNode (): RegisterHooks | undefined {
  const { registerHooks } = Module as { registerHooks?: RegisterHooks }
  return registerHooks
}

export function hookModules (registerHooks: RegisterHooks, rules: Rules): void {
  registerHooks({
    resolve (specifier, context, next) {
      // `Module._resolveFilename` is ours already.
      if (isRequired(context)) return withFormat(next(specifier, context))
      const before = rules.before(specifier, context)
      if (before !== undefined) return before
      let resolved: Resolved
      try {
        resolved = next(specifier, context)
      } catch (error) {
        return rules.missed(specifier, context, error)
      }
      return rules.found(resolved, context)
    },
    load (url, context, next) {
      return rules.load(url, context) ?? next(url, context)
    },
  })
}
