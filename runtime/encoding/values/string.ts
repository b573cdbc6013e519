/**
 * Strings, each stored once and known by its number. One byte a character where all fit (Latin-1), two otherwise, so any
 * content is kept, lone surrogates too.
 */
import { ByteWriter, type ByteReader } from '../bytes.js'
import { corrupt } from '../errors.js'
import { apply, charCodeAt, SafeMap } from '../natives.js'

type Slice = (this: Uint8Array, start: number, end: number) => string
const { latin1Slice, ucs2Slice } = Buffer.prototype as unknown as { latin1Slice: Slice, ucs2Slice: Slice }

export class StringEncoder {
  private readonly ids = new SafeMap<string, number>()
  private readonly out = new ByteWriter()
  private count = 0

  idOf (text: string): number {
    const known = this.ids.get(text)
    if (known !== undefined) return known
    const id = this.count++
    this.ids.set(text, id)
    this.write(text)
    return id
  }

  finish (): Uint8Array {
    const section = new ByteWriter(this.out.length + 8)
    section.count(this.count)
    section.raw(this.out.finish())
    return section.finish()
  }

  private write (text: string): void {
    const { out } = this
    const { length } = text
    const start = out.length
    out.count(length * 2)
    out.reserve(length)
    const { bytes } = out
    let position = out.length
    for (let index = 0; index < length; index++) {
      const code = charCodeAt(text, index)
      if (code > 255) {
        out.length = start
        this.writeWide(text)
        return
      }
      bytes[position++] = code
    }
    out.length = position
  }

  private writeWide (text: string): void {
    const { out } = this
    const { length } = text
    out.count(length * 2 + 1)
    out.reserve(length * 2)
    const { bytes } = out
    let position = out.length
    for (let index = 0; index < length; index++) {
      const code = charCodeAt(text, index)
      bytes[position++] = code
      bytes[position++] = code >>> 8
    }
    out.length = position
  }
}

export function decodeStrings (input: ByteReader): string[] {
  const count = input.countOf(1)
  const strings: string[] = []
  for (let id = 0; id < count; id++) {
    const header = input.count()
    const wide = header % 2 === 1
    const length = (header - header % 2) / 2
    const bytes = wide ? length * 2 : length
    if (bytes > input.end - input.position) corrupt('a string is torn')
    strings[id] = bytes === 0 ? '' : apply(wide ? ucs2Slice : latin1Slice, input.bytes, [input.position, input.position + bytes]) as string
    input.position += bytes
  }
  if (!input.atEnd()) corrupt('something follows the strings')
  return strings
}
