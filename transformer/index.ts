/** The compiler: source → analyze → lower and emit → text. */
import ts from 'typescript'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { analyze } from './analyze/index.js'
import { findUnsupported } from './analyze/unsupported.js'
import type { CompileDiagnostic } from './diagnostics.js'
import { emitModule, MARK, type Positions } from './emit/index.js'
import { render, type SourceMap } from './emit/source-map.js'
import { moduleKindOf, parse, type ModuleKind } from './source/parse.js'
import { isTypeScriptName, lowerTypeScript } from './source/typescript.js'

export interface CompileOptions {
  /** Path of the source; its ending tells TypeScript from JavaScript. */
  readonly fileName: string
  /** Default: told by the text. */
  readonly module?: ModuleKind
  /** 'all' elides no poll and slices no loop. */
  readonly polls?: 'all' | 'sparse'
  /** What cannot be compiled is an error instead of a warning. */
  readonly strict?: boolean
  /** For TypeScript sources. */
  readonly compilerOptions?: ts.CompilerOptions
}

export interface CompileResult {
  readonly code: string
  readonly map: SourceMap | null
  readonly diagnostics: readonly CompileDiagnostic[]
}

/** Compiles one module. Throws a SyntaxError where the text cannot be parsed. */
export function compile (source: string, options: CompileOptions): CompileResult {
  const { fileName } = options
  if (source.slice(0, 2000).includes(MARK)) return { code: source, map: null, diagnostics: [] }
  let text = source
  let inner: SourceMap | null = null
  if (isTypeScriptName(fileName)) {
    const lowered = lowerTypeScript(ts, source, fileName, options.compilerOptions ?? {})
    if (lowered.diagnostics.length > 0) throw new SyntaxError(ts.flattenDiagnosticMessageText(lowered.diagnostics[0].messageText, '\n'))
    text = lowered.code
    inner = lowered.map
  }
  const file = parse(text, fileName)
  const kind = options.module ?? moduleKindOf(file)
  const { diagnostics, natives, wholeFile } = findUnsupported(file, fileName, options.strict === true)
  if (wholeFile) return { code: text, map: inner, diagnostics }
  const analysis = analyze(file, kind === 'esm', natives, options.polls)
  const { text: code, map } = render(emitModule(file, analysis, kind, positions(file, inner)), text, fileName, inner)
  return { code, map, diagnostics }
}

/** Lines and columns (from 1) in the user's own text. */
function positions (file: ts.SourceFile, inner: SourceMap | null): Positions {
  const trace = inner === null ? undefined : new TraceMap(inner as ConstructorParameters<typeof TraceMap>[0])
  return at => {
    const { line, character } = file.getLineAndCharacterOfPosition(at)
    if (trace !== undefined) {
      const original = originalPositionFor(trace, { line: line + 1, column: character })
      if (original.line !== null) return { line: original.line, column: original.column + 1 }
    }
    return { line: line + 1, column: character + 1 }
  }
}

export type { CompileDiagnostic, ModuleKind, SourceMap }
