/**
 * The options of a run: one table, from which the command line, the environment and the help are read. Each option has an
 * environment name, `REPRISE_` and its own, so that `node --import reprise/register` takes them too.
 */
import { RepriseError } from '../diagnostics/error.js'
import type { CodeChoice } from './core-contract.js'

export interface RunSettings {
  readonly id: string | undefined
  readonly store: string | undefined
  readonly interval: number | 'auto'
  readonly every: number | undefined
  readonly torture: number | undefined
  readonly tortureMax: number
  readonly tortureProcess: boolean
  readonly fresh: boolean
  readonly from: string | undefined
  readonly code: CodeChoice
  readonly maxAgeMs: number | undefined
  readonly keep: boolean
  readonly quiet: boolean
}

export interface RunOption {
  /** As on the command line, without the dashes. */
  readonly name: string
  /** The placeholder of its value; missing: a switch. */
  readonly value?: string
  readonly help: string
}

export const RUN_OPTIONS: readonly RunOption[] = [
  { name: 'id', value: 'NAME', help: 'name of the run (default: from the program\'s path and its arguments)' },
  { name: 'store', value: 'DIR', help: 'where snapshots are kept (default: .reprise beside the nearest package.json)' },
  { name: 'interval', value: 'TIME', help: 'time between snapshots: auto, 1s, 20ms (default: auto, at most 2 % of the time)' },
  { name: 'every', value: 'N', help: 'a snapshot at every N-th poll' },
  { name: 'fresh', help: 'begin anew; snapshots of this id are removed' },
  { name: 'from', value: 'SNAPSHOT', help: 'go on from this snapshot, not from the newest (see reprise ls)' },
  { name: 'code', value: 'new|old', help: 'when the program was changed: go on with its new text, or the one it was started with' },
  { name: 'max-age', value: 'TIME', help: 'refuse a snapshot older than this: 24h, 30m' },
  { name: 'keep', help: 'keep the snapshots when the program has finished' },
  { name: 'quiet', help: 'say nothing on stderr' },
  { name: 'torture', value: 'N', help: 'test: rebuild the whole state from bytes at every N-th poll' },
  { name: 'torture-max', value: 'N', help: 'at most so many rebuilds (default: 10000)' },
  { name: 'torture-process', help: 'with --torture: a new process each time' }
]

export class UsageError extends RepriseError<'RP5001'> {
  constructor (what: string) { super('RP5001', [what]) }
}

export type OptionValues = ReadonlyMap<string, string>

export const environmentName = (option: string): string => `REPRISE_${option.toUpperCase().replaceAll('-', '_')}`

/** What the environment says; the command line's own values go over it. */
export function optionsFromEnvironment (environment: NodeJS.ProcessEnv): Map<string, string> {
  const values = new Map<string, string>()
  for (const { name, value } of RUN_OPTIONS) {
    const text = environment[environmentName(name)]
    if (text === undefined || text === '') continue
    if (value === undefined && (text === '0' || text === 'false')) continue
    values.set(name, text)
  }
  return values
}

export function parseSettings (values: OptionValues): RunSettings {
  const interval = values.get('interval') ?? 'auto'
  const code = values.get('code')
  if (code !== undefined && code !== 'new' && code !== 'old') throw new UsageError(`--code is "new" or "old", not "${code}"`)
  if (values.has('fresh') && values.has('from')) throw new UsageError('--fresh begins anew, --from goes on: choose one')
  const torture = parseCount(values, 'torture')
  if (values.has('torture-process') && torture === undefined) throw new UsageError('--torture-process needs --torture N')
  const maxAge = values.get('max-age')
  return {
    id: values.get('id'),
    store: values.get('store'),
    interval: interval === 'auto' ? 'auto' : parseDuration('interval', interval),
    every: parseCount(values, 'every'),
    torture,
    tortureMax: parseCount(values, 'torture-max') ?? 10_000,
    tortureProcess: values.has('torture-process'),
    fresh: values.has('fresh'),
    from: values.get('from'),
    code,
    maxAgeMs: maxAge === undefined ? undefined : parseDuration('max-age', maxAge),
    keep: values.has('keep'),
    quiet: values.has('quiet')
  }
}

function parseCount (values: OptionValues, option: string): number | undefined {
  const text = values.get(option)
  if (text === undefined) return undefined
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1) throw new UsageError(`--${option} takes a whole number from 1, not "${text}"`)
  return count
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

export function parseDuration (option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim())
  const unit = match === null ? undefined : UNITS_MS[match[2].toLowerCase()]
  if (match === null || unit === undefined) throw new UsageError(`--${option} takes a time with its unit, as 20ms, 1s, 30m, 24h, not "${text}"`)
  return Number(match[1]) * unit
}
