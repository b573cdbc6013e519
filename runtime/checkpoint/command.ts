/** The command line that goes on with a run: what the user typed, so that it can be copied. */

export interface Invocation {
  /** Absolute path. */
  readonly program: string
  /** The program's own arguments. */
  readonly argv: readonly string[]
  /** What starts it, as typed: `npx reprise run`, or `node --import reprise/register`. */
  readonly starter: readonly string[]
  /** Options as typed; those that hold for one start only are left out when going on. */
  readonly options: readonly string[]
  /** The program as typed. */
  readonly typed: string
}

const ONE_START: ReadonlySet<string> = new Set(['--fresh', '--from'])

/** Without options of one start; `extra` comes before the program. */
export function goOnCommand (invocation: Invocation, extra: readonly string[] = []): string {
  const options: string[] = []
  for (let index = 0; index < invocation.options.length; index++) {
    const option = invocation.options[index]
    const name = option.split('=')[0]
    if (!ONE_START.has(name)) options.push(option)
    else if (name === '--from' && !option.includes('=')) index++
  }
  return [...invocation.starter, ...options, ...extra, invocation.typed, ...invocation.argv].map(quote).join(' ')
}

/** For a POSIX shell. */
export function quote (word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
