#!/usr/bin/env node
/**
 * reprise: `reprise run [options] PROGRAM [ARGS]`, or just `reprise PROGRAM [ARGS]`; other commands by name.
 *
 * Running a program loads nothing of the other commands, and they load nothing of the runtime that they do not need.
 */
const COMMANDS: ReadonlySet<string> = new Set(['ls', 'show', 'rm', 'explain', 'compile', 'help'])

const words = process.argv.slice(2)
const first = words[0]

if (first === undefined || COMMANDS.has(first) || first === '--help' || first === '-h' || first === '--version' || first === '-V') {
  const { runCommand } = await import('./commands/index.js')
  await runCommand(words)
} else {
  const { run } = await import('./commands/run.js')
  await run(first === 'run' ? words.slice(1) : words, first === 'run')
}
