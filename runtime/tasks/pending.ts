/**
 * Promises that code outside of reprise will settle: operations of Node, of packages that are not compiled. Nothing that a
 * snapshot starts from leads to what waits for them, for it is Node that holds them. So they are listed here.
 *
 * Held weakly: one that is never settled and that everybody has left is no reason to wait.
 */
import { NotNow } from '../encoding/errors.js'
import { filterList } from '../encoding/natives.js'
import { positionOfFrame } from '../checkpoint/position.js'
import { Frame } from '../restore/frame.js'
import { isArray } from './intrinsics.js'
import { isNativeWaiter } from './native-waiters.js'
import { PENDING, type Settleable, type Waiter } from './records.js'

const { deref } = WeakRef.prototype
let references: WeakRef<Settleable>[] = []
let sweptAt = 64

export function notePending (record: Settleable): void {
  if (references.length >= sweptAt) {
    references = filterList(references, isPending)
    sweptAt = 64 + references.length * 2
  }
  references[references.length] = new WeakRef(record)
}

const recordOf = (reference: WeakRef<Settleable>): Settleable | undefined => Reflect.apply(deref, reference, []) as Settleable | undefined
const isPending = (reference: WeakRef<Settleable>): boolean => recordOf(reference)?.status === PENDING

/**
 * Those that a new process begins again, as roots. The state cannot be kept while the program waits for any other: what waits
 * would be lost.
 */
export function capturePending (): Settleable[] {
  const kept: Settleable[] = []
  for (let index = 0; index < references.length; index++) {
    const record = recordOf(references[index])
    if (record === undefined || record.status !== PENDING) continue
    const waiter = firstWaiter(record.reactions)
    if (record.operation !== undefined) kept[kept.length] = record
    else if (waiter !== undefined) throw new NotNow('the program waits for an operation of Node, or of a package that is not compiled', whereOf(waiter))
  }
  return kept
}

function firstWaiter (reactions: Settleable['reactions']): Waiter | undefined {
  const list = reactions === undefined ? [] : isArray(reactions) ? reactions as Waiter[] : [reactions as Waiter]
  for (let index = 0; index < list.length; index++) if (!isNativeWaiter(list[index])) return list[index]
  return undefined
}

/** The await, or that of whoever waits for what a `then` returns. */
function whereOf (waiter: Waiter | undefined): string | undefined {
  for (let depth = 0; waiter !== undefined && depth < 100; depth++) {
    const position = waiter instanceof Frame ? positionOfFrame(waiter) : undefined
    if (position !== undefined) return `${position.name ?? 'await'} at ${position.file}:${position.line}`
    waiter = firstWaiter((waiter as Partial<Settleable>).reactions)
  }
  return undefined
}

export function dropPending (): void {
  references = []
  sweptAt = 64
}
