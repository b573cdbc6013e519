/**
 * One file through the compiler, in the thread that calls. This is the only file of the loader that loads TypeScript and the
 * transformer (some hundred milliseconds and megabytes), so whoever imports it does so when something must be compiled.
 */
import { readFileSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'
import { compile } from '../../transformer/index.js'
import { composeMaps, type SourceMap } from '../../transformer/emit/source-map.js'
import { isTypeScriptName, lowerTypeScript } from '../../transformer/source/typescript.js'
import { placeInInput } from '../../transformer/ways-in/placed.js'
import type { Kind } from './kind.js'
import { isInNodeModules } from './packages.js'

export interface CompileRequest {
  readonly source: string
  readonly path: string
  readonly kind: Kind
  readonly polls: 'all' | 'sparse'
  readonly strict: boolean
  /** Of tsconfig.json, as written there. */
  readonly compilerOptions: Readonly<Record<string, unknown>>
}

export type CompileOutcome =
  | { readonly code: string, readonly map: SourceMap | null, readonly warnings: readonly string[], readonly uncompiled?: string }
  /** The program cannot run: its text is no TypeScript, or `strict` refuses it. */
  | { readonly error: string }

export function compileText (request: CompileRequest): CompileOutcome {
  const { source, path, kind, polls, strict } = request
  const compilerOptions = compilerOptionsOf(request)
  try {
    const { code, map, diagnostics } = compile(source, { fileName: path, module: kind, polls, strict, compilerOptions })
    // What has diagnostics is left native: then the map is that of TypeScript's text, to which they refer.
    const placed = placeInInput(diagnostics, isTypeScriptName(path) ? map : undefined, path)
    const errors = placed.filter(diagnostic => diagnostic.severity === 'error')
    if (errors.length > 0) return { error: errors.map(({ text }) => text).join('\n') }
    return { code, map: located(map, source, path), warnings: placed.map(({ text }) => text) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    // Syntax errors of JavaScript are best told by Node, from the source itself. A compiler that fails leaves the file native.
    if (!isTypeScriptName(path)) return { code: source, map: null, warnings: [], uncompiled: reason }
    const lowered = lowerTypeScript(ts, source, path, compilerOptions)
    if (lowered.diagnostics.length > 0) return { error: formatDiagnostics(lowered.diagnostics) }
    return { code: lowered.code, map: located(lowered.map, source, path), warnings: [], uncompiled: reason }
  }
}

function compilerOptionsOf ({ path, kind, compilerOptions }: CompileRequest): ts.CompilerOptions {
  if (!isTypeScriptName(path)) return {}
  const { options } = ts.convertCompilerOptionsFromJson({ ...compilerOptions, moduleResolution: undefined }, dirname(path))
  // Only where `module` says CommonJS itself does TypeScript turn `import()` into `require`.
  const commonjs = options.module === ts.ModuleKind.CommonJS ? ts.ModuleKind.CommonJS : ts.ModuleKind.NodeNext
  return { ...options, module: kind === 'commonjs' ? commonjs : ts.ModuleKind.ESNext }
}

export function formatDiagnostics (diagnostics: readonly ts.Diagnostic[]): string {
  return ts.formatDiagnostics(diagnostics, {
    getCurrentDirectory: () => process.cwd(),
    getCanonicalFileName: name => name,
    getNewLine: () => '\n',
  }).trimEnd()
}

/** Makes the map independent of where it is kept: the source is named by its URL, and its text read from there. */
function located (map: SourceMap | null, source: string, path: string): SourceMap | null {
  if (map === null) return null
  const inner = isInNodeModules(path) ? undefined : inputMapOf(source, path)
  const { sourcesContent, ...rest } = inner === undefined ? map : composeMaps(map, inner)
  const here = pathToFileURL(path).href
  // What an input map embeds need not exist as a file.
  return {
    ...rest,
    ...(inner === undefined ? {} : { sourcesContent }),
    sources: map.sources.length === 0 ? [] : rest.sources.map(name => name === null ? null : isAbsolute(name) ? pathToFileURL(name).href : new URL(name, here).href),
  }
}

/** JavaScript that a compiler has written leads to that compiler's input, if it says so. Packages' own maps are left alone, as Node does. */
function inputMapOf (source: string, path: string): SourceMap | undefined {
  const comment = /(?:^|\n)\/\/[#@] sourceMappingURL=(\S+)\s*$/.exec(source)?.[1]
  if (comment === undefined) return undefined
  try {
    const embedded = /^data:application\/json;(?:charset=[^;,]+;)?base64,(.*)$/.exec(comment)?.[1]
    const url = new URL(comment, pathToFileURL(path))
    const text = embedded !== undefined ? Buffer.from(embedded, 'base64').toString('utf8') : readFileSync(fileURLToPath(url), 'utf8')
    const map = JSON.parse(text) as SourceMap
    if (map.version !== 3 || typeof map.mappings !== 'string') return undefined
    const base = embedded !== undefined ? pathToFileURL(path) : url
    const root = map.sourceRoot === undefined || map.sourceRoot === '' ? '' : map.sourceRoot.replace(/\/?$/, '/')
    return { ...map, sourceRoot: undefined, sources: map.sources.map(name => name === null ? null : new URL(root + name, base).href) }
  } catch {
    return undefined
  }
}
