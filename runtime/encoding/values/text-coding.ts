/**
 * TextDecoder and TextEncoder of Node, which many packages make when they are loaded and keep. An encoder has no state. A
 * decoder has some, out of sight, between the pieces of a text (`stream: true`); then it is not kept.
 */
import { corrupt } from '../errors.js'
import { defineBuiltinKind } from '../kinds.js'
import { getPrototypeOf, getter, SafeWeakSet } from '../natives.js'

const { TextDecoder: NativeDecoder, TextEncoder: NativeEncoder } = globalThis
type Decoder = InstanceType<typeof NativeDecoder>
type Encoder = InstanceType<typeof NativeEncoder>
const encoding = getter<Decoder, string>(NativeDecoder.prototype, 'encoding')
const fatal = getter<Decoder, boolean>(NativeDecoder.prototype, 'fatal')
const ignoreBOM = getter<Decoder, boolean>(NativeDecoder.prototype, 'ignoreBOM')
const encoderEncoding = getter<Encoder, string>(NativeEncoder.prototype, 'encoding')

const midway = new SafeWeakSet<object>()

/** Every call of `decode`, told by the runtime's own version of it. */
export function noteDecode (decoder: object, hasMore: boolean): void {
  if (hasMore) midway.add(decoder)
  else midway.delete(decoder)
}

defineBuiltinKind<Decoder>({
  name: 'text-decoder',
  prototype: NativeDecoder.prototype,
  opaque: true,
  test (value) {
    if (getPrototypeOf(value) !== NativeDecoder.prototype) return false
    try {
      return typeof encoding(value as Decoder) === 'string'
    } catch {
      return false
    }
  },
  parts (decoder, visit) {
    if (midway.has(decoder)) visit.refuse(decoder, 'A TextDecoder between two pieces of a text')
    return [encoding(decoder), fatal(decoder), ignoreBOM(decoder)]
  },
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
