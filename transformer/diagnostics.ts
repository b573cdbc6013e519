/** What the compiler says: a stable code, a place in the user's file, and what to do. */
import type ts from 'typescript'
import { catalogue, type Diagnostic, type DiagnosticCode } from '../runtime/diagnostics/catalogue.js'

export class CompileDiagnostic {
  readonly severity: 'warning' | 'error'
  readonly code: DiagnosticCode
  readonly message: string
  readonly remedy: string
  readonly fileName: string
  readonly line: number
  readonly column: number
  /** The source line with a caret under the place. */
  readonly frame: string

  constructor (severity: 'warning' | 'error', code: DiagnosticCode, file: ts.SourceFile, node: ts.Node, fileName: string) {
    const diagnostic: Diagnostic = catalogue[code]
    const start = node.getStart(file)
    const { line, character } = file.getLineAndCharacterOfPosition(start)
    this.severity = severity
    this.code = code
    this.message = diagnostic.message(file.text.slice(start, Math.min(node.end, start + 60)).split('\n')[0])
    this.remedy = diagnostic.remedy
    this.fileName = fileName
    this.line = line + 1
    this.column = character + 1
    const text = file.text.split('\n', line + 1)[line]
    this.frame = `${String(line + 1).padStart(5)} | ${text}\n      | ${' '.repeat(character)}^`
  }

  toString (): string {
    return `${this.fileName}:${this.line}:${this.column} ${this.severity} ${this.code}: ${this.message}\n${this.frame}\n      ${this.remedy}`
  }
}
