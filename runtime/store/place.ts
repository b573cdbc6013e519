/**
 * Where a program's runs stand, and under which name.
 *
 * The store is `.reprise` beside the nearest package.json above the program, so that a project's runs move with it; else
 * beside the program. The id is the program's path from there and its arguments: the same command finds its run again,
 * wherever the project lies.
 */
import { createHash } from 'node:crypto'
import { dirname, join, relative, sep } from 'node:path'
import { existsSync } from './own-fs.js'

export interface Place {
  /** The folder that ids are relative to. */
  readonly project: string
  readonly store: string
}

export function placeOf (program: string, store?: string): Place {
  const project = projectOf(dirname(program)) ?? dirname(program)
  return { project, store: store ?? join(project, '.reprise') }
}

/** The nearest folder with a package.json, from `folder` upwards. A package in node_modules belongs to its user's project. */
export function projectOf (folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')) && !at.includes(`${sep}node_modules${sep}`)) return at
    if (dirname(at) === at) return undefined
  }
}

const NAME_LENGTH_MAX = 100

/** `src~main.ts`; with arguments a digest of them is appended. Always a single, harmless file name. */
export function runIdOf (project: string, program: string, argv: readonly string[]): string {
  const path = relative(project, program).split(sep).join('/')
  const name = fileNameOf(path)
  if (argv.length === 0) return name
  return `${name}-${digestOf(argv.join('\0'))}`
}

/** Turns any id that a user may choose into a file name; different ids get different names. */
export function fileNameOf (id: string): string {
  const name = id
    .replace(/[^A-Za-z0-9._@+=,/-]/gu, (character) => [...new TextEncoder().encode(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''))
    .replace(/^\.+/, (dots) => '%2E'.repeat(dots.length))
    .replaceAll('/', '~')
  return name.length <= NAME_LENGTH_MAX ? name : `${name.slice(0, NAME_LENGTH_MAX - 9)}-${digestOf(id)}`
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)
