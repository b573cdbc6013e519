/** The base of all errors that reprise throws; its text comes from the catalogue. */
import { catalogue, type Diagnostic, type DiagnosticCode } from './catalogue.js'

export type DiagnosticDetails<Code extends DiagnosticCode> = Parameters<(typeof catalogue)[Code]['message']>

export class RepriseError<Code extends DiagnosticCode = DiagnosticCode> extends Error {
  readonly code: Code
  readonly remedy: string

  constructor (code: Code, details: DiagnosticDetails<Code>, options?: { cause?: unknown }) {
    const diagnostic = catalogue[code] as Diagnostic
    super(diagnostic.message(...details), options)
    this.name = 'RepriseError'
    this.code = code
    this.remedy = diagnostic.remedy
  }
}
