/** DOMException: an error whose name and message stand in private fields. Later versions of V8 count it as a native error, so it is asked for first. */
import { corrupt } from '../../errors.js'
import { defineBuiltinKind, type Kind } from '../../kinds.js'
import { getter, getPrototypeOf, isProxy } from '../../natives.js'
import { stackContent } from '../stack.js'

const { DOMException: NativeException } = globalThis
const name = getter<DOMException, string>(NativeException.prototype, 'name')
const message = getter<DOMException, string>(NativeException.prototype, 'message')

function isException (value: object): value is DOMException {
  for (let step = getPrototypeOf(value); step !== null && !isProxy(step); step = getPrototypeOf(step)) {
    if (step !== NativeException.prototype) continue
    try {
      return typeof name(value as DOMException) === 'string'
    } catch {
      return false
    }
  }
  return false
}

defineBuiltinKind<DOMException>({
  name: 'dom-exception',
  test: isException,
  parts: exception => [message(exception), name(exception)],
  hasOwnProperties: true,
  allocate ([message, name]) {
    if (typeof message !== 'string' || typeof name !== 'string') corrupt('an exception has no name')
    return new NativeException(message, name)
  },
  ...stackContent as Pick<Kind<DOMException>, 'encode' | 'fill' | 'ownNames'>
})
