/** Ordinary objects: all they are is prototype, properties and private members, which the encoder writes itself. */
import { defineBuiltinKind } from '../kinds.js'

export const objectKind = defineBuiltinKind({ name: 'object', allocate: () => ({}) })
