/**
 * Looks into a promise that others made and nobody of ours has waited for: an observer would come too late for this capture,
 * and would count as a handler of its rejection. The inspector tells state and value, exactly and at once; about a
 * millisecond each.
 */
import { createRequire } from 'node:module'
import type { Session } from 'node:inspector'
import { FULFILLED, PENDING, REJECTED, type Status } from './records.js'

interface RemoteObject { objectId?: string, value?: unknown, unserializableValue?: string }
interface Properties { internalProperties: { name: string, value: RemoteObject }[] }

const key = Symbol.for('reprise.peek')
let session: Session | undefined

export function peek (promise: Promise<unknown>): { status: Status, outcome: unknown } {
  const holder: { promise: unknown, outcome?: unknown, take: (outcome: unknown) => void } = {
    promise, take: outcome => { holder.outcome = outcome },
  }
  let status: Status = PENDING
  Object.defineProperty(globalThis, key, { value: holder, configurable: true })
  try {
    const { result } = post<{ result: RemoteObject }>('Runtime.evaluate', { expression: 'globalThis[Symbol.for("reprise.peek")].promise' })
    const { internalProperties } = post<Properties>('Runtime.getProperties', { objectId: result.objectId, ownProperties: true })
    for (let index = 0; index < internalProperties.length; index++) {
      const { name, value } = internalProperties[index]
      if (name === '[[PromiseState]]') status = value.value === 'pending' ? PENDING : value.value === 'fulfilled' ? FULFILLED : REJECTED
      if (name === '[[PromiseResult]]' && status !== PENDING) {
        const argument = value.objectId !== undefined
          ? { objectId: value.objectId }
          : value.unserializableValue !== undefined ? { unserializableValue: value.unserializableValue } : { value: value.value }
        post('Runtime.callFunctionOn', {
          functionDeclaration: 'function (outcome) { globalThis[Symbol.for("reprise.peek")].take(outcome) }',
          arguments: [argument],
          objectId: result.objectId,
        })
      }
    }
    post('Runtime.releaseObject', { objectId: result.objectId })
  } finally {
    delete (globalThis as { [key]?: unknown })[key]
  }
  return { status, outcome: holder.outcome }
}

/** The session answers at once. */
function post<Answer> (method: string, parameters: object): Answer {
  if (session === undefined) {
    const { Session } = createRequire(import.meta.url)('node:inspector') as typeof import('node:inspector')
    session = new Session()
    session.connect()
  }
  let failure: Error | null = null
  let answer: unknown
  session.post(method, parameters, (error, result) => { failure = error; answer = result })
  if (failure !== null) throw failure as Error
  return answer as Answer
}
