/**
 * Primitives other than strings and symbols. Integers of 32 bits are the common case and are written short; -0 is not one
 * of them.
 */
import type { ByteReader, ByteWriter } from '../bytes.js'
import { corrupt } from '../errors.js'
import { BIGINT, DOUBLE, INTEGER, NEGATIVE_BIGINT, SMALL_INTEGER } from '../format.js'
import { bigintToString, charCodeAt, fromCharCode, NativeBigInt } from '../natives.js'

export function encodeNumber (out: ByteWriter, value: number): void {
  if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
    if (value >= 0 && value < 128) {
      out.byte(SMALL_INTEGER | value)
    } else {
      out.byte(INTEGER)
      out.integer(value)
    }
  } else {
    out.byte(DOUBLE)
    out.double(value)
  }
}

/** Sign in the tag, hexadecimal digits of the magnitude: linear in its length, both ways. */
export function encodeBigint (out: ByteWriter, value: bigint): void {
  const negative = value < 0n
  out.byte(negative ? NEGATIVE_BIGINT : BIGINT)
  const digits = bigintToString(negative ? -value : value, 16)
  out.count(digits.length)
  for (let index = 0; index < digits.length; index++) out.byte(charCodeAt(digits, index))
}

export function decodeBigint (input: ByteReader, negative: boolean): bigint {
  const count = input.countOf(1)
  if (count === 0) corrupt('a bigint has no digits')
  let digits = '0x'
  for (let index = 0; index < count; index++) {
    const code = input.byte()
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) corrupt('a bigint has a wrong digit')
    digits += fromCharCode(code)
  }
  const value = NativeBigInt(digits)
  return negative ? -value : value
}
