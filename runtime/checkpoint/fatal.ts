/**
 * The report of an uncaught error, in Node's own form.
 *
 * Node prints it after the last 'exit' handler has run and ends at once, so nothing could be said after it: but the last
 * line on stderr has to tell how the run goes on. So where there is something to tell, we print the report, and then the line.
 */
import { inspect } from 'node:util'
import { fileURLToPath } from 'node:url'
import { readFileSync } from '../store/own-fs.js'

export interface FatalError { readonly error: unknown }

/** Remembers an error that is about to end the process. The program has no handler of its own for it then. */
export function watchFatal (): () => FatalError | undefined {
  let fatal: FatalError | undefined
  process.on('uncaughtExceptionMonitor', (error: unknown) => {
    const handled = process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback()
    if (!handled) fatal = { error }
  })
  return () => fatal
}

export function formatFatal ({ error }: FatalError): string {
  const version = `\n\nNode.js ${process.version}`
  if (!(error instanceof Error)) return `Uncaught:\n${inspect(error)}${version}`
  const stack = typeof error.stack === 'string' ? error.stack : ''
  const excerpt = sourceExcerpt(stack)
  return `${excerpt === undefined ? '' : `${excerpt}\n\n`}${inspect(error)}${version}`
}

/** `file:line`, the line, and a caret below the place. */
function sourceExcerpt (stack: string): string | undefined {
  const match = /^\s+at (?:.*\()?((?:file:\/\/|\/)[^()]*?):(\d+):(\d+)\)?$/m.exec(stack)
  if (match === null) return undefined
  const [, file, line, column] = match
  try {
    const text = readFileSync(file.startsWith('file:') ? fileURLToPath(file) : file, 'utf8').split('\n')[Number(line) - 1]
    if (text === undefined) return undefined
    return `${file}:${line}\n${text}\n${text.slice(0, Number(column) - 1).replace(/[^\t]/g, ' ')}^`
  } catch { return undefined }
}
