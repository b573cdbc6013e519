/**
 * The frame of the heap format: magic, version, a table of sections with length and checksum, the sections. What stands in
 * the sections is told where it is written and read; docs/snapshot-format.md shows all of it.
 *
 * Fixed for ever: magic and version, so that any reprise can tell what it has before it.
 */
import { crc32 as nodeCrc32 } from 'node:zlib'
import { ByteReader, ByteWriter, copyBytes, sliceBytes } from './bytes.js'
import { corrupt, CorruptSnapshotError } from './errors.js'

export const FORMAT_VERSION = 1
/** A byte with the high bit, then CR LF: a transfer that treats the file as text is seen at once. */
const MAGIC = [0x8f, 0x52, 0x50, 0x48, 0x0d, 0x0a, 0x1a, 0x0a]
const HEADER_BYTES = 16
const ENTRY_BYTES = 16

/** Sections in the order in which they stand in the file. */
export const SECTION = {
  strings: 1,
  symbols: 2,
  layouts: 3,
  objects: 4,
  parts: 5,
  contents: 6,
  weak: 7,
  blobs: 8,
  roots: 9
} as const
export type SectionName = keyof typeof SECTION
export type Sections = Record<SectionName, Uint8Array>
export const SECTION_NAMES = Object.keys(SECTION) as readonly SectionName[]

/** First byte of a value; from 128 on it is the integer `tag - 128`. */
export const UNDEFINED = 0
export const NULL = 1
export const FALSE = 2
export const TRUE = 3
export const INTEGER = 4
export const DOUBLE = 5
export const STRING = 6
export const OBJECT = 7
export const SYMBOL = 8
export const BIGINT = 9
export const NEGATIVE_BIGINT = 10
/** No value: a hole of an array, a field that an object does not have itself. */
export const ABSENT = 11
export const SMALL_INTEGER = 128

/** Flags of a layout. */
export const NOT_EXTENSIBLE = 1
export const HAS_ELEMENTS = 2
export const HAS_CONTENT = 4

/** Attributes of a property. */
export const WRITABLE = 1
export const ENUMERABLE = 2
export const CONFIGURABLE = 4
export const ACCESSOR = 8
export const PLAIN = WRITABLE | ENUMERABLE | CONFIGURABLE

const crc32: (bytes: Uint8Array) => number = nodeCrc32

export function sealSections (sections: Sections): Uint8Array {
  const header = new ByteWriter(HEADER_BYTES + ENTRY_BYTES * SECTION_NAMES.length + 4)
  for (let index = 0; index < MAGIC.length; index++) header.byte(MAGIC[index])
  header.uint32(FORMAT_VERSION)
  header.uint32(SECTION_NAMES.length)
  let length = header.bytes.length
  for (let index = 0; index < SECTION_NAMES.length; index++) {
    const name = SECTION_NAMES[index]
    const section = sections[name]
    header.uint32(SECTION[name])
    header.uint32(section.length % 2 ** 32)
    header.uint32((section.length - section.length % 2 ** 32) / 2 ** 32)
    header.uint32(crc32(section))
    length += section.length
  }
  header.uint32(crc32(header.finish()))
  const bytes = new Uint8Array(length)
  copyBytes(bytes, header.finish(), 0)
  let offset = header.length
  for (let index = 0; index < SECTION_NAMES.length; index++) {
    const section = sections[SECTION_NAMES[index]]
    copyBytes(bytes, section, offset)
    offset += section.length
  }
  return bytes
}

/** Checks lengths and checksums; the sections are views of `bytes`. */
export function openSections (bytes: Uint8Array): Sections {
  const reader = new ByteReader(bytes)
  for (let index = 0; index < MAGIC.length; index++) {
    if (reader.byte() !== MAGIC[index]) corrupt('it does not begin as a snapshot does')
  }
  const version = reader.uint32()
  if (version !== FORMAT_VERSION) {
    throw new CorruptSnapshotError('', { version: [`${version}`, `${FORMAT_VERSION}`] })
  }
  if (reader.uint32() !== SECTION_NAMES.length) corrupt('it has another number of sections')
  const lengths: number[] = []
  const checksums: number[] = []
  for (let index = 0; index < SECTION_NAMES.length; index++) {
    if (reader.uint32() !== SECTION[SECTION_NAMES[index]]) corrupt('its sections are not in order')
    lengths[index] = reader.uint32() + reader.uint32() * 2 ** 32
    checksums[index] = reader.uint32()
  }
  const tableEnd = reader.position
  if (reader.uint32() !== crc32(sliceBytes(bytes, 0, tableEnd))) corrupt('the checksum of its first bytes is wrong')
  const sections = {} as Sections
  for (let index = 0; index < SECTION_NAMES.length; index++) {
    const name = SECTION_NAMES[index]
    if (lengths[index] > reader.end - reader.position) corrupt(`its section ${name} is torn`)
    sections[name] = reader.raw(lengths[index])
    if (crc32(sections[name]) !== checksums[index]) corrupt(`the checksum of its section ${name} is wrong`)
  }
  if (!reader.atEnd()) corrupt('something follows its last section')
  return sections
}
