/** `reprise ls`: runs, and of each its snapshots: age, position, size, how long the program had run. */
import { formatBytes, formatDuration, formatPosition } from '../../runtime/checkpoint/say.js'
import type { RunSummary } from '../../runtime/store/store.js'
import { colors, printJson, printLine, printTable } from '../output.js'
import { findRun, openStore } from './open-store.js'

export function ls (id: string | undefined, options: { store?: string, json?: boolean }): void {
  const store = openStore(options.store)
  const runs = id === undefined ? store.runs() : [findRun(store, id)]
  if (options.json === true) {
    printJson(runs.map(describeRun))
    return
  }
  if (runs.length === 0) {
    printLine(`no runs in ${store.place}`)
    return
  }
  runs.forEach((run, index) => {
    if (index > 0) printLine()
    printRun(run)
  })
}

function printRun (run: RunSummary): void {
  const { record, holder } = run
  printLine(`${colors.bold(run.id)}  ${stateOf(run)}`)
  if (record !== undefined && holder === undefined && run.snapshots.length > 0) printLine(`  go on with: ${record.command}`)
  if (run.snapshots.length === 0) {
    printLine('  no snapshot yet')
    return
  }
  printTable(['  SNAPSHOT', 'AGE', 'RAN FOR', 'SIZE', 'POSITION'], run.snapshots.map(({ sequence, header, bytes, time }) => [
    `  ${sequence}`,
    formatDuration(Date.now() - time),
    header === undefined ? '?' : formatDuration(header.elapsedMs),
    formatBytes(bytes),
    header === undefined ? 'damaged' : formatPosition(header.position, process.cwd())
  ]))
}

function stateOf ({ holder, record, snapshots }: RunSummary): string {
  if (holder !== undefined) return colors.green(`running: process ${holder.pid} on ${holder.host}`)
  const generation = record === undefined ? '' : `, ${record.generation} ${record.generation === 1 ? 'process' : 'processes'} so far`
  if (record?.end === undefined) return colors.yellow(`killed${generation}`)
  if (record.end.code === 75) return colors.yellow(`stopped${generation}`)
  if (record.end.code === 0 && record.end.signal === undefined) return `finished, ${snapshots.length} kept`
  return colors.yellow(`ended ${record.end.signal === undefined ? `with exit code ${record.end.code}` : `by ${record.end.signal}`}${generation}`)
}

function describeRun ({ id, record, snapshots, holder }: RunSummary): object {
  return {
    id,
    program: record?.program,
    argv: record?.argv,
    command: record?.command,
    generation: record?.generation,
    end: record?.end,
    holder,
    snapshots: snapshots.map(({ name, sequence, bytes, time, header }) => ({
      name, sequence, bytes, time: new Date(time).toISOString(), ageMs: Math.round(Date.now() - time), elapsedMs: header?.elapsedMs, position: header?.position, node: header?.node, readable: header !== undefined
    }))
  }
}
