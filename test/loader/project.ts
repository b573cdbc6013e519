/** A project in a folder of its own, outside of the checkout: what is tested is what a user has. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { start, type Ended } from '../differential/start.js'

export const CHECKOUT = resolve(import.meta.dirname, '../..')
export const built = (path: string): string => join(CHECKOUT, 'dist', path)

export interface Project {
  readonly folder: string
  write (files: Readonly<Record<string, string>>): void
  path (name: string): string
  /** As `reprise run` does. */
  run (...words: string[]): Promise<Ended>
  /** As `node --import reprise/register` does. */
  register (...words: string[]): Promise<Ended>
  node (...words: string[]): Promise<Ended>
  remove (): void
}

export function makeProject (files: Readonly<Record<string, string>>): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'reprise-project-')))
  const path = (name: string): string => join(folder, name)
  const write = (more: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(more)) {
      mkdirSync(dirname(path(name)), { recursive: true })
      writeFileSync(path(name), text)
    }
  }
  // So that the cache lies in the project.
  mkdirSync(path('node_modules'))
  write({ 'package.json': '{}', ...files })
  const node = async (...words: string[]): Promise<Ended> => await start(words, { cwd: folder })
  return {
    folder,
    write,
    path,
    node,
    run: async (...words) => await node(built('cli/main.js'), 'run', '--fresh', ...words),
    register: async (...words) => await node('--import', pathToFileURL(built('cli/loader/register.js')).href, ...words),
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}
