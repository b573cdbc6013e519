/**
 * How much slower a program is under reprise than under plain Node: `npm run bench`, with `-- --short` (CI), `-- --json`,
 * `-- --only NAME`.
 *
 * Each program runs in processes of its own, plain and compiled in turns, so that the machine's moods hit both; a process
 * repeats `run()` until its time is over, and a ratio is minimum over minimum. The compiled one runs as users run it: by
 * `reprise run`, with the runtime and its timer thread, without a checkpoint in the time. Results must agree, or the
 * program is wrong, not fast.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { drawOverhead } from './chart.js'

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    chart: { type: 'string' }
  }
})

interface Measured { readonly times: number[], readonly result: unknown }
interface Row { readonly program: string, readonly plainMs: number, readonly compiledMs: number, readonly ratio: number }

/** Far outside the target: such a build is broken, whatever the machine's mood. */
const GEOMEAN_MAX = 3

const rounds = options.short ? 1 : 5
const secondsOfProcess = options.short ? 0.25 : 0.6
const store = mkdtempSync(join(tmpdir(), 'reprise-bench-'))

const programs = readdirSync('bench/programs').filter(name => name.endsWith('.mjs')).map(name => name.slice(0, -4))
  .filter(name => options.only === undefined || options.only.includes(name))

const say = (line: string): void => { if (!options.json) console.log(line) }

function measure (program: string, prefix: readonly string[]): Measured {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...prefix, 'bench/measure.mjs', program, String(secondsOfProcess)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`)
  return JSON.parse(stdout) as Measured
}

function compare (program: string): Row {
  const plain: Measured[] = []
  const compiled: Measured[] = []
  for (let round = 0; round < rounds; round++) {
    plain.push(measure(program, []))
    compiled.push(measure(program, ['dist/cli/main.js', 'run', '--quiet', '--fresh', '--store', store, '--interval', '1h']))
  }
  const wanted = JSON.stringify(plain[0].result)
  for (const { result } of [...plain, ...compiled]) {
    if (JSON.stringify(result) !== wanted) throw new Error(`${program}: the result is ${JSON.stringify(result)} instead of ${wanted}`)
  }
  const plainMs = Math.min(...plain.flatMap(m => m.times))
  const compiledMs = Math.min(...compiled.flatMap(m => m.times))
  return { program, plainMs, compiledMs, ratio: compiledMs / plainMs }
}

const geomeanOf = (ratios: readonly number[]): number => Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
const cell = (value: number): string => value.toFixed(2).padStart(10)

const rows: Row[] = []
const faults: string[] = []
try {
  say(`${'program'.padEnd(20)}  plain ms  reprise ms  ratio`)
  for (const program of programs) {
    try {
      const row = compare(program)
      rows.push(row)
      say(`${program.padEnd(20)}${cell(row.plainMs)}  ${cell(row.compiledMs)}${cell(row.ratio).slice(3)}`)
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error))
      say(`${program.padEnd(20)}  FAILED  ${faults.at(-1)?.slice(0, 400)}`)
    }
  }
} finally {
  rmSync(store, { recursive: true, force: true })
}

const isAsync = (row: Row): boolean => row.program.startsWith('async-')
const overhead = {
  geomean: geomeanOf(rows.filter(row => !isAsync(row)).map(row => row.ratio)),
  worst: Math.max(...rows.filter(row => !isAsync(row)).map(row => row.ratio)),
  programs: rows.filter(row => !isAsync(row)).length
}
const awaits = { geomean: geomeanOf(rows.filter(isAsync).map(row => row.ratio)), programs: rows.filter(isAsync).length }

if (options.json) console.log(JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, rounds, overhead, awaits, rows, faults }, undefined, 2))
say(`geometric mean ${overhead.geomean.toFixed(3)} over ${overhead.programs} programs, worst ${overhead.worst.toFixed(2)}; awaits ${awaits.geomean.toFixed(2)}`)
if (options.chart !== undefined) drawOverhead(options.chart, rows, overhead.geomean)
if (overhead.geomean > GEOMEAN_MAX) faults.push(`the geometric mean is ${overhead.geomean.toFixed(2)}`)
for (const fault of faults) console.error(fault)
process.exitCode = faults.length === 0 ? 0 : 1
