/**
 * `stack` of errors. V8 makes its text on the first look, by the program's prepareStackTrace where there is one, and keeps it
 * then; so does the snapshot, as text (or what the program's function returned). Neither prepareStackTrace nor stackTraceLimit
 * is touched.
 */
import type { Kind } from '../kinds.js'
import { dataDescriptor, defineOwn, getOwn, getOwnPropertyNames, hasOwn } from '../natives.js'

const HIDDEN = 1 | 4
const ABSENT = 0
const PRESENT = 1

export const stackContent: Pick<Kind<Error>, 'encode' | 'fill' | 'ownNames'> = {
  encode (error, out) {
    if (!hasOwn(error, 'stack')) return out.count(ABSENT)
    out.count(PRESENT)
    out.value(stackOf(error))
  },
  fill (error, input) {
    if (input.count() === ABSENT) {
      delete (error as { stack?: unknown }).stack
      return
    }
    const stack = input.value()
    const own = getOwn(error, 'stack')
    // Later versions of V8 have an accessor here; its setter keeps it one.
    if (own?.set !== undefined) error.stack = stack as string
    else defineOwn(error, 'stack', dataDescriptor(stack, HIDDEN))
  },
  ownNames (error) {
    const names = getOwnPropertyNames(error)
    const others: string[] = []
    for (let index = 0; index < names.length; index++) {
      if (names[index] !== 'stack') others[others.length] = names[index]
    }
    return others
  }
}

function stackOf (error: Error): unknown {
  try {
    return error.stack
  } catch {
    return undefined
  }
}
