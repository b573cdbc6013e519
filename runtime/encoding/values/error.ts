/** Errors: `message`, `cause`, `errors` are own properties like others; what is special is `stack`. */
import { defineBuiltinKind } from '../kinds.js'
import { isNativeError } from '../natives.js'
import { stackContent } from './stack.js'

const NativeError = Error

export const errorKind = defineBuiltinKind<Error>({
  name: 'error',
  test: isNativeError,
  hasOwnProperties: true,
  allocate: () => new NativeError(),
  ...stackContent
})
