/**
 * Growing byte buffers and checked reading. Numbers are little-endian; counts are LEB128 up to 2 ** 53 - 1, signed
 * integers are LEB128 of their zigzag form.
 */
import { corrupt } from './errors.js'
import { apply, getOwn, getPrototypeOf } from './natives.js'

const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype)!
const setBytes = Uint8Array.prototype.set
const subarray = Uint8Array.prototype.subarray
const lengthOf = getOwn(typedArrayPrototype, 'length')!.get!

const doubles = new Float64Array(1)
const doubleBytes = new Uint8Array(doubles.buffer)
doubles[0] = 1
/** Where byte 0 of the little-endian form stands: big-endian machines have it last. */
const LITTLE = doubleBytes[7] !== 0
/** All NaNs are one NaN; its bits must not depend on how it was computed. */
const NAN_HIGH = 0x7ff8

export const MAX_COUNT = Number.MAX_SAFE_INTEGER

/** Own copies, since the program can change `set` and `subarray`. */
export function copyBytes (target: Uint8Array, source: Uint8Array, offset: number): void {
  apply(setBytes, target, [source, offset])
}

export function sliceBytes (source: Uint8Array, start: number, end: number): Uint8Array {
  return apply(subarray, source, [start, end]) as Uint8Array
}

export class ByteWriter {
  bytes: Uint8Array
  length = 0

  constructor (capacity = 4096) {
    this.bytes = new Uint8Array(capacity)
  }

  /** Makes room for `count` bytes more. */
  reserve (count: number): void {
    const needed = this.length + count
    const capacity = apply(lengthOf, this.bytes, []) as number
    if (needed <= capacity) return
    const larger = new Uint8Array(needed > capacity * 2 ? needed : capacity * 2)
    copyBytes(larger, this.bytes, 0)
    this.bytes = larger
  }

  byte (value: number): void {
    if (this.length + 1 > this.bytes.length) this.reserve(1)
    this.bytes[this.length++] = value
  }

  /** A count: an integer from 0 to MAX_COUNT. */
  count (value: number): void {
    if (this.length + 8 > this.bytes.length) this.reserve(8)
    const { bytes } = this
    let position = this.length
    while (value > 0x7fffffff) {
      bytes[position++] = (value % 128) | 128
      value = (value - value % 128) / 128
    }
    while (value > 127) {
      bytes[position++] = (value & 127) | 128
      value >>>= 7
    }
    bytes[position++] = value
    this.length = position
  }

  /** A 32-bit signed integer. */
  integer (value: number): void {
    this.count(((value << 1) ^ (value >> 31)) >>> 0)
  }

  double (value: number): void {
    if (this.length + 8 > this.bytes.length) this.reserve(8)
    const { bytes } = this
    const position = this.length
    this.length += 8
    if (value !== value) {
      for (let index = 0; index < 6; index++) bytes[position + index] = 0
      bytes[position + 6] = NAN_HIGH & 255
      bytes[position + 7] = NAN_HIGH >>> 8
      return
    }
    doubles[0] = value
    for (let index = 0; index < 8; index++) bytes[position + index] = doubleBytes[LITTLE ? index : 7 - index]
  }

  uint32 (value: number): void {
    this.reserve(4)
    const { bytes } = this
    const position = this.length
    bytes[position] = value
    bytes[position + 1] = value >>> 8
    bytes[position + 2] = value >>> 16
    bytes[position + 3] = value >>> 24
    this.length += 4
  }

  raw (source: Uint8Array): void {
    this.reserve(source.length)
    copyBytes(this.bytes, source, this.length)
    this.length += source.length
  }

  finish (): Uint8Array {
    return sliceBytes(this.bytes, 0, this.length)
  }
}

export class ByteReader {
  readonly bytes: Uint8Array
  readonly end: number
  position = 0

  constructor (bytes: Uint8Array) {
    this.bytes = bytes
    this.end = bytes.length
  }

  byte (): number {
    if (this.position >= this.end) corrupt('a section ends too early')
    return this.bytes[this.position++]
  }

  count (): number {
    const first = this.byte()
    if (first < 128) return first
    let value = first & 127
    let scale = 128
    for (;;) {
      const next = this.byte()
      value += (next & 127) * scale
      if (next < 128) break
      scale *= 128
      if (scale > 2 ** 49) corrupt('a count is too long')
    }
    if (value > MAX_COUNT) corrupt('a count is too large')
    return value
  }

  /** A count of things of which each takes at least `size` bytes of what is left here. */
  countOf (size: number): number {
    const value = this.count()
    if (value * size > this.end - this.position) corrupt('a count exceeds its section')
    return value
  }

  integer (): number {
    const value = this.count()
    if (value > 0xffffffff) corrupt('an integer is too large')
    return (value >>> 1) ^ -(value & 1)
  }

  double (): number {
    if (this.end - this.position < 8) corrupt('a section ends too early')
    const { bytes, position } = this
    for (let index = 0; index < 8; index++) doubleBytes[LITTLE ? index : 7 - index] = bytes[position + index]
    this.position += 8
    return doubles[0]
  }

  uint32 (): number {
    if (this.end - this.position < 4) corrupt('a section ends too early')
    const { bytes, position } = this
    this.position += 4
    return (bytes[position] | bytes[position + 1] << 8 | bytes[position + 2] << 16 | bytes[position + 3] << 24) >>> 0
  }

  raw (length: number): Uint8Array {
    if (length > this.end - this.position) corrupt('a section ends too early')
    this.position += length
    return sliceBytes(this.bytes, this.position - length, this.position)
  }

  atEnd (): boolean {
    return this.position === this.end
  }
}
