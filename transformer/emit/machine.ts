/**
 * Prints the lowered form as a machine: one flat switch over states, entered at `$frame.pc`. General and slow (2 to 4.5 times
 * the fast version), so it runs no further than it must: at the head of a loop it hands its frame to the loop's structured
 * function and is called again when the loop has ended.
 *
 *     state               | meaning
 *     0                   | the beginning (generators only; others begin in their fast version)
 *     1, 2, 3 …           | resume points 7000001 … (7500001 … of async functions): the call (or await, yield, poll) has ended, `$value` is its outcome
 *     those behind them   | places that jumps go to: after an if, a loop's head, a catch clause
 *
 * `$handler` is the state of the catch clause around the running state, 0 outside of any. Each case sets it, since each can be
 * entered from anywhere.
 */
import { holdsPoint, holdsTry, POINT_STEP, type Lowered, type Loop, type Piece, type Point } from '../lower/lowered.js'
import { assignment, printStructured, protectedStart, resolve, type Exits } from './structured.js'
import type { Code } from './source-map.js'

export interface MachineText {
  /** The cases of the switch. */
  readonly cases: Code
  readonly handles: boolean
  readonly loops: readonly LoopText[]
}

export interface LoopText {
  /** The machine's state at the loop's head. */
  readonly state: number
  readonly stateAfter: number
  /** Where an error that leaves the loop is caught, 0 if nowhere in this function. */
  readonly handler: number
  readonly code: Code
}

export interface MachineOptions {
  readonly pointCount: number
  /** Assigns the locals' array to the frame. */
  readonly save: Code
  /** The same at an await or yield, into the array that the frame has. */
  readonly saveInPlace: Code
  /** Text of a return statement's operand, wrapped where the function may construct. */
  result (value: Code | undefined): Code
}

export function printMachine (body: readonly Lowered[], options: MachineOptions): MachineText {
  const handles = body.some(holdsTry)
  const lines: Code[] = []
  const loops: LoopText[] = []
  const targets = new Map<string, { break: number, continue: number }>()
  // Behind the resume points', so that the cases are dense and V8 jumps by a table.
  let states = options.pointCount
  let handler = 0
  const exits: Exits = {
    return: value => ['{ $pc = -1; return ', options.result(value), ' }'],
    jump: (kind, label) => `{ $pc = ${targets.get(label)![kind]}; continue $run }`
  }
  explode(body)
  lines.push(['      $pc = -1; return ', options.result(undefined), ';\n'])
  return { cases: lines, handles, loops }

  function state (): number { return ++states }
  function line (...code: Code[]): void { lines.push(['      ', code, '\n']) }
  function enter (label: number): void { lines.push([`    case ${label % POINT_STEP}:`, handles ? ` $handler = ${handler};` : '', '\n']) }
  function go (target: number): void { line(`$pc = ${target}; continue;`) }

  function explode (statements: readonly Lowered[]): void {
    for (const statement of statements) one(statement)
  }

  function one (statement: Lowered): void {
    if (isCompound(statement) && !holdsPoint(statement)) { structured(statement); return }
    switch (statement.kind) {
      case 'plain': line(protectedStart(resolve(statement.code, 'machine'))); return
      case 'poll':
        line(`if ($flag[0]) { $pc = ${statement.pc}; $poll() }`)
        resumeAt(statement.pc)
        return
      case 'point': point(statement); return
      case 'if': branch(statement.test, statement.then, statement.otherwise); return
      case 'loop': loop(statement); return
      case 'labeled': {
        const after = state()
        targets.set(statement.label, { break: after, continue: after })
        explode(statement.body)
        enter(after)
        return
      }
      case 'switch': select(statement); return
      case 'try': attempt(statement); return
      case 'break': case 'continue': go(targets.get(statement.label)![statement.kind]); return
      case 'return':
        line('$pc = -1; return ', options.result(statement.value === undefined ? undefined : resolve(statement.value, 'machine')), ';')
        return
      case 'throw': line('throw ', resolve(statement.value, 'machine'), ';')
    }
  }

  /** No frame can stand in it, so it need not be entered in the middle. */
  function structured (statement: Lowered): void {
    lines.push(printStructured([statement], 'machine', exits, '      '))
  }

  function resumeAt (pc: number): void {
    enter(pc)
    if (handles) line('if ($mode === 1) { $mode = 0; throw $value }')
  }

  function point (statement: Point): void {
    const { form, pc, target } = statement
    if (form === 'call') {
      if (statement.inMachine !== undefined) line(resolve(statement.inMachine.before, 'machine'), `; $pc = ${pc}; $value = `, resolve(statement.inMachine.code, 'machine'), ';')
      else line(`$pc = ${pc}; $value = `, resolve(statement.code, 'machine'), ';')
      resumeAt(pc)
      if (target !== undefined) line(assignment(target, '$value', 'machine'), ';')
      return
    }
    line('$frame.value = ', resolve(statement.code, 'machine'), ';')
    line(`$frame.pc = ${pc}; `, options.saveInPlace, form === 'await' ? '; return $.AWAIT;' : '; return $.YIELD;')
    resumeAt(pc)
    if (statement.onReturn === undefined) {
      if (target !== undefined) line(assignment(target, '$value', 'machine'), ';')
      return
    }
    if (!statement.onReturn.some(holdsPoint)) {
      line('if ($mode === 2) {\n', printStructured([{ kind: 'plain', code: '$mode = 0' }, ...statement.onReturn], 'machine', exits, '        '), '      }', target === undefined ? '' : [' else ', assignment(target, '$value', 'machine'), ';'])
      return
    }
    const sent = state()
    const after = state()
    line(`if ($mode !== 2) { $pc = ${sent}; continue }`)
    line('$mode = 0;')
    explode(statement.onReturn)
    go(after)
    enter(sent)
    if (target !== undefined) line(assignment(target, '$value', 'machine'), ';')
    enter(after)
  }

  function branch (test: Piece, then: readonly Lowered[], otherwise: readonly Lowered[]): void {
    const other = state()
    const after = otherwise.length > 0 ? state() : other
    line('if (!(', resolve(test, 'machine'), `)) { $pc = ${other}; continue }`)
    explode(then)
    if (otherwise.length > 0) {
      go(after)
      enter(other)
      explode(otherwise)
    }
    enter(after)
  }

  function loop (statement: Loop): void {
    const head = state()
    const after = state()
    const next = statement.latch.length > 0 || statement.update !== undefined ? state() : head
    targets.set(statement.label, { break: after, continue: next })
    enter(head)
    if (statement.suspends) {
      if (statement.test !== undefined) line('if (!(', resolve(statement.test, 'machine'), `)) { $pc = ${after}; continue }`)
    } else {
      loops.push({ state: head, stateAfter: after, handler, code: structuredLoop(statement) })
      line(`$frame.pc = ${head}; `, options.save, '; return $.AGAIN;')
    }
    explode(statement.body)
    if (next !== head) enter(next)
    explode(statement.latch)
    if (statement.update !== undefined) line(protectedStart(resolve(statement.update, 'machine')))
    go(head)
    enter(after)
  }

  function structuredLoop (statement: Loop): Code {
    return printStructured([statement], 'machine', {
      return: value => ['{ $pc = -1; return ', options.result(value), ' }'],
      jump: (kind, label) => [`{ $pc = -1; $frame.pc = ${targets.get(label)![kind]}; `, options.save, '; return $.AGAIN }']
    }, '    ')
  }

  function select (statement: Lowered & { kind: 'switch' }): void {
    const after = state()
    targets.set(statement.label, { break: after, continue: after })
    const entries = statement.clauses.map(() => state())
    const fallback = statement.clauses.findIndex(clause => clause.test === undefined)
    line(
      'switch (', resolve(statement.discriminant, 'machine'), ') { ',
      statement.clauses.map((clause, index) => clause.test === undefined ? '' : ['case ', resolve(clause.test, 'machine'), `: $pc = ${entries[index]}; break; `]),
      `default: $pc = ${fallback < 0 ? after : entries[fallback]} }`
    )
    line('continue;')
    statement.clauses.forEach((clause, index) => {
      enter(entries[index])
      explode(clause.body)
    })
    enter(after)
  }

  function attempt (statement: Lowered & { kind: 'try' }): void {
    const caught = state()
    const after = state()
    const outer = handler
    handler = caught
    line(`$handler = ${caught};`)
    explode(statement.body)
    handler = outer
    line(`$handler = ${outer}; $pc = ${after}; continue;`)
    enter(caught)
    line(resolve(statement.parameter, 'machine'), ' = $value;')
    explode(statement.handler)
    enter(after)
  }
}

const isCompound = ({ kind }: Lowered): boolean => kind === 'if' || kind === 'loop' || kind === 'labeled' || kind === 'switch' || kind === 'try'
