/**
 * `reprise show ID`: where a run stands: the call stack with its source lines, the variables of each frame, what it waits for.
 * It reads without holding the run, never writes, and shows of a damaged snapshot what can be read.
 */
import { readFileSync, existsSync } from 'node:fs'
import { basename, dirname, relative, resolve } from 'node:path'
import { formatBytes, formatDuration, formatPosition } from '../../runtime/checkpoint/say.js'
import { EXIT } from '../../runtime/checkpoint/choose.js'
import { describeSnapshot, type DescribedFrame, type DescribedSnapshot } from '../../runtime/encoding/describe.js'
import { openFileStore } from '../../runtime/store/file.js'
import { DamagedError, type RunSummary, type Snapshot, type SnapshotEntry, type Store } from '../../runtime/store/store.js'
import { colors, fail, printJson, printLine } from '../output.js'
import { findRun, findSnapshot, openStore } from './open-store.js'

export function show (wanted: string, options: { store?: string, from?: string, json?: boolean }): void {
  const { store, run, entry } = find(wanted, options)
  const snapshot = readSnapshot(store, run, entry)
  const described = snapshot === undefined ? undefined : describe(snapshot)
  if (options.json === true) {
    printJson({ id: run.id, snapshot: entry.name, bytes: entry.bytes, header: entry.header, damaged: snapshot === undefined, ...described })
    return
  }
  printHead(run, entry)
  if (described !== undefined) printState(described)
}

function find (wanted: string, options: { store?: string, from?: string }): { store: Store, run: RunSummary, entry: SnapshotEntry } {
  if (/\.snapshot$/.test(wanted) && existsSync(wanted)) {
    const folder = dirname(resolve(wanted))
    const store = openFileStore(dirname(folder))
    const run = store.run(basename(folder))
    if (run !== undefined) return { store, run, entry: findSnapshot(run, basename(wanted)) }
  }
  const store = openStore(options.store)
  const run = findRun(store, wanted)
  return { store, run, entry: findSnapshot(run, options.from) }
}

function readSnapshot (store: Store, run: RunSummary, entry: SnapshotEntry): Snapshot | undefined {
  try {
    return store.read(run.id, entry.name)
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error
    process.stderr.write(`reprise: snapshot ${entry.sequence} is damaged: ${error.message}\n`)
    process.exitCode = EXIT.noSnapshot
    return undefined
  }
}

function describe (snapshot: Snapshot): DescribedSnapshot {
  try {
    return describeSnapshot(snapshot.payload)
  } catch (error) {
    return fail(EXIT.noSnapshot, `the state in the snapshot cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function printHead (run: RunSummary, { sequence, bytes, time, header }: SnapshotEntry): void {
  printLine(`${colors.bold(run.id)}, snapshot ${sequence}: ${formatDuration(Date.now() - time)} old, ${formatBytes(bytes)}`)
  if (header === undefined) return
  printLine(`  program   ${[relative(process.cwd(), header.program), ...header.argv].join(' ')}`)
  printLine(`  stands at ${formatPosition(header.position, process.cwd())}`)
  printLine(`  ran for   ${formatDuration(header.elapsedMs)} in ${header.generation} ${header.generation === 1 ? 'process' : 'processes'}, Node.js ${header.node}`)
  if (run.record !== undefined) printLine(`  go on     ${run.record.command}`)
}

function printState ({ stack, tasks }: DescribedSnapshot): void {
  printLine()
  printLine(colors.bold(stack.length === 0 ? 'No code was running.' : 'Call stack, innermost first'))
  for (const frame of [...stack].reverse()) printFrame(frame)
  for (const { what, stack: waiting } of tasks) {
    printLine()
    printLine(colors.bold(what))
    for (const frame of [...waiting].reverse()) printFrame(frame)
  }
}

function printFrame ({ name, position, locals }: DescribedFrame): void {
  printLine(`  ${colors.cyan(name === '' ? '(anonymous)' : name)}  ${colors.dim(position === undefined ? '' : formatPosition({ ...position, name: undefined }, process.cwd()))}`)
  const line = position === undefined ? undefined : sourceLine(position.file, position.line)
  if (line !== undefined) printLine(`    ${colors.dim(`${position?.line ?? ''} |`)} ${line.trim()}`)
  const width = Math.max(0, ...locals.map((local) => local.name.length))
  for (const local of locals) printLine(`      ${local.name.padEnd(width)} = ${local.text}`)
}

const files = new Map<string, string[]>()

/** The file may have changed since: a line is shown as it is now. */
function sourceLine (file: string, line: number): string | undefined {
  let lines = files.get(file)
  if (lines === undefined) {
    try { lines = readFileSync(file, 'utf8').split('\n') } catch { lines = [] }
    files.set(file, lines)
  }
  return lines[line - 1]
}
