/**
 * ArrayBuffer and SharedArrayBuffer: their bytes stand in a section of their own, as they are (little-endian machines).
 *
 * Small Buffers share a pool of Node's, in which other things lie: of a buffer that looks like the pool only what its
 * views show is kept, so that no foreign data gets into the snapshot and the same state gives the same bytes.
 */
import { copyBytes, sliceBytes } from '../bytes.js'
import { corrupt } from '../errors.js'
import { defineBuiltinKind } from '../kinds.js'
import { getter, isArrayBuffer, isSharedArrayBuffer, SafeWeakMap } from '../natives.js'

const NativeUint8Array = Uint8Array
const { ArrayBuffer: NativeArrayBuffer, SharedArrayBuffer: NativeSharedArrayBuffer } = globalThis
/** Resizable buffers, which the types of ES2023 do not know. */
type WithLimit<Buffer> = new (byteLength: number, options?: { maxByteLength: number }) => Buffer

export interface BufferAccess {
  readonly byteLength: (buffer: ArrayBufferLike) => number
  readonly maxByteLength: (buffer: ArrayBufferLike) => number
  readonly resizable: (buffer: ArrayBufferLike) => boolean
}
const own: BufferAccess = {
  byteLength: getter(ArrayBuffer.prototype, 'byteLength'),
  maxByteLength: getter(ArrayBuffer.prototype, 'maxByteLength'),
  resizable: getter(ArrayBuffer.prototype, 'resizable')
}
const shared: BufferAccess = {
  byteLength: getter(SharedArrayBuffer.prototype, 'byteLength'),
  maxByteLength: getter(SharedArrayBuffer.prototype, 'maxByteLength'),
  resizable: getter(SharedArrayBuffer.prototype, 'growable')
}
export const accessOf = (buffer: ArrayBufferLike): BufferAccess => isSharedArrayBuffer(buffer) ? shared : own

// ---- views that the encoder has met

const POOL_BYTES = Buffer.poolSize
interface Views { onlyBuffers: boolean, ranges: [start: number, end: number][] }
let views = new SafeWeakMap<ArrayBufferLike, Views>()
export function forgetViews (): void { views = new SafeWeakMap() }

export function noteView (buffer: ArrayBufferLike, isNodeBuffer: boolean, start: number, byteLength: number): void {
  let known = views.get(buffer)
  if (known === undefined) views.set(buffer, known = { onlyBuffers: true, ranges: [] })
  if (!isNodeBuffer || byteLength > POOL_BYTES >>> 1) known.onlyBuffers = false
  known.ranges[known.ranges.length] = [start, start + byteLength]
}

function contentOf (buffer: ArrayBufferLike): Uint8Array {
  const bytes = new NativeUint8Array(buffer)
  const known = views.get(buffer)
  if (known === undefined || !known.onlyBuffers || bytes.length !== POOL_BYTES) return bytes
  const visible = new NativeUint8Array(bytes.length)
  for (let index = 0; index < known.ranges.length; index++) {
    const start = known.ranges[index][0]
    const end = known.ranges[index][1]
    copyBytes(visible, sliceBytes(bytes, start, end), start)
  }
  return visible
}

function define<Buffer extends ArrayBufferLike> (name: string, test: (value: object) => boolean, Native: new (byteLength: number) => Buffer, access: BufferAccess): void {
  defineBuiltinKind<Buffer>({
    name,
    test,
    parts: (buffer, visit) => [
      visit.blob(() => contentOf(buffer)),
      access.resizable(buffer) ? access.maxByteLength(buffer) : undefined
    ],
    allocate (parts, blob) {
      const blobIndex = parts[0]
      const maxByteLength = parts[1]
      if (typeof blobIndex !== 'number') corrupt('an ArrayBuffer has no bytes')
      const bytes = blob(blobIndex)
      if (maxByteLength !== undefined && typeof maxByteLength !== 'number') corrupt('the limit of an ArrayBuffer is no number')
      const buffer = maxByteLength === undefined
        ? new Native(bytes.length)
        : new (Native as WithLimit<Buffer>)(bytes.length, { __proto__: null, maxByteLength } as { maxByteLength: number })
      copyBytes(new NativeUint8Array(buffer), bytes, 0)
      return buffer
    }
  })
}
define<ArrayBuffer>('array-buffer', isArrayBuffer, NativeArrayBuffer, own)
define<SharedArrayBuffer>('shared-array-buffer', isSharedArrayBuffer, NativeSharedArrayBuffer, shared)
