/** The commands that do not run a program, and the help of all. Each command is loaded when it is called. */
import { readFileSync } from 'node:fs'
import { Command, CommanderError, Help } from 'commander'
import { EXIT } from '../../runtime/checkpoint/choose.js'
import type { CompileCommandOptions } from './compile.js'
import { ownManifest } from '../../runtime/code/own-files.js'
import { environmentName, RUN_OPTIONS } from '../../runtime/checkpoint/settings.js'

const OVERVIEW = `
How it works:
  A program started by reprise is compiled as it is loaded, and from time to time its whole state (stack, variables, timers,
  promises) is written to .reprise beside the nearest package.json. However it ends, by kill -9, a crash or a power cut, the
  same command goes on in the middle of its loops. When it finishes with exit code 0 its snapshots are removed.

Examples:
  $ reprise src/main.ts input.csv        run it; after a kill, the same line goes on
  $ reprise run --fresh src/main.ts      begin anew
  $ reprise ls                           what there is to go on with, and how much work is in it
  $ reprise show main.ts                 where it stands: call stack, source lines, variables
  $ reprise explain RP4001               what a code means and what to do

Ctrl-C takes a snapshot, prints the command that goes on and exits with 75. Press it twice and the program gets it.
`

const RUN_TEXT = `
Everything after PROGRAM belongs to the program. Each option has an environment name as well: REPRISE_ID, REPRISE_INTERVAL …
REPRISE_REPORT=FILE writes figures of the run as JSON when it ends.

Examples:
  $ reprise run --interval 5s dist/main.js
  $ reprise run --id nightly --store /var/lib/jobs dist/main.js --all
  $ reprise run --from 12 dist/main.js            an earlier snapshot, see reprise ls
  $ kill -USR2 PID                                a snapshot now

Exit codes: 75 stopped with a snapshot, the same command goes on · 73 the store cannot be written · 74 no such snapshot
  76 refused: the code has changed, or the snapshot is older than --max-age · 77 another process holds the run · 64 usage
  All others are the program's own.
`

export async function runCommand (words: readonly string[]): Promise<void> {
  const program = build()
  try {
    if (words.length === 0) {
      program.outputHelp()
      return
    }
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : EXIT.usage)
    throw error
  }
}

function build (): Command {
  const program = new Command('reprise')
    .description('Runs unmodified TypeScript and JavaScript programs so that they survive kill -9 and go on where they were.')
    .usage('[options] PROGRAM [ARGS]\n       reprise COMMAND')
    .version(readVersion(), '-V, --version')
    .configureHelp({ helpWidth: 120, sortSubcommands: false })
    .exitOverride()
    .addHelpText('after', OVERVIEW)

  const run = program.command('run')
    .description('start a program, or go on with it from its newest snapshot')
    .usage('[options] PROGRAM [ARGS]')
    .addHelpText('after', RUN_TEXT)
  for (const { name, value, help } of RUN_OPTIONS) run.option(`--${name}${value === undefined ? '' : ` <${value}>`}`, help)
  run.configureHelp({ helpWidth: 120, optionDescription: (option) => `${new Help().optionDescription(option)} [${environmentName(option.name())}]` })

  program.command('ls')
    .description('list runs and their snapshots')
    .argument('[ID]', 'only this run')
    .option('--store <DIR>', 'the store (default: .reprise of this project)')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ reprise ls --json | jq ".[].id"\n')
    .action(async (id: string | undefined, options: StoreOptions) => (await import('./ls.js')).ls(id, options))

  program.command('show')
    .description('show where a run stands: call stack with source lines, variables. Never writes')
    .argument('<ID>', 'a run (see reprise ls) or the file of a snapshot')
    .option('--from <SNAPSHOT>', 'an earlier snapshot than the newest')
    .option('--store <DIR>', 'the store (default: .reprise of this project)')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  $ reprise show src~main.ts\n  $ reprise show src~main.ts --from 12\n')
    .action(async (id: string, options: StoreOptions & { from?: string }) => (await import('./show.js')).show(id, options))

  program.command('rm')
    .description('remove runs with their snapshots')
    .argument('[ID...]', 'runs (see reprise ls)')
    .option('--all', 'all runs that no process holds')
    .option('--store <DIR>', 'the store (default: .reprise of this project)')
    .option('--json', 'as JSON')
    .action(async (ids: string[], options: StoreOptions & { all?: boolean }) => (await import('./rm.js')).rm(ids, options))

  program.command('compile')
    .description('compile emitted JavaScript ahead, in place or into another folder, with its source maps')
    .argument('<PATH...>', 'files, or folders with all that is below them except packages')
    .option('--out <DIR>', 'write here, and leave the input as it is')
    .option('--strict', 'what cannot be compiled is an error, and the exit code 1')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  $ tsc && reprise compile dist\n  $ reprise compile dist --out resumable\n')
    .action(async (paths: string[], options: CompileCommandOptions) => (await import('./compile.js')).compile(paths, options))

  program.command('explain')
    .description('explain a code such as RP4001')
    .argument('[CODE]', 'without one: all codes')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ reprise explain RP2101\n')
    .action(async (code: string | undefined, options: { json?: boolean }) => (await import('./explain.js')).explain(code, options))

  return program
}

export interface StoreOptions {
  readonly store?: string
  readonly json?: boolean
}

const readVersion = (): string => (JSON.parse(readFileSync(ownManifest(), 'utf8')) as { version: string }).version
