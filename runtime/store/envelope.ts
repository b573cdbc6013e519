/**
 * A snapshot as bytes on disk: what is known of it, then the encoder's bytes, which the store does not look into.
 *
 *     0   8  magic "REPRISE\0"
 *     8   4  version of the envelope, 1
 *     12  4  length of the header
 *     16  8  length of the payload (a double's integers, as two 32-bit words, low first)
 *     24  4  CRC-32 of the header
 *     28  4  CRC-32 of the payload
 *     32  4  CRC-32 of bytes 0 to 32
 *     36  …  header: JSON, UTF-8
 *     …   …  payload
 *
 * Numbers are little-endian. Fixed for ever: magic and version, so that any reprise can tell what it has before it. The
 * header has a checksum of its own so that `ls` needs not read gigabytes. CRC-32 costs 0.25 ms a megabyte, SHA-256 0.6: a
 * torn or rotten file is what is looked for, not a forger.
 */
import { crc32 as nodeCrc32 } from 'node:zlib'
import { DamagedError, type SnapshotHeader } from './store.js'

const crc32 = nodeCrc32
const { stringify, parse } = JSON
const { ownKeys } = Reflect
const { isArray } = Array
const encodeText = TextEncoder.prototype.encode.bind(new TextEncoder())
const decodeText = TextDecoder.prototype.decode.bind(new TextDecoder('utf-8', { fatal: true }))

export const ENVELOPE_VERSION = 1
export const PREFIX_BYTES = 36
const MAGIC = [0x52, 0x45, 0x50, 0x52, 0x49, 0x53, 0x45, 0]
/** No header is larger; a length beyond it is damage, not a reason to allocate. */
const HEADER_BYTES_MAX = 1 << 24

function put32 (bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value; bytes[at + 1] = value >>> 8; bytes[at + 2] = value >>> 16; bytes[at + 3] = value >>> 24
}

function get32 (bytes: Uint8Array, at: number): number {
  return (bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24) >>> 0
}

/** JSON of plain data. JSON.stringify would look for `toJSON` along prototypes that belong to the program. */
function toJson (value: unknown): string {
  if (typeof value !== 'object' || value === null) return stringify(value)
  let text = ''
  if (isArray(value)) {
    for (let index = 0; index < value.length; index++) text += `${index === 0 ? '' : ','}${toJson(value[index])}`
    return `[${text}]`
  }
  const keys = ownKeys(value)
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as keyof typeof value
    if (value[key] !== undefined) text += `${text === '' ? '' : ','}${stringify(key)}:${toJson(value[key])}`
  }
  return `{${text}}`
}

/** What stands before the payload. */
export function encodeEnvelope (header: SnapshotHeader, payload: Uint8Array): Uint8Array {
  const text = encodeText(toJson(header))
  const bytes = new Uint8Array(PREFIX_BYTES + text.length)
  for (let index = 0; index < MAGIC.length; index++) bytes[index] = MAGIC[index]
  put32(bytes, 8, ENVELOPE_VERSION)
  put32(bytes, 12, text.length)
  put32(bytes, 16, payload.length % 2 ** 32)
  put32(bytes, 20, Math.floor(payload.length / 2 ** 32))
  put32(bytes, 24, crc32(text))
  put32(bytes, 28, crc32(payload))
  put32(bytes, 32, crc32(bytes.subarray(0, 32)))
  for (let index = 0; index < text.length; index++) bytes[PREFIX_BYTES + index] = text[index]
  return bytes
}

export interface Envelope {
  readonly headerBytes: number
  readonly payloadBytes: number
  readonly headerChecksum: number
  readonly payloadChecksum: number
}

/** Reads the first PREFIX_BYTES. */
export function decodePrefix (bytes: Uint8Array): Envelope {
  for (let index = 0; index < MAGIC.length; index++) {
    if (bytes[index] !== MAGIC[index]) throw new DamagedError('it does not begin as a snapshot does')
  }
  if (bytes.length < PREFIX_BYTES) throw new DamagedError('it ends within its first bytes')
  const version = get32(bytes, 8)
  if (version !== ENVELOPE_VERSION) throw new DamagedError(`its format is version ${version}, this reprise reads version ${ENVELOPE_VERSION}`)
  if (get32(bytes, 32) !== crc32(bytes.subarray(0, 32))) throw new DamagedError('the checksum of its first bytes is wrong')
  const headerBytes = get32(bytes, 12)
  if (headerBytes > HEADER_BYTES_MAX) throw new DamagedError('its header cannot be that long')
  return {
    headerBytes,
    payloadBytes: get32(bytes, 16) + get32(bytes, 20) * 2 ** 32,
    headerChecksum: get32(bytes, 24),
    payloadChecksum: get32(bytes, 28)
  }
}

export function decodeHeader (envelope: Envelope, bytes: Uint8Array): SnapshotHeader {
  if (bytes.length !== envelope.headerBytes) throw new DamagedError('it ends within its header')
  if (crc32(bytes) !== envelope.headerChecksum) throw new DamagedError('the checksum of its header is wrong')
  return parse(decodeText(bytes)) as SnapshotHeader
}

export function checkPayload (envelope: Envelope, payload: Uint8Array): void {
  if (payload.length !== envelope.payloadBytes) {
    throw new DamagedError(`it is torn: ${payload.length} of ${envelope.payloadBytes} bytes are there`)
  }
  if (crc32(payload) !== envelope.payloadChecksum) throw new DamagedError('its checksum is wrong')
}
