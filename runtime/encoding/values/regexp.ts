/** RegExp: source and flags make it, `lastIndex` is its content. The flags are read where no own property can hide them. */
import { corrupt } from '../errors.js'
import { CONFIGURABLE, WRITABLE } from '../format.js'
import { defineBuiltinKind } from '../kinds.js'
import { dataDescriptor, defineOwn, getOwn, getOwnPropertyNames, getter, isRegExp } from '../natives.js'

const NativeRegExp = RegExp
const source = getter<RegExp, string>(RegExp.prototype, 'source')
/** In the order in which `flags` gives them. */
const FLAGS = ([
  ['d', 'hasIndices'], ['g', 'global'], ['i', 'ignoreCase'], ['m', 'multiline'], ['s', 'dotAll'], ['u', 'unicode'], ['v', 'unicodeSets'], ['y', 'sticky']
] as const).map(([letter, name]) => ({ letter, isSet: getter<RegExp, boolean>(RegExp.prototype, name) }))

function flagsOf (regexp: RegExp): string {
  let flags = ''
  for (let index = 0; index < FLAGS.length; index++) {
    if (FLAGS[index].isSet(regexp)) flags += FLAGS[index].letter
  }
  return flags
}

export const regexpKind = defineBuiltinKind<RegExp>({
  name: 'regexp',
  test: isRegExp,
  hasOwnProperties: true,
  parts: regexp => [source(regexp), flagsOf(regexp)],
  allocate (parts) {
    const source = parts[0]
    const flags = parts[1]
    if (typeof source !== 'string' || typeof flags !== 'string') corrupt('a regular expression has no source')
    return new NativeRegExp(source, flags)
  },
  encode (regexp, out) {
    const { value, writable } = getOwn(regexp, 'lastIndex')!
    out.count(writable === true ? WRITABLE : 0)
    out.value(value)
  },
  fill (regexp, input) {
    const attributes = input.count() & WRITABLE
    defineOwn(regexp, 'lastIndex', dataDescriptor(input.value(), attributes & ~CONFIGURABLE))
  },
  ownNames (regexp) {
    const names = getOwnPropertyNames(regexp)
    const extra: string[] = []
    for (let index = 0; index < names.length; index++) {
      if (names[index] !== 'lastIndex') extra[extra.length] = names[index]
    }
    return extra
  }
})
