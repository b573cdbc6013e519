/**
 * Compiled functions without a compiler: each is a table of states, run by one general machine. A state gets the locals and
 * the value (of the call, await or yield before it) and says what comes next.
 *
 *     0: l => { l.i = 0; return go(1) }
 *     1: l => l.i < 3 ? call(2, () => poll()) : end(l.name)
 *     2: l => awaiting(3, l.i)
 *     catch: 4                                  the state that errors of the states before it go to, if any
 *
 * `torture` runs a program again and again; in the n-th run the n-th poll captures the stack. There the whole state becomes
 * bytes, the tasks are dropped, and what the bytes say goes on in its place.
 */
import { defineBuiltinKinds } from '../../runtime/builtins/index.js'
import { CAPTURING, flag, rerecord, unwind } from '../../runtime/capture/signal.js'
import { AWAIT, NORMAL, RETURN, THROW, YIELD, type Machine, type Mode, type ModuleSites, type Site, type SiteKind } from '../../runtime/code/site.js'
import { runtimeModule } from '../../runtime/code/runtime-sites.js'
import { decode } from '../../runtime/encoding/decode.js'
import { encode } from '../../runtime/encoding/encode.js'
import { intrinsicByName, intrinsicName } from '../../runtime/encoding/intrinsics.js'
import { defineInternal, defineKind } from '../../runtime/encoding/kinds.js'
import { emptyNaming, type Naming } from '../../runtime/encoding/naming.js'
import { ABANDON, driverDepth, runRoot, setOnCapture } from '../../runtime/restore/drive.js'
import { Frame, resumeFrame } from '../../runtime/restore/frame.js'
import {
  AsyncFrame, asyncFunction, asyncGeneratorCall, asyncGeneratorFunction, captureTasks, defineTaskKinds, dropTasks, generatorCall, generatorFunction, inPhase,
  installTasks, phaseOf, restoreTasks, resumeTask, type TaskRoots,
} from '../../runtime/tasks/index.js'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- locals of many programs
export type Locals = Record<string, any>
interface Next { kind: 'go' | 'call' | 'await' | 'yield' | 'end', to: number, value: unknown }
type State = (locals: Locals, value: unknown) => Next
export interface States { [state: number]: State, catch?: number, return?: number }

export const go = (to: number): Next => ({ kind: 'go', to, value: undefined })
export const call = (to: number, callee: () => unknown): Next => ({ kind: 'call', to, value: callee })
export const awaiting = (to: number, value: unknown): Next => ({ kind: 'await', to, value })
export const yielding = (to: number, value: unknown): Next => ({ kind: 'yield', to, value })
export const end = (value?: unknown): Next => ({ kind: 'end', to: -1, value })

const sites: Site[] = []
const module: ModuleSites = { id: 'test', sites }
const named = new Map<unknown, string>()
const byName = new Map<string, object>()

function name<Value extends object> (key: string, value: Value): Value {
  named.set(value, key)
  byName.set(key, value)
  return value
}

function machineOf (states: States): Machine {
  return (frame, mode: Mode, value) => {
    const locals = frame.locals[0] as Locals
    let pc = frame.pc
    const handler = states.catch
    try {
      if (mode === RETURN) {
        if (states.return === undefined) { pc = -1; return value }
        pc = states.return
      }
      let failed = mode === THROW
      for (;;) {
        try {
          if (failed) { failed = false; throw value }
          const { kind, to, value: next } = states[pc](locals, value)
          if (kind === 'go') pc = to
          else if (kind === 'call') { pc = to; value = (next as () => unknown)() }
          else if (kind === 'end') { pc = -1; return next }
          else {
            frame.pc = to
            frame.value = next
            pc = -1
            return kind === 'await' ? AWAIT : YIELD
          }
        } catch (error) {
          if (flag[CAPTURING] !== 0 || handler === undefined || pc >= handler) throw error
          value = error
          pc = handler
        }
      }
    } finally {
      if (pc !== -1 && flag[CAPTURING] !== 0) rerecord(frame, pc, frame.locals)
    }
  }
}

function site (key: string, kind: SiteKind, states: States): Site {
  const made: Site = {
    module, index: sites.length, name: key, kind, layout: [], points: new Map(), resume: machineOf(states), loops: new Map(), make: undefined,
  }
  sites.push(made)
  return made
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- arguments of many programs
type Arguments = any[]
const localsOf = (parameters: string[], values: Arguments): [Locals] => [Object.fromEntries(parameters.map((key, index) => [key, values[index]]))]

/** Each function is known to the encoder by its name, so none may capture variables. */
export function syncFunction (key: string, parameters: string[], states: States): (...values: Arguments) => unknown {
  const own = site(key, 'function', states)
  return name(key, (...values) => resumeFrame(new Frame(own, 0, localsOf(parameters, values)), NORMAL, undefined))
}

export function asyncFn (key: string, parameters: string[], states: States): (...values: Arguments) => Promise<unknown> {
  const own = site(key, 'async', states)
  return name(key, asyncFunction((...values: Arguments) => new AsyncFrame(own, 0, localsOf(parameters, values)).resume(NORMAL, undefined) as Promise<unknown>))
}

export function generatorFn (key: string, parameters: string[], states: States): (...values: Arguments) => Generator<unknown, unknown, unknown> {
  const { index } = site(key, 'generator', states)
  const fn = generatorFunction(function (...values: Arguments) { return generatorCall(module, index, localsOf(parameters, values), fn as { prototype?: unknown }) as Generator<unknown, unknown, unknown> })
  name(`${key}.prototype`, fn.prototype as object)
  return name(key, fn)
}

export function asyncGeneratorFn (key: string, parameters: string[], states: States): (...values: Arguments) => AsyncGenerator<unknown, unknown, unknown> {
  const { index } = site(key, 'async-generator', states)
  const fn = asyncGeneratorFunction(function (...values: Arguments) { return asyncGeneratorCall(module, index, localsOf(parameters, values), fn as { prototype?: unknown }) as AsyncGenerator<unknown, unknown, unknown> })
  name(`${key}.prototype`, fn.prototype as object)
  return name(key, fn)
}

// ---- polls

let polls = 0
let capturedPoll = -1
export let nested = 0

/** As the stack inspection would have it: below a second driver nothing can be captured. */
export function poll (): void {
  polls++
  if (polls !== capturedPoll) return
  if (driverDepth() !== 1) { nested++; return }
  unwind()
}

// ---- through bytes

export const printed: string[] = name('printed', [])
export const print = name('print', (line: unknown): void => { printed.push(String(line)) })

const naming: Naming = {
  ...emptyNaming,
  nameOf: value => named.get(value) ?? intrinsicName(value),
  byName: key => byName.get(key) ?? intrinsicByName(key),
}

let prepared = false
function prepare (): void {
  if (prepared) return
  prepared = true
  installTasks()
  defineTaskKinds()
  defineBuiltinKinds()
  defineInternal('Frame', Frame)
  defineKind({
    name: 'site',
    opaque: true,
    test: value => sites.includes(value as Site) || runtimeModule.sites.includes(value as Site),
    parts: value => [(value as Site).module.id, (value as Site).index],
    allocate: ([id, index]) => (id === 'test' ? sites : runtimeModule.sites)[index as number],
  })
}

export let captures = 0

function throughBytes (stack: Frame[]): typeof ABANDON {
  captures++
  const bytes = encode({ stack, tasks: captureTasks(() => true) }, naming)
  const phase = phaseOf(stack) ?? 'microtask'
  dropTasks()
  stack.length = 0
  inPhase(phase, () => {
    const decoded = decode(bytes, naming)
    const again = decoded.root('stack') as Frame[]
    const roots = decoded.root('tasks') as TaskRoots
    decoded.fill()
    restoreTasks(roots)
    resumeTask(again)
  })
  return ABANDON
}

const delay = setTimeout

/** What the program prints when its n-th poll is captured; 0: none is. */
async function run (program: () => void, captureAt: number): Promise<string[]> {
  printed.length = 0
  polls = 0
  capturedPoll = captureAt
  setOnCapture(throughBytes)
  delay(() => { runRoot(program) }, 0)
  for (let quiet = 0, before = -1; quiet < 3; quiet++) {
    await new Promise(resolve => delay(resolve, 15))
    if (printed.length !== before) quiet = 0
    before = printed.length
  }
  setOnCapture(() => {})
  return [...printed]
}

/** Runs the program once undisturbed, then with each poll captured; returns what was printed in each, and how often it was. */
export async function torture (program: () => void): Promise<{ expected: string[], runs: string[][] }> {
  prepare()
  const expected = await run(program, 0)
  const count = polls
  const runs: string[][] = []
  for (let captureAt = 1; captureAt <= count; captureAt++) runs.push(await run(program, captureAt))
  return { expected, runs }
}

export { prepare }
