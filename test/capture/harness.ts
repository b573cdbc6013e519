/**
 * Runs a text as if the loader had given it to Node: the text is registered, its functions run below a root, and what the
 * poll decides is told. The texts of these tests are written as the compiler prints.
 */
import vm from 'node:vm'
import { setOnCapture, runRoot } from '../../runtime/restore/drive.js'
import type { Inspection } from '../../runtime/capture/native-frames.js'
import { flag, WANTED } from '../../runtime/capture/signal.js'
import { registerText } from '../../runtime/code/texts.js'
import { poll, setPollPolicy } from '../../runtime/poll.js'

let ordinal = 0

export interface Run {
  /** What the first poll found; undefined if there was none. */
  readonly inspection: Inspection | undefined
  readonly polls: number
  readonly file: string
}

export interface RunOptions {
  readonly file?: string
  readonly extra?: Record<string, unknown>
  /** Not as the root of a task. */
  readonly withoutRoot?: boolean
  /** Which poll inspects the stack. */
  readonly at?: number
}

/** `text` is a script whose `main` is called; it polls by `$poll()`. */
export function runCompiled (text: string, { file = `/program/${++ordinal}.js`, extra = {}, withoutRoot = false, at = 1 }: RunOptions = {}): Run {
  const whole = `${text}\nreturn main`
  registerText(file, whole)
  const names = Object.keys(extra)
  const main = vm.compileFunction(whole, ['$poll', '$runRoot', ...names], { filename: file })(poll, runRoot, ...names.map(name => extra[name])) as () => unknown
  let inspection: Inspection | undefined
  let polls = 0
  setPollPolicy({
    wanted: () => ++polls >= at && inspection === undefined,
    postponed: refusal => { inspection = refusal },
  })
  setOnCapture(() => { inspection ??= { ok: true } })
  flag[WANTED] = 1
  try {
    if (withoutRoot) main()
    else runRoot(main)
  } finally {
    setPollPolicy(undefined)
    setOnCapture(() => {})
    flag[WANTED] = 0
  }
  return { inspection, polls, file }
}
