/**
 * `reprise compile`: JavaScript that another compiler has emitted becomes resumable, in place or in another folder. A program that
 * is compiled ahead starts without the compiler.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import type { SourceMap } from '../../transformer/emit/source-map.js'
import { compileEmitted, mapNameOf } from '../../transformer/ways-in/emitted.js'
import type { PlacedDiagnostic } from '../../transformer/ways-in/placed.js'
import { EXIT } from '../../runtime/checkpoint/choose.js'
import { kindOf } from '../loader/kind.js'
import { fail, printJson, printLine } from '../output.js'

export interface CompileCommandOptions {
  readonly out?: string
  readonly strict?: boolean
  readonly json?: boolean
}

interface Job {
  readonly from: string
  readonly to: string
}

export function compile (paths: readonly string[], { out, strict = false, json = false }: CompileCommandOptions): void {
  const outFolder = out === undefined ? undefined : resolve(out)
  const jobs = paths.flatMap(path => jobsFor(resolve(path), outFolder))
  const compiled: string[] = []
  const skipped: string[] = []
  const failed: string[] = []
  const diagnostics: PlacedDiagnostic[] = []
  for (const job of jobs) {
    try {
      const found = compileFile(job, strict)
      if (found === undefined) {
        skipped.push(job.from)
        continue
      }
      diagnostics.push(...found)
      for (const { text } of found) process.stderr.write(`${text}\n`)
      compiled.push(job.to)
    } catch (error) {
      failed.push(job.from)
      process.stderr.write(`reprise: ${job.from} is not compiled: ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
  if (json) printJson({ compiled, skipped, failed, diagnostics })
  else printLine(`compiled ${count(compiled)}${skipped.length > 0 ? `, ${count(skipped)} compiled before` : ''}${failed.length > 0 ? `, ${count(failed)} failed` : ''}`)
  if (failed.length > 0 || diagnostics.some(({ severity }) => severity === 'error')) process.exitCode = 1
}

const count = ({ length }: readonly string[]): string => `${length} ${length === 1 ? 'file' : 'files'}`

const isJavaScript = (path: string): boolean => /\.[cm]?js$/.test(path)

function jobsFor (path: string, out: string | undefined): Job[] {
  if (!existsSync(path)) return fail(EXIT.usage, `there is no file or folder ${path}`)
  if (statSync(path).isFile()) {
    if (!isJavaScript(path)) return fail(EXIT.usage, `${path} is no JavaScript; what TypeScript emits is compiled, and reprise run takes TypeScript as it is`)
    return [{ from: path, to: out === undefined ? path : join(out, basename(path)) }]
  }
  return filesBelow(path, out).map(from => ({ from, to: out === undefined ? from : join(out, relative(path, from)) }))
}

/** Without packages: the loader compiles those when they are imported. And without what an earlier call has written. */
function filesBelow (folder: string, out: string | undefined): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name.startsWith('.') || path === out ? [] : filesBelow(path, out)
    return entry.isFile() && isJavaScript(path) ? [path] : []
  })
}

/** Undefined: it was compiled before. */
function compileFile ({ from, to }: Job, strict: boolean): readonly PlacedDiagnostic[] | undefined {
  const text = readFileSync(from, 'utf8')
  const mapName = mapNameOf(text)
  const mapPath = mapName === undefined ? undefined : join(dirname(from), mapName)
  const map = mapPath !== undefined && existsSync(mapPath) ? readFileSync(mapPath, 'utf8') : undefined
  const newMapName = `${basename(to)}.map`
  const result = compileEmitted({ text, map }, { fileName: from, module: kindOf(from, () => text), strict, newMapName })
  if (result === undefined && from === to) return undefined
  const { mode } = statSync(from)
  mkdirSync(dirname(to), { recursive: true })
  const written = result ?? { text, map, diagnostics: [] }
  // The map first: a text must not name what is not there.
  if (written.map !== undefined) writeFileSync(join(dirname(to), mapName ?? newMapName), moved(written.map, from, to))
  writeFileSync(to, written.text)
  if (from !== to) chmodSync(to, mode)
  return result === undefined ? undefined : written.diagnostics
}

/** A map names its sources from where it lies. */
function moved (json: string, from: string, to: string): string {
  if (dirname(from) === dirname(to)) return json
  const map = JSON.parse(json) as SourceMap
  const root = resolve(dirname(from), map.sourceRoot ?? '')
  const sources = map.sources.map(source => source === null || /^[a-z]+:/i.test(source) ? source : relative(dirname(to), resolve(root, source)).split(sep).join('/'))
  return JSON.stringify({ ...map, sourceRoot: undefined, sources })
}
