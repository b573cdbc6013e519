/** The run's lifecycle for a program that Node starts itself: all options come from the environment. */
import { relative } from 'node:path'
import { EXIT, StartError } from '../../runtime/checkpoint/choose.js'
import { startRun } from '../../runtime/checkpoint/run.js'
import { optionsFromEnvironment, parseSettings, UsageError, type RunSettings } from '../../runtime/checkpoint/settings.js'
import { prepareRun } from '../../runtime/core.js'
import { fail } from '../output.js'

/** Before the loader: how it shall compile. */
export function loaderOptionsFromEnvironment (): { polls: 'all' | 'sparse', quiet: boolean } {
  const { torture, quiet } = readSettings()
  return { polls: torture === undefined ? 'sparse' : 'all', quiet }
}

/** After it: a snapshot is compared with what the loader would load. */
export async function startFromEnvironment (program: string): Promise<void> {
  const typed = relative(process.cwd(), program)
  try {
    await startRun({
      settings: readSettings(),
      invocation: { program, argv: process.argv.slice(2), starter: ['node', ...process.execArgv], options: 'environment', typed },
      environment: process.env,
      prepare: prepareRun,
    })
  } catch (error) {
    if (error instanceof StartError) fail(error.exitCode, error.message)
    throw error
  }
}

function readSettings (): RunSettings {
  try {
    return parseSettings(optionsFromEnvironment(process.env))
  } catch (error) {
    if (error instanceof UsageError) fail(EXIT.usage, error.message)
    throw error
  }
}
