/** The section `layouts`, read: see layouts.ts for its entries. */
import type { ByteReader } from './bytes.js'
import { corrupt, RestoreMismatchError } from './errors.js'
import { ABSENT, ACCESSOR, HAS_CONTENT, NULL, OBJECT, PLAIN, STRING, SYMBOL } from './format.js'
import { kindByName, type Kind } from './kinds.js'
import type { Plan } from './plans.js'
import { closureKind, memberKind, namedKind } from './values/index.js'

const FLAGS = 7
const ATTRIBUTES = 15

export interface Layout {
  readonly kind: Kind
  readonly flags: number
  /** Id of the prototype; null, or undefined where the kind knows it. */
  readonly prototype: number | null | undefined
  readonly keys: readonly (string | symbol)[]
  readonly attributes: readonly number[]
  /** All keys are plain data properties. */
  readonly isPlain: boolean
  /** Ids of the classes whose private members objects have. */
  readonly classes: readonly number[]
  /** Named, member or closure: made before, with properties of its own. */
  readonly isExisting: boolean
  readonly isNamed: boolean
  instances: number
  /** Undefined, too, where there shall be none; `planned` tells whether that has been decided. */
  plan: Plan | undefined
  planned: boolean
}

export interface Names {
  string (id: number): string
  symbol (id: number): symbol
}

export function decodeLayouts (input: ByteReader, names: Names): Layout[] {
  const count = input.countOf(5)
  const layouts: Layout[] = []
  for (let index = 0; index < count; index++) layouts[index] = decodeLayout(input, names)
  if (!input.atEnd()) corrupt('something follows the layouts')
  return layouts
}

function decodeLayout (input: ByteReader, names: Names): Layout {
  const kindName = names.string(input.count())
  const kind = kindByName(kindName)
  if (kind === undefined) throw new RestoreMismatchError('RP3103', [`values of the kind ${kindName}`])
  const flags = input.byte()
  if ((flags & ~FLAGS) !== 0) corrupt('a layout has unknown flags')
  const prototype = decodePrototype(input)
  const keys: (string | symbol)[] = []
  const attributes: number[] = []
  let isPlain = true
  const keyCount = input.countOf(3)
  for (let index = 0; index < keyCount; index++) {
    attributes[index] = input.byte()
    if ((attributes[index] & ~ATTRIBUTES) !== 0 || (attributes[index] & (ACCESSOR | 1)) === (ACCESSOR | 1)) corrupt('a property has unknown attributes')
    if (attributes[index] !== PLAIN) isPlain = false
    keys[index] = decodeKey(input, names)
  }
  const classes: number[] = []
  const classCount = input.countOf(2)
  for (let index = 0; index < classCount; index++) {
    if (input.byte() !== OBJECT) corrupt('a class is no object')
    classes[index] = input.count()
  }
  const isNamed = kind === namedKind || kind === memberKind
  const isExisting = isNamed || kind === closureKind
  if (!isExisting && (flags & HAS_CONTENT) !== 0) corrupt('a layout has unknown flags')
  if (kind.internalPrototype !== undefined && (prototype !== undefined || classCount > 0)) corrupt('a record has a prototype')
  if (!isExisting && kind.internalPrototype === undefined && kind.opaque !== true && prototype === undefined) corrupt('a layout has no prototype')
  return { kind, flags, prototype, keys, attributes, isPlain, classes, isExisting, isNamed, instances: 0, plan: undefined, planned: false }
}

function decodePrototype (input: ByteReader): number | null | undefined {
  switch (input.byte()) {
    case ABSENT: return undefined
    case NULL: return null
    case OBJECT: return input.count()
    default: return corrupt('a prototype is no object')
  }
}

function decodeKey (input: ByteReader, names: Names): string | symbol {
  switch (input.byte()) {
    case STRING: return names.string(input.count())
    case SYMBOL: return names.symbol(input.count())
    default: return corrupt('a key is no key')
  }
}
