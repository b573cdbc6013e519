/** DOMException: an error whose name and message stand in private fields. Later versions of V8 count it as a native error, so it is asked for first. */
import { corrupt } from '../../errors.js'
import { defineBuiltinKind } from '../../kinds.js'
import { getOwn, getter, getPrototypeOf, isProxy, ownKeys } from '../../natives.js'

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
  encode (exception, out) { out.value(getOwn(exception, 'stack') === undefined ? undefined : exception.stack) },
  fill (exception, input) {
    const stack = input.value()
    if (stack !== undefined) Reflect.defineProperty(exception, 'stack', { __proto__: null, value: stack, writable: true, configurable: true, enumerable: false } as PropertyDescriptor)
  },
  ownKeys (exception) {
    const keys = ownKeys(exception)
    const own: (string | symbol)[] = []
    for (let index = 0; index < keys.length; index++) if (keys[index] !== 'stack' && typeof keys[index] === 'string') own[own.length] = keys[index]
    return own
  }
})
