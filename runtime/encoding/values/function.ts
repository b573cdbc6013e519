/**
 * What exists before its content does: named values, members of classes, and closures, which are made from their site and
 * captured values. The encoder chooses among the three; own properties are put beside those that they have already.
 */
import { corrupt } from '../errors.js'
import { defineBuiltinKind } from '../kinds.js'

const unreachable = (): never => corrupt('a named value is made like another')

export const namedKind = defineBuiltinKind({ name: 'named', hasOwnProperties: true, allocate: unreachable })
export const memberKind = defineBuiltinKind({ name: 'member', hasOwnProperties: true, allocate: unreachable })
export const closureKind = defineBuiltinKind({ name: 'closure', hasOwnProperties: true, allocate: unreachable })
