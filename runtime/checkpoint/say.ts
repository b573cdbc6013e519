/** What reprise says while a program runs: whole lines on stderr, written at once, never through a stream of the program's. */
import { writeSync } from '../store/own-fs.js'
import type { SourcePosition } from './core-contract.js'

const encodeText = TextEncoder.prototype.encode.bind(new TextEncoder())

let quiet = false
export function beQuiet (): void { quiet = true }

/** A line for the user; with `--quiet` none. */
export function say (line: string): void {
  if (!quiet) writeLine(`reprise: ${line}`)
}

/** What ends the process is said in any case. */
export function sayAlways (line: string): void {
  writeLine(`reprise: ${line}`)
}

export function writeLine (line: string): void {
  // A full pipe that does not block, or none at all: the program's run matters more than the line.
  try { writeSync(2, encodeText(line + '\n')) } catch {}
}

/** `RP4001: what happened`, and on a line of its own what to do. */
export function formatError (error: Error & { readonly code?: string, readonly remedy?: string }): string {
  const head = error.code === undefined ? error.message : `${error.code}: ${error.message}`
  return error.remedy === undefined ? head : `${head}\n  ${error.remedy}`
}

export function formatDuration (ms: number): string {
  if (ms < 0) return '0 ms'
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}

export function formatBytes (bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}

/** Whole strings are compared by index: a program may have changed what strings can do. */
function shorten (file: string, folder: string): string {
  if (file.length <= folder.length || folder.length === 0) return file
  for (let index = 0; index < folder.length; index++) if (file[index] !== folder[index]) return file
  if (file[folder.length] !== '/' && file[folder.length] !== '\\') return file
  let rest = ''
  for (let index = folder.length + 1; index < file.length; index++) rest += file[index]
  return rest
}

export function formatPosition (position: SourcePosition | undefined, cwd: string): string {
  if (position === undefined) return 'waiting, with none of its code running'
  const at = `${shorten(position.file, cwd)}:${position.line}:${position.column}`
  return position.name === undefined || position.name === '' ? at : `${at} (${position.name})`
}
