/**
 * TextDecoder and TextEncoder of Node, which many packages make when they are loaded and keep. An encoder has no state. A
 * decoder has some, out of sight, while it is fed in pieces (`stream: true`): one that was ever fed so is not kept. Node
 * tells by a flag of its own: the fast path for whole texts is given up at the first piece.
 */
import { corrupt } from '../errors.js'
import { defineBuiltinKind } from '../kinds.js'
import { getOwnPropertySymbols, getPrototypeOf, getter, symbolDescription } from '../natives.js'

const { TextDecoder: NativeDecoder, TextEncoder: NativeEncoder } = globalThis
type Decoder = InstanceType<typeof NativeDecoder>
type Encoder = InstanceType<typeof NativeEncoder>
const encoding = getter<Decoder, string>(NativeDecoder.prototype, 'encoding')
const fatal = getter<Decoder, boolean>(NativeDecoder.prototype, 'fatal')
const ignoreBOM = getter<Decoder, boolean>(NativeDecoder.prototype, 'ignoreBOM')
const encoderEncoding = getter<Encoder, string>(NativeEncoder.prototype, 'encoding')

function isWithoutState (decoder: object): boolean {
  const symbols = getOwnPropertySymbols(decoder)
  for (let index = 0; index < symbols.length; index++) {
    const name = symbolDescription(symbols[index])
    if ((name === 'kUTF8FastPath' || name === 'kLatin1FastPath' || name === 'kWindows1252FastPath') &&
      (decoder as Record<symbol, unknown>)[symbols[index]] === true) return true
  }
  return false
}

defineBuiltinKind<Decoder>({
  name: 'text-decoder',
  prototype: NativeDecoder.prototype,
  opaque: true,
  test (value) {
    if (getPrototypeOf(value) !== NativeDecoder.prototype) return false
    try {
      return typeof encoding(value as Decoder) === 'string' && isWithoutState(value)
    } catch {
      return false
    }
  },
  parts: decoder => [encoding(decoder), fatal(decoder), ignoreBOM(decoder)],
  allocate ([label, isFatal, keepsBOM]) {
    if (typeof label !== 'string') corrupt('the encoding of a TextDecoder is no text')
    try {
      return new NativeDecoder(label, { fatal: isFatal === true, ignoreBOM: keepsBOM === true })
    } catch {
      return corrupt(`a TextDecoder of ${label}`)
    }
  }
})

defineBuiltinKind<Encoder>({
  name: 'text-encoder',
  prototype: NativeEncoder.prototype,
  opaque: true,
  test (value) {
    if (getPrototypeOf(value) !== NativeEncoder.prototype) return false
    try {
      return encoderEncoding(value as Encoder) === 'utf-8'
    } catch {
      return false
    }
  },
  parts: () => [],
  allocate: () => new NativeEncoder()
})
