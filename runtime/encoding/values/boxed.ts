/** Boxed primitives: `Object(1)`, `new String('a')`. The characters of a boxed string are no properties of ours. */
import { corrupt } from '../errors.js'
import { defineBuiltinKind } from '../kinds.js'
import { getOwnPropertyNames, isBoxedPrimitive, isIndex, uncurry } from '../natives.js'

const valueOf = [Number, String, Boolean, Symbol, BigInt].map(Class => uncurry(Class.prototype.valueOf as (this: object) => unknown))
const box = Object

function unbox (boxed: object): unknown {
  for (let index = 0; index < valueOf.length; index++) {
    try {
      return valueOf[index](boxed)
    } catch {}
  }
  return undefined
}

export const boxedKind = defineBuiltinKind({
  name: 'boxed',
  test: isBoxedPrimitive,
  hasOwnProperties: true,
  parts: boxed => [unbox(boxed)],
  allocate (parts) {
    const primitive = parts[0]
    if (primitive === null || primitive === undefined || typeof primitive === 'object' || typeof primitive === 'function') corrupt('a boxed primitive is none')
    return box(primitive) as object
  },
  ownNames (boxed) {
    const names = getOwnPropertyNames(boxed)
    const primitive = unbox(boxed)
    if (typeof primitive !== 'string') return names
    const extra: string[] = []
    for (let index = 0; index < names.length; index++) {
      if (names[index] !== 'length' && !(isIndex(names[index]) && +names[index] < primitive.length)) extra[extra.length] = names[index]
    }
    return extra
  }
})
