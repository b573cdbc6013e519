/**
 * From a file of the program to the text that runs: from the cache, or by the compiler.
 *
 * Left as they are: reprise's own files, packages named in `exclude`, text that is compiled already, anything that is no code.
 */
import { readFileSync, writeSync } from 'node:fs'
import { isCompiledText } from '../../runtime/code/mark.js'
import { isOwnFile } from '../../runtime/code/own-files.js'
import { keyOf, readCompiled, writeCompiled, type CompiledText } from './cache.js'
import type { CompileNow } from './compiler-thread.js'
import type { CompileRequest } from './compile-text.js'
import { isLaterGeneration } from './generation.js'
import { isCode, isTypeScript, kindOf, type Kind } from './kind.js'
import { isInNodeModules, packageFolderName } from './packages.js'
import { createProgress, now } from './progress.js'
import { tsconfigOf } from './tsconfig.js'

/** Plain data: it is handed to other threads. */
export interface LoaderSettings {
  readonly polls: 'all' | 'sparse'
  readonly strict: boolean
  readonly quiet: boolean
  readonly exclude: readonly string[]
  readonly cacheFolder: string | undefined
}

export interface Loaded {
  readonly kind: Kind
  readonly text: string
}

export interface Loader {
  /** Undefined where Node should load the file itself. Throws where the file cannot be read or is no program. */
  load (path: string): Loaded | undefined
  isCompiled (path: string): boolean
  /** From now on the file is this text, which is compiled, though there be no file. */
  replace (path: string, text: string): void
  isReplaced (path: string): boolean
}

/** Told of each text that is going to run. */
export type OnCompiled = (path: string, compiled: CompiledText) => void

export function createLoader (settings: LoaderSettings, compileNow: CompileNow, onCompiled: OnCompiled): Loader {
  const excluded = new Set(settings.exclude)
  const progress = createProgress(settings.quiet)

  const replaced = new Map<string, string>()
  /** By torture, which loads each file again and again. */
  const loadedBefore = new Map<string, Loaded | undefined>()

  function load (path: string): Loaded | undefined {
    // Nothing else loads a file twice: there the texts would be kept for nothing.
    if (!isLaterGeneration()) return loadFirst(path)
    if (!loadedBefore.has(path)) loadedBefore.set(path, loadFirst(path))
    return loadedBefore.get(path)
  }

  function isCompiled (path: string): boolean {
    if (!isCode(path) || isOwnFile(path)) return false
    const name = packageFolderName(path)
    return name === undefined || !excluded.has(name)
  }

  function loadFirst (path: string): Loaded | undefined {
    if (!isCompiled(path)) return undefined
    const old = replaced.get(path)
    if (old !== undefined) {
      onCompiled(path, { text: old, path: undefined })
      return { kind: kindOf(path, () => old), text: old }
    }
    const source = readSource(path)
    if (isCompiledText(source)) {
      // Node loads it; what runs must be known even when the file is built anew in the meantime.
      onCompiled(path, { text: source, path: undefined })
      return undefined
    }
    const kind = kindOf(path, () => source)
    const request: CompileRequest = {
      source,
      path,
      kind,
      polls: settings.polls,
      strict: settings.strict,
      compilerOptions: isTypeScript(path) ? tsconfigOf(path)?.compilerOptions ?? {} : {},
    }
    const { polls, strict, compilerOptions } = request
    const key = keyOf({ source, fileName: path, options: { kind, polls, strict, compilerOptions } })
    const compiled = readCompiled(settings.cacheFolder, key) ?? compile(request, key)
    onCompiled(path, compiled)
    return { kind, text: compiled.text }
  }

  function compile (request: CompileRequest, key: string): CompiledText {
    const begun = now()
    const outcome = compileNow(request)
    if ('error' in outcome) throw new SyntaxError(outcome.error)
    const { path } = request
    progress.compiled(path, now() - begun)
    if (!isInNodeModules(path)) for (const warning of outcome.warnings) say(warning)
    if (outcome.uncompiled === undefined) return writeCompiled(settings.cacheFolder, key, outcome.code, outcome.map)
    say(`reprise: ${path} runs uncompiled: ${outcome.uncompiled}`)
    // Not cached: it is to be told at each start.
    return outcome.map === null ? { text: outcome.code, path: undefined } : writeCompiled(undefined, key, outcome.code, outcome.map)
  }

  function say (line: string): void {
    if (settings.quiet) return
    try { writeSync(2, `${line}\n`) } catch { /* nobody reads our stderr */ }
  }

  return {
    load,
    isCompiled,
    replace (path, text) {
      replaced.set(path, text)
      loadedBefore.delete(path)
    },
    isReplaced: path => replaced.has(path)
  }
}

function readSource (path: string): string {
  const source = readFileSync(path, 'utf8')
  return source.charCodeAt(0) === 0xfeff ? source.slice(1) : source
}
