/** How commands print: data on stdout, as a table or as JSON; everything else on stderr. */
import colors from 'picocolors'
import { formatError } from '../runtime/checkpoint/say.js'
import type { RepriseError } from '../runtime/diagnostics/error.js'

export { colors }

export function printJson (value: unknown): void {
  process.stdout.write(JSON.stringify(value, null, 2) + '\n')
}

export function printLine (line = ''): void {
  process.stdout.write(line + '\n')
}

export function printTable (head: readonly string[], rows: readonly string[][]): void {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)))
  const format = (cells: readonly string[]): string => cells.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()
  printLine(colors.dim(format(head)))
  for (const row of rows) printLine(format(row))
}

/** Says what went wrong and ends with the code that scripts look at. */
export function fail (exitCode: number, message: string): never {
  process.stderr.write(`reprise: ${message}\n`)
  process.exit(exitCode)
}

export function failWith (exitCode: number, error: RepriseError): never {
  return fail(exitCode, formatError(error))
}
