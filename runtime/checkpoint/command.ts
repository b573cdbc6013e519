/** The command line that goes on with a run: what the user typed, with the options that stood in the environment, so that it can be copied. */
import { environmentName, RUN_OPTIONS } from './settings.js'

export interface Invocation {
  /** Absolute path. */
  readonly program: string
  /** The program's own arguments. */
  readonly argv: readonly string[]
  /** What starts it, as typed: `npx reprise run`, or `node --import reprise/register`. */
  readonly starter: readonly string[]
  /** Options as typed; those that hold for one start only are left out when going on. Where Node starts the program all stand in the environment. */
  readonly options: readonly string[] | 'environment'
  /** The program as typed. */
  readonly typed: string
}

export interface ExtraOption { readonly name: string, readonly value?: string }

/** The command that goes on, with these options besides. */
export type Command = (...extra: ExtraOption[]) => string

const ONE_START: ReadonlySet<string> = new Set(['fresh', 'from', 'torture', 'torture-max', 'torture-process'])

/** Without options of one start; `extra` replaces what was said for the same option. */
export function goOnCommand (invocation: Invocation, environment: NodeJS.ProcessEnv, extra: readonly ExtraOption[] = []): string {
  const { options } = invocation
  const isExtra = (name: string): boolean => extra.some(option => option.name === name)
  const typed: string[] = []
  const typedNames = new Set<string>()
  if (options !== 'environment') {
    for (let index = 0; index < options.length; index++) {
      const [name, attached] = options[index].slice(2).split('=')
      const takesNext = attached === undefined && RUN_OPTIONS.find(option => option.name === name)?.value !== undefined
      const words = takesNext ? options.slice(index, ++index + 1) : [options[index]]
      typedNames.add(name)
      if (!ONE_START.has(name) && !isExtra(name)) typed.push(...words)
    }
  }
  const assignments: string[] = []
  for (const { name } of RUN_OPTIONS) {
    const value = environment[environmentName(name)]
    if (value !== undefined && value !== '' && !ONE_START.has(name) && !isExtra(name) && !typedNames.has(name)) assignments.push(assign(name, value))
  }
  if (options === 'environment') assignments.push(...extra.map(({ name, value }) => assign(name, value ?? '1')))
  else typed.push(...extra.flatMap(({ name, value }) => value === undefined ? [`--${name}`] : [`--${name}`, value]))
  return [...assignments, ...[...invocation.starter, ...typed, invocation.typed, ...invocation.argv].map(quote)].join(' ')
}

const assign = (name: string, value: string): string => `${environmentName(name)}=${quote(value)}`

/** For a POSIX shell. */
export function quote (word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
