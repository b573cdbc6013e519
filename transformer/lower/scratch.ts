/**
 * Temporaries that no frame needs: what is put into them is read before the next resume point.
 *
 *     $pc = 1; $t1 = f(n); $pc = 2; $t2 = g($t1); return n - $t2      $t1 is read by the second call's text, $t2 after it
 *
 * A frame that holds less is smaller, and so is the code that records it.
 */
import { holdsPoint, type Lowered, type Piece } from './lowered.js'

export function findScratch (body: readonly Lowered[]): Set<string> {
  /** By name: statements whose own text holds it, and those of them that only see what was assigned since the last resume point. */
  const holders = new Map<string, Set<Lowered>>()
  const near = new Map<string, Set<Lowered>>()
  const kept = new Set<string>()
  list(body)
  return new Set([...holders].filter(([name, statements]) => !kept.has(name) && [...statements].every(statement => near.get(name)?.has(statement) === true)).map(([name]) => name))

  function list (statements: readonly Lowered[]): void {
    statements.forEach((statement, index) => {
      for (const name of namesIn(own(statement))) add(holders, name, statement)
      for (const inner of innerLists(statement)) list(inner)
      const name = definedBy(statement)
      if (name !== undefined) follow(name, statements, index)
    })
  }

  /** Collects the uses that come after the assignment and before the next resume point. */
  function follow (name: string, statements: readonly Lowered[], index: number): void {
    // It is made from what it held before.
    if (namesIn(own(statements[index])).filter(other => other === name).length !== 1) kept.add(name)
    add(near, name, statements[index])
    for (index++; index < statements.length; index++) {
      const next = statements[index]
      if (definedBy(next) === name) return
      if (holdsPoint(next)) {
        // A loop's test is evaluated again after its resume points, a handler's parameter is assigned after them.
        if (next.kind !== 'loop' && next.kind !== 'try') add(near, name, next)
        return
      }
      addAll(name, next)
    }
  }

  function addAll (name: string, statement: Lowered): void {
    add(near, name, statement)
    for (const inner of innerLists(statement)) for (const nested of inner) addAll(name, nested)
  }
}

function add (map: Map<string, Set<Lowered>>, name: string, statement: Lowered): void {
  const set = map.get(name)
  if (set === undefined) map.set(name, new Set([statement]))
  else set.add(statement)
}

function definedBy (statement: Lowered): string | undefined {
  if (statement.kind === 'point') return typeof statement.target === 'string' && isTemporary(statement.target) ? statement.target : undefined
  if (statement.kind !== 'plain') return undefined
  const first = firstText(statement.code)
  const match = first === undefined ? null : /^(\$t\d+) = /.exec(first)
  return match?.[1]
}

const isTemporary = (name: string): boolean => /^\$t\d+$/.test(name)

function firstText (piece: Piece): string | undefined {
  if (typeof piece === 'string') return piece
  if (Array.isArray(piece)) return piece.length === 0 ? undefined : isName(piece) ? `${piece[0] as string} = ` : firstText(piece[0] as Piece)
  return 'code' in piece ? firstText(piece.code) : undefined
}

/** `['$t1', ' = ', …]` */
const isName = (pieces: readonly unknown[]): boolean => typeof pieces[0] === 'string' && isTemporary(pieces[0]) && typeof pieces[1] === 'string' && pieces[1].startsWith(' = ')

/** The texts of the statement without those of the statements in it. */
function own (statement: Lowered): Piece[] {
  switch (statement.kind) {
    case 'plain': return [statement.code]
    case 'point': return [statement.code, statement.target ?? '', statement.inMachine?.before ?? '', statement.inMachine?.code ?? '']
    case 'if': return [statement.test]
    case 'loop': return [statement.test ?? '', statement.update ?? '']
    case 'switch': return [statement.discriminant, ...statement.clauses.map(clause => clause.test ?? '')]
    case 'try': return [statement.parameter]
    case 'return': return [statement.value ?? '']
    case 'throw': return [statement.value]
    default: return []
  }
}

function innerLists (statement: Lowered): readonly (readonly Lowered[])[] {
  switch (statement.kind) {
    case 'if': return [statement.then, statement.otherwise]
    case 'loop': return [statement.body, statement.latch]
    case 'labeled': return [statement.body]
    case 'switch': return statement.clauses.map(clause => clause.body)
    case 'try': return [statement.body, statement.handler]
    case 'point': return statement.onReturn === undefined ? [] : [statement.onReturn]
    default: return []
  }
}

function namesIn (pieces: readonly Piece[]): string[] {
  return pieces.flatMap(piece => {
    if (typeof piece === 'string') return [...piece.matchAll(/\$t\d+(?!\w)/g)].map(([name]) => name)
    if (Array.isArray(piece)) return namesIn(piece as readonly Piece[])
    if ('fast' in piece) return [...namesIn([piece.fast]), ...namesIn([piece.machine])]
    return 'code' in piece ? namesIn([piece.code]) : []
  })
}
