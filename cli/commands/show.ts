/**
 * `reprise show ID`: where a run stands: the call stack with its source lines, the variables of each frame, what it waits for.
 * It reads without holding the run, never writes, and shows of a damaged snapshot what can be read.
 */
import { readFileSync, existsSync } from 'node:fs'
import { basename, dirname, relative, resolve } from 'node:path'
import { formatBytes, formatDuration, formatError, formatPosition } from '../../runtime/checkpoint/say.js'
import { EXIT } from '../../runtime/checkpoint/choose.js'
import { RepriseError } from '../../runtime/diagnostics/error.js'
import { openFileStore } from '../../runtime/store/file.js'
import { DamagedError, type DescribedFrame, type RunSummary, type SnapshotEntry, type SnapshotHeader, type Store } from '../../runtime/store/store.js'
import { colors, printJson, printLine } from '../output.js'
import { findRun, findSnapshot, openStore } from './open-store.js'

export function show (wanted: string, options: { store?: string, from?: string, json?: boolean }): void {
  const { store, run, entry } = find(wanted, options)
  const damage = findDamage(store, run, entry)
  if (options.json === true) printJson({ id: run.id, snapshot: entry.name, bytes: entry.bytes, damage, ...entry.header })
  else print(run, entry)
  if (damage === undefined) return
  process.exitCode = EXIT.noSnapshot
  process.stderr.write(`reprise: ${formatError(new RepriseError('RP4004', [`${entry.sequence}`, run.id, damage]))}\n`)
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

/** What is shown stands in the header; whether the rest is whole shows only when it is read. */
function findDamage (store: Store, run: RunSummary, entry: SnapshotEntry): string | undefined {
  try {
    store.read(run.id, entry.name)
    return undefined
  } catch (error) {
    if (error instanceof DamagedError) return error.message
    throw error
  }
}

function print (run: RunSummary, entry: SnapshotEntry): void {
  printHead(run, entry)
  if (entry.header?.stack !== undefined) printState(entry.header.stack, entry.header.waiting ?? [])
}

function printHead (run: RunSummary, { sequence, bytes, time, header }: SnapshotEntry): void {
  printLine(`${colors.bold(run.id)}, snapshot ${sequence}: ${formatDuration(Date.now() - time)} old, ${formatBytes(bytes)}`)
  if (header === undefined) return
  printLine(`  program   ${[relative(process.cwd(), header.program), ...header.argv].join(' ')}`)
  printLine(`  stands at ${formatPosition(header.position, process.cwd())}`)
  printLine(`  ran for   ${formatDuration(header.elapsedMs)} in ${header.generation} ${header.generation === 1 ? 'process' : 'processes'}, Node.js ${header.node}`)
  if (run.record !== undefined) printLine(`  go on     ${run.record.command}`)
}

function printState (stack: readonly DescribedFrame[], waiting: NonNullable<SnapshotHeader['waiting']>): void {
  printLine()
  printLine(colors.bold(stack.length === 0 ? 'No code was running.' : 'Call stack, innermost first'))
  for (const frame of [...stack].reverse()) printFrame(frame)
  for (const { what, stack: frames } of waiting) {
    printLine()
    printLine(colors.bold(what))
    for (const frame of [...frames].reverse()) printFrame(frame)
  }
}

function printFrame ({ name, position, variables, omitted }: DescribedFrame): void {
  if (omitted !== undefined) {
    printLine(colors.dim(`  … ${omitted} more frames`))
    return
  }
  printLine(`  ${colors.cyan(name === '' ? '(anonymous)' : name)}  ${colors.dim(position === undefined ? '' : formatPosition({ ...position, name: undefined }, process.cwd()))}`)
  const line = position === undefined ? undefined : sourceLine(position.file, position.line)
  if (line !== undefined) printLine(`    ${colors.dim(`${position?.line ?? ''} |`)} ${line.trim()}`)
  const width = Math.max(0, ...variables.map((variable) => variable.name.length))
  for (const variable of variables) printLine(`      ${variable.name.padEnd(width)} = ${variable.text}`)
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
