/**
 * Prints the lowered form as structured code: the body of a fast version, or one loop of it. Speed is the point: every
 * construct is JavaScript's own, and all that a capture needs is `$pc = N` before each resume point.
 */
import type { Lowered, Loop, Piece, Point } from '../lower/lowered.js'
import type { Code } from './source-map.js'

/** How this text leaves the statement list: a fast version jumps to its single exit, a loop function returns to the driver. */
export interface Exits {
  return (value: Code | undefined): Code
  /** A break or continue to a label outside of the text. */
  jump (kind: 'break' | 'continue', label: string): Code
  /** A call whose result is returned at once needs no variable. */
  readonly returnsCalls?: boolean
  /** The operand of an await, in the fast version of an async function. */
  awaited? (pc: number, operand: Code): Code
  /** Stands behind each await, and where its error is caught. */
  readonly behindAwait?: string
}

export type Side = 'fast' | 'machine'

export function resolve (piece: Piece, side: Side): Code {
  if (typeof piece === 'string') return piece
  if (Array.isArray(piece)) return piece.map(part => resolve(part as Piece, side))
  if ('fast' in piece) return resolve(piece[side], side)
  if ('code' in piece) return { ...piece, code: resolve(piece.code, side) }
  return piece as Code
}

/** A call's text carries no position of its own for the mark's sake: `target = ` and the call stay adjacent. */
export function assignment (target: Piece | undefined, code: Code, side: Side): Code {
  return target === undefined ? code : [resolve(target, side), ' = ', code]
}

export function printStructured (statements: readonly Lowered[], side: Side, exits: Exits, indent: string): Code {
  const inside = new Set<string>()
  const used = new Set<string>()
  collectLabels(statements, used)
  return list(statements, indent)

  function list (body: readonly Lowered[], pad: string): Code {
    return body.map((statement, index) => {
      if (isReturnedCall(statement, body[index + 1])) return [pad, `$pc = ${statement.pc}; return `, resolve(statement.code, side), ';\n']
      if (index > 0 && isReturnedCall(body[index - 1], statement)) return ''
      return [pad, print(statement, pad), '\n']
    })
  }

  function isReturnedCall (statement: Lowered, next: Lowered | undefined): statement is Point {
    return exits.returnsCalls === true && statement.kind === 'point' && next?.kind === 'return' && typeof statement.target === 'string' &&
      /^\$t\d+$/.test(statement.target) && nameOf(next.value) === statement.target
  }

  function block (body: readonly Lowered[], pad: string): Code {
    return body.length === 0 ? '{}' : ['{\n', list(body, pad + '  '), pad, '}']
  }

  function labelled (label: string, code: () => Code): Code {
    inside.add(label)
    const text = code()
    inside.delete(label)
    return used.has(label) ? [label, ': ', text] : text
  }

  function print (statement: Lowered, pad: string): Code {
    switch (statement.kind) {
      case 'plain': return protectedStart(resolve(statement.code, side))
      case 'poll': return `if ($flag[0]) { $pc = ${statement.pc}; $poll() }`
      case 'point': {
        if (side === 'machine' && statement.inMachine !== undefined) {
          return [resolve(statement.inMachine.before, side), `; $pc = ${statement.pc}; `, assignment(statement.target, resolve(statement.inMachine.code, side), side), ';']
        }
        if (statement.form === 'await') {
          return [assignment(statement.target, exits.awaited!(statement.pc, resolve(statement.code, side)), side), ';', exits.behindAwait ?? '']
        }
        return [`$pc = ${statement.pc}; `, assignment(statement.target, resolve(statement.code, side), side), ';']
      }
      case 'if': {
        if (statement.then.length === 0 && statement.otherwise.length === 0) return [';(', resolve(statement.test, side), ');']
        const otherwise = statement.otherwise.length > 0 ? [' else ', block(statement.otherwise, pad)] : ''
        return ['if (', resolve(statement.test, side), ') ', block(statement.then, pad), otherwise]
      }
      case 'loop': return loop(statement, pad)
      case 'labeled': return labelled(statement.label, () => block(statement.body, pad))
      case 'switch': return labelled(statement.label, () => [
        'switch (', resolve(statement.discriminant, side), ') {\n',
        statement.clauses.map(clause => [pad, clause.test === undefined ? '  default:\n' : ['  case ', resolve(clause.test, side), ':\n'], list(clause.body, pad + '    ')]),
        pad, '}'
      ])
      case 'try': return [
        'try ', block(statement.body, pad), ' catch ($error) {\n',
        pad, '  if ($flag[1] !== 0) throw $error;', exits.behindAwait ?? '', '\n',
        pad, '  ', resolve(statement.parameter, side), ' = $error;\n',
        list(statement.handler, pad + '  '), pad, '}'
      ]
      case 'break': case 'continue': return inside.has(statement.label) ? `${statement.kind} ${statement.label};` : exits.jump(statement.kind, statement.label)
      case 'return': return exits.return(statement.value === undefined ? undefined : resolve(statement.value, side))
      case 'throw': return ['throw ', resolve(statement.value, side), ';']
    }
  }

  function loop ({ label, test, update, body, latch }: Loop, pad: string): Code {
    return labelled(label, () => [
      'for (; ', test === undefined ? '' : resolve(test, side), '; ', update === undefined ? '' : resolve(update, side), ') ', block([...body, ...latch], pad)
    ])
  }
}

/** No statement may begin with something that continues the line before it, or that reads as a declaration. */
export function protectedStart (code: Code): Code { return [code, ';'] }

function nameOf (piece: Piece | undefined): string | undefined {
  if (typeof piece === 'string' || piece === undefined) return piece
  return 'code' in piece ? nameOf(piece.code) : undefined
}

function collectLabels (statements: readonly Lowered[], used: Set<string>): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'break': case 'continue': used.add(statement.label); break
      case 'if': collectLabels(statement.then, used); collectLabels(statement.otherwise, used); break
      case 'loop': collectLabels(statement.body, used); collectLabels(statement.latch, used); break
      case 'labeled': collectLabels(statement.body, used); break
      case 'switch': for (const clause of statement.clauses) collectLabels(clause.body, used); break
      case 'try': collectLabels(statement.body, used); collectLabels(statement.handler, used); break
    }
  }
}
