/**
 * Splits the words of `reprise run`: options of reprise, the program, and what belongs to the program.
 *
 * By hand, from the table of options, since this stands before every start of a program: a parser of all commands would cost
 * 20 ms of it. Everything after the program is the program's, whatever it looks like.
 */
import { RUN_OPTIONS, UsageError } from '../runtime/checkpoint/settings.js'

export interface RunWords {
  readonly values: ReadonlyMap<string, string>
  /** As typed. */
  readonly options: readonly string[]
  /** Undefined: no program was named. */
  readonly program: string | undefined
  readonly argv: readonly string[]
  readonly help: boolean
}

export function splitRunWords (words: readonly string[]): RunWords {
  const values = new Map<string, string>()
  let index = 0
  let help = false
  for (; index < words.length; index++) {
    const word = words[index]
    if (word === '--') { index++; break }
    if (!word.startsWith('-') || word === '-') break
    if (word === '--help' || word === '-h') { help = true; continue }
    const [name, attached] = splitOnce(word)
    const option = RUN_OPTIONS.find((candidate) => `--${candidate.name}` === name)
    if (option === undefined) throw new UsageError(`unknown option ${name}; see reprise run --help`)
    if (option.value === undefined) {
      if (attached !== undefined) throw new UsageError(`${name} takes no value`)
      values.set(option.name, '1')
      continue
    }
    const value = attached ?? words[++index]
    if (value === undefined) throw new UsageError(`${name} needs a value: ${name} ${option.value}`)
    values.set(option.name, value)
  }
  return { values, options: words.slice(0, index), program: words[index], argv: words.slice(index + 1), help }
}

function splitOnce (word: string): [string, string | undefined] {
  const at = word.indexOf('=')
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}
