/** What encode and decode throw. */
import { RepriseError, type DiagnosticDetails } from '../diagnostics/error.js'

type UnsupportedCode = 'RP2101' | 'RP2102' | 'RP2103' | 'RP2104' | 'RP2105'

/** A value that cannot be kept. `path` leads to it from a root: `main.ts#jobs[3].socket`. */
export class UnsupportedValueError extends RepriseError<UnsupportedCode> {
  readonly path: string
  /** Not enumerable: a report of the error shall not print the whole program. */
  declare readonly value: unknown

  constructor (code: UnsupportedCode, value: unknown, path: string, what: string) {
    super(code, [path, what])
    this.name = 'UnsupportedValueError'
    this.path = path
    Object.defineProperty(this, 'value', { value })
  }
}

/** Nothing is wrong, but the state cannot be kept at this moment: a capture that comes a little later can. */
export class NotNow extends Error {
  /** The position in the user's source that is to blame, where it is known. */
  readonly where: string | undefined
  constructor (reason: string, where?: string) {
    super(reason)
    this.name = 'NotNow'
    this.where = where
  }
}

/** The bytes are not what an encoder wrote. */
export class CorruptSnapshotError extends RepriseError<'RP3101' | 'RP3102'> {
  constructor (detail: string, options?: { cause?: unknown, version?: [string, string] }) {
    const [code, details]: ['RP3101', DiagnosticDetails<'RP3101'>] | ['RP3102', DiagnosticDetails<'RP3102'>] =
      options?.version === undefined ? ['RP3101', [detail]] : ['RP3102', options.version]
    super(code, details as DiagnosticDetails<'RP3101' | 'RP3102'>, options?.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CorruptSnapshotError'
  }
}

/** The bytes are whole, but the program is another: a name or a property is missing. */
export class RestoreMismatchError extends RepriseError<'RP3103' | 'RP3104'> {
  constructor (code: 'RP3103' | 'RP3104', details: [string] | [string, string]) {
    super(code, details as DiagnosticDetails<'RP3103' | 'RP3104'>)
    this.name = 'RestoreMismatchError'
  }
}

export function corrupt (detail: string, cause?: unknown): never {
  throw new CorruptSnapshotError(detail, cause === undefined ? undefined : { cause })
}
