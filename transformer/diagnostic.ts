/** What the compiler has to say about a place in the user's source. */
import { catalogue, type Diagnostic, type DiagnosticCode } from '../runtime/diagnostics/catalogue.js'

export interface CompileDiagnostic {
  /** `RP1001`; errors of TypeScript's syntax have TypeScript's own, `TS1005`. */
  readonly code: string
  /** Under `strict` what is unsupported is an error. */
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly fileName: string
  /** Both count from 1, in the text that was handed in. */
  readonly line: number
  readonly column: number
}

/** As compilers write it, so that editors and terminals make a link of it; the remedy on a line of its own. */
export function formatDiagnostic ({ code, severity, message, fileName, line, column }: CompileDiagnostic): string {
  const head = `${fileName}:${line}:${column} - ${severity} ${code}: ${message}`
  const remedy = code in catalogue ? (catalogue[code as DiagnosticCode] as Diagnostic).remedy : ''
  return remedy === '' ? head : `${head}\n  ${remedy}`
}
