/**
 * Arguments objects. The link of a sloppy one to its function's parameters is not here: a parameter with such a link lives
 * in the object itself in compiled code.
 */
import { defineBuiltinKind } from '../kinds.js'
import { isArgumentsObject, NativeFunction } from '../natives.js'

const strict = function (): object { return arguments } // eslint-disable-line prefer-rest-params
/** A module cannot hold sloppy code in its own text. */
function makeSloppy (): () => object {
  try {
    return NativeFunction('return arguments') as () => object
  } catch {
    return strict
  }
}
const sloppy = makeSloppy()

export const argumentsKind = defineBuiltinKind({
  name: 'arguments',
  test: isArgumentsObject,
  hasOwnProperties: true,
  allocate: () => sloppy()
})
