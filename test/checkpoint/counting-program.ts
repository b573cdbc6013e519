/**
 * A program and a core in one file, for tests of the lifecycle alone: the state is one number, polls are written by hand,
 * the snapshot is the number's text. Bundled and started as a process of its own by lifecycle.test.ts.
 *
 *     node counting.mjs [reprise's options] MODE LIMIT
 */
import fs from 'node:fs'
import { flag, WANTED } from '../../runtime/capture/signal.js'
import { SNAPSHOT, type Checkpointer, type PreparedRun, type RunPlan } from '../../runtime/checkpoint/core-contract.js'
import { StartError } from '../../runtime/checkpoint/choose.js'
import { startRun } from '../../runtime/checkpoint/run.js'
import { optionsFromEnvironment, parseSettings } from '../../runtime/checkpoint/settings.js'
import { Frame } from '../../runtime/restore/frame.js'
import { splitRunWords } from '../../cli/arguments.js'

const { values, options, program: mode = 'count', argv } = splitRunWords(process.argv.slice(2))
const limit = Number(argv[0])
let count = 0
let busy = false
let checkpointer: Checkpointer | undefined

const point = (line: number): Frame => new Frame({
  module: { id: '/program/main.ts', sites: [] }, index: 0, name: 'count', kind: 'function', layout: ['count', '$scope1', 'list', '$t1'],
  points: new Map([[1, { line, column: 3 }]]), resume: undefined, loops: new Map(), make: undefined
}, 1, [line, { shared: 'value' }, [1, 2, 3], 'temporary'])

function prepare (plan: RunPlan): PreparedRun {
  checkpointer = plan.checkpointer
  if (plan.restoreFrom !== undefined) count = Number(new TextDecoder().decode(plan.restoreFrom))
  return {
    encodeState () {
      if (mode === 'unsupported' || mode === 'handled') throw new Error('a Socket cannot be kept')
      return new TextEncoder().encode(String(count))
    },
    isIdle: () => !busy
  }
}

function poll (): void {
  if (flag[WANTED] === 0 || checkpointer?.shouldCheckpoint() !== SNAPSHOT) return
  if (mode === 'postponed') checkpointer.postponed({ reason: 'Array.sort calls back into the program', where: 'main.ts:7:3' })
  else checkpointer.takeSnapshot([point(count)])
}

try {
  await startRun({
    settings: parseSettings(new Map([...optionsFromEnvironment(process.env), ...values])),
    invocation: { program: process.argv[1], argv: [mode, ...argv], starter: ['reprise', 'run'], options, typed: 'main.ts' },
    environment: process.env,
    prepare
  })
} catch (error) {
  if (!(error instanceof StartError)) throw error
  process.stderr.write(`reprise: ${error.message}\n`)
  process.exit(error.exitCode)
}

/** Spends some milliseconds, so that a test can hit it in between. */
function work (): void {
  const end = performance.now() + 2
  while (performance.now() < end);
}

process.stdout.write(`from ${count}\n`)
process.on('exit', (code) => { fs.writeSync(1, `exit ${code}\n`) })

switch (mode) {
  case 'count':
  case 'unsupported':
  case 'postponed':
    busy = true
    for (; count < limit; count++) { work(); poll() }
    busy = false
    break
  case 'throw':
    for (; count < limit; count++) { work(); poll() }
    throw new TypeError('at the end')
  case 'code':
    for (; count < limit; count++) { work(); poll() }
    process.on('exit', () => { process.exitCode = 3 })
    break
  case 'handled':
    process.on('SIGTERM', () => { process.stdout.write('handled\n'); process.exit(9) })
    setInterval(() => { count++ }, 10)
    process.stdout.write('waiting\n')
    break
  case 'deaf':
    // What reprise did not compile polls nowhere.
    for (; count < 20; count++) { work(); poll() }
    process.stdout.write('deaf\n')
    for (;;);
  case 'wait':
    setInterval(() => { count++ }, 10)
    break
}
if (mode === 'count') process.stdout.write(`total ${count}\n`)
