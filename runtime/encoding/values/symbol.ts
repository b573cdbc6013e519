/**
 * Symbols. Registered and well-known ones are the same in every process; others have their identity from the snapshot,
 * except those of Node's own modules, which have names.
 */
import { ByteWriter, type ByteReader } from '../bytes.js'
import { corrupt, RestoreMismatchError } from '../errors.js'
import type { Naming } from '../naming.js'
import { getOwn, keyFor, NativeSymbol, ownKeys, SafeMap, symbolDescription, symbolFor } from '../natives.js'
import type { StringEncoder } from './string.js'

const UNIQUE = 0
const DESCRIBED = 1
const REGISTERED = 2
const WELL_KNOWN = 3
const NAMED = 4

const wellKnown = new SafeMap<symbol, string>()
const wellKnownByName = new SafeMap<string, symbol>()
for (const key of ownKeys(Symbol)) {
  const value: unknown = getOwn(Symbol, key)?.value
  if (typeof key === 'string' && typeof value === 'symbol') {
    wellKnown.set(value, key)
    wellKnownByName.set(key, value)
  }
}

export class SymbolEncoder {
  readonly symbols: symbol[] = []
  private readonly ids = new SafeMap<symbol, number>()
  private readonly out = new ByteWriter(64)

  constructor (private readonly strings: StringEncoder, private readonly naming: Naming) {}

  has (symbol: symbol): boolean {
    return this.ids.has(symbol)
  }

  idOf (symbol: symbol): number {
    const known = this.ids.get(symbol)
    if (known !== undefined) return known
    const id = this.symbols.length
    this.ids.set(symbol, id)
    this.symbols[id] = symbol
    this.write(symbol)
    return id
  }

  finish (): Uint8Array {
    const section = new ByteWriter(this.out.length + 8)
    section.count(this.symbols.length)
    section.raw(this.out.finish())
    return section.finish()
  }

  private write (symbol: symbol): void {
    const wellKnownName = wellKnown.get(symbol)
    if (wellKnownName !== undefined) return this.entry(WELL_KNOWN, wellKnownName)
    const key = keyFor(symbol)
    if (key !== undefined) return this.entry(REGISTERED, key)
    const name = this.naming.nameOf(symbol)
    if (name !== undefined) return this.entry(NAMED, name)
    const description = symbolDescription(symbol)
    if (description === undefined) this.out.byte(UNIQUE)
    else this.entry(DESCRIBED, description)
  }

  private entry (form: number, text: string): void {
    this.out.byte(form)
    this.out.count(this.strings.idOf(text))
  }
}

export function decodeSymbols (input: ByteReader, stringAt: (id: number) => string, naming: Naming): symbol[] {
  const count = input.countOf(1)
  const symbols: symbol[] = []
  for (let id = 0; id < count; id++) {
    const form = input.byte()
    symbols[id] = form === UNIQUE ? NativeSymbol() : decodeSymbol(form, stringAt(input.count()), naming)
  }
  if (!input.atEnd()) corrupt('something follows the symbols')
  return symbols
}

function decodeSymbol (form: number, text: string, naming: Naming): symbol {
  switch (form) {
    case DESCRIBED: return NativeSymbol(text)
    case REGISTERED: return symbolFor(text)
    case WELL_KNOWN: {
      const symbol = wellKnownByName.get(text)
      if (symbol === undefined) throw new RestoreMismatchError('RP3103', [`Symbol.${text}`])
      return symbol
    }
    case NAMED: {
      const symbol = naming.byName(text)
      if (typeof symbol !== 'symbol') throw new RestoreMismatchError('RP3103', [text])
      return symbol
    }
    default: return corrupt('a symbol is of no kind')
  }
}
