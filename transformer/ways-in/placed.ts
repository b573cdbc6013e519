/** Diagnostics of generated text, told at the place in the user's source that the text was generated from. */
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import type { SourceMap } from '../emit/source-map.js'
import type { CompileDiagnostic } from '../index.js'

export interface PlacedDiagnostic {
  readonly severity: 'warning' | 'error'
  readonly code: string
  readonly message: string
  readonly fileName: string
  /** Both count from 1. */
  readonly line: number
  readonly column: number
  /** As it is printed. */
  readonly text: string
}

/** `map` leads from the text that was compiled to its input; undefined where that text is the user's own. */
export function placeInInput (diagnostics: readonly CompileDiagnostic[], map: SourceMap | null | undefined, fileName: string): PlacedDiagnostic[] {
  if (diagnostics.length === 0) return []
  const trace = map === null || map === undefined ? undefined : new TraceMap(map as ConstructorParameters<typeof TraceMap>[0])
  return diagnostics.map(diagnostic => {
    const { severity, code, message, remedy, line, column } = diagnostic
    const original = trace === undefined ? undefined : originalPositionFor(trace, { line, column: column - 1 })
    if (original === undefined || original.source === null) {
      return { severity, code, message, fileName: diagnostic.fileName, line, column, text: String(diagnostic) }
    }
    const path = original.source.startsWith('file:') ? fileURLToPath(original.source) : resolve(dirname(fileName), original.source)
    const place = `${path}:${original.line}:${original.column + 1}`
    return {
      severity, code, message, fileName: path, line: original.line, column: original.column + 1,
      // The line that a diagnostic shows is generated text: not what the user knows.
      text: `${place} ${severity} ${code}: ${message}\n      ${remedy}`,
    }
  })
}
