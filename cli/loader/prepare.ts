/** The run's lifecycle for a program that Node starts itself: all options come from the environment. */
import { relative } from 'node:path'
import { EXIT, StartError } from '../../runtime/checkpoint/choose.js'
import { startRun } from '../../runtime/checkpoint/run.js'
import { optionsFromEnvironment, parseSettings, UsageError, type RunSettings } from '../../runtime/checkpoint/settings.js'
import { prepareRun } from '../../runtime/core.js'
import { fail } from '../output.js'

export async function prepareFromEnvironment (program: string): Promise<{ polls: 'all' | 'sparse', quiet: boolean }> {
  const settings = readSettings()
  const typed = relative(process.cwd(), program)
  try {
    await startRun({
      settings,
      invocation: { program, argv: process.argv.slice(2), starter: ['node', ...process.execArgv], options: [], typed },
      environment: process.env,
      prepare: prepareRun,
    })
  } catch (error) {
    if (error instanceof StartError) fail(error.exitCode, error.message)
    throw error
  }
  return { polls: settings.torture === undefined ? 'sparse' : 'all', quiet: settings.quiet }
}

function readSettings (): RunSettings {
  try {
    return parseSettings(optionsFromEnvironment(process.env))
  } catch (error) {
    if (error instanceof UsageError) fail(EXIT.usage, error.message)
    throw error
  }
}
