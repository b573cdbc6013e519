/**
 * Says on stderr what a first start is busy with, once it takes longer than a second. Compiling is synchronous, so there is no
 * timer: time is looked at after each file, and each line is written whole, as the program may write at any moment.
 */
import { writeSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { packageFolderName } from './packages.js'

const FIRST_MS = 1000
/** The next line comes when this many times as much time has passed. */
const GROWTH = 2.5
const NAMES_MAX = 6

export interface Progress {
  /** The time that compiling the file took. */
  compiled (path: string, ms: number): void
}

export function createProgress (quiet: boolean, write: (line: string) => void = line => { writeSync(2, line) }): Progress {
  const packages = new Set<string>()
  let files = 0
  let ms = 0
  let nextMs = FIRST_MS
  return {
    compiled (path, fileMs) {
      files++
      ms += fileMs
      const name = packageFolderName(path)
      if (name !== undefined) packages.add(name)
      if (quiet || ms < nextMs) return
      nextMs = ms * GROWTH
      try {
        write(`reprise: first start, ${files} ${files === 1 ? 'file' : 'files'} compiled${namesOf(packages)}; later starts take them from the cache\n`)
      } catch {
        // Nobody reads our stderr.
      }
    },
  }
}

function namesOf (packages: ReadonlySet<string>): string {
  if (packages.size === 0) return ''
  const names = [...packages]
  const rest = names.length - NAMES_MAX
  return ` (packages: ${names.slice(0, NAMES_MAX).join(', ')}${rest > 0 ? ` and ${rest} more` : ''})`
}

export const now = (): number => performance.now()
