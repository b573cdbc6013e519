/**
 * `reprise run`: the process becomes the program's own. Its argv, its main module, its standard streams and its exit code are
 * as under node; what reprise adds stands in runtime/checkpoint.
 */
import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, relative, resolve } from 'node:path'
import { EXIT, StartError } from '../../runtime/checkpoint/choose.js'
import type { Invocation } from '../../runtime/checkpoint/command.js'
import { startRun } from '../../runtime/checkpoint/run.js'
import { optionsFromEnvironment, parseSettings, UsageError, type RunSettings } from '../../runtime/checkpoint/settings.js'
import { loadCompiledBuiltins, prepareRun, setReload } from '../../runtime/core.js'
import { RepriseError } from '../../runtime/diagnostics/error.js'
import { ABANDONED } from '../../runtime/modules/live-module.js'
import { currentGeneration } from '../../runtime/tasks/records.js'
import { splitRunWords, type RunWords } from '../arguments.js'
import { installLoader, setGeneration, startProgram } from '../loader/index.js'
import { fail, failWith } from '../output.js'

/** `named`: the word `run` was typed, and stands in the command that goes on. */
export async function run (words: readonly string[], named: boolean): Promise<void> {
  const { split, settings } = parse(words)
  if (split.help) {
    const { runCommand } = await import('./index.js')
    return await runCommand(['run', '--help'])
  }
  if (split.program === undefined) failWith(EXIT.usage, new UsageError('no program was named: reprise run [options] PROGRAM [ARGS]'))
  const program = resolveProgram(split.program)
  const invocation: Invocation = {
    program,
    argv: split.argv,
    starter: [...howStarted(), ...(named ? ['run'] : [])],
    options: split.options.filter((word) => word !== '--'),
    typed: split.program
  }
  if (settings.tortureProcess) {
    const { tortureProcess } = await import('./torture-process.js')
    return await tortureProcess(settings, invocation)
  }
  process.argv = [process.execPath, resolve(split.program), ...split.argv]
  await loadCompiledBuiltins()
  // Our tests torture the code that users run, too. All processes of a run must compile alike: frames stand at places in the text.
  const wanted = process.env.REPRISE_POLLS
  const polls = wanted === 'all' || (wanted !== 'sparse' && settings.torture !== undefined) ? 'all' : 'sparse'
  installLoader({ program, polls, quiet: settings.quiet })
  await begin(settings, invocation)
  if (settings.torture === undefined) return await startProgram(program)
  const start = async (generation: number): Promise<void> => {
    try {
      await startProgram(program, { generation, isAbandoned: () => currentGeneration() !== generation })
    } catch (error) {
      if (error !== ABANDONED) throw error
    }
  }
  setReload((generation) => {
    setGeneration(generation)
    void start(generation)
  })
  // Not awaited: what an abandoned module waits for never comes.
  void start(0)
}

function parse (words: readonly string[]): { split: RunWords, settings: RunSettings } {
  try {
    const split = splitRunWords(words)
    return { split, settings: parseSettings(new Map([...optionsFromEnvironment(process.env), ...split.values])) }
  } catch (error) {
    if (error instanceof UsageError) failWith(EXIT.usage, error)
    throw error
  }
}

async function begin (settings: RunSettings, invocation: Invocation): Promise<void> {
  try {
    await startRun({ settings, invocation, environment: process.env, prepare: prepareRun })
  } catch (error) {
    if (error instanceof StartError) fail(error.exitCode, error.message)
    const text = error instanceof Error ? error.stack ?? error.message : String(error)
    failWith(EXIT.bug, new RepriseError('RP5004', [text]))
  }
}

const EXTENSIONS = ['.ts', '.mts', '.cts', '.tsx', '.mjs']

/** As node does, and TypeScript's endings as well. */
function resolveProgram (typed: string): string {
  const path = resolve(typed)
  if (existsSync(path) && statSync(path).isFile()) return path
  for (const extension of EXTENSIONS) if (existsSync(path + extension)) return path + extension
  try {
    return createRequire(path).resolve(path)
  } catch {
    return failWith(EXIT.usage, new RepriseError('RP5002', [path]))
  }
}

/** The words before reprise's own: what the user can type again from this folder. */
function howStarted (): string[] {
  if (process.env.npm_command === 'exec') return ['npx', 'reprise']
  const last = process.env._
  if (last !== undefined && basename(last) === 'reprise') return last.includes('node_modules') ? ['npx', 'reprise'] : ['reprise']
  const script = process.argv[1]
  if (basename(script) === 'reprise') return script.includes('node_modules') ? ['npx', 'reprise'] : ['reprise']
  return [basename(process.execPath) === 'node' ? 'node' : process.execPath, ...process.execArgv, shortest(script)]
}

function shortest (path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere === '' || fromHere.startsWith('..') ? path : fromHere
}
