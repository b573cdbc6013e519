/**
 * Typed arrays, Buffers and DataViews: a view of a buffer, by class, offset and length. The length is missing where the
 * view follows a resizable buffer's, which can only be found out by resizing it.
 */
import { copyBytes, sliceBytes } from '../bytes.js'
import { corrupt } from '../errors.js'
import { defineBuiltinKind } from '../kinds.js'
import { construct, getOwn, getPrototypeOf, getter, isArrayBuffer, isView, SafeMap, uncurry } from '../natives.js'
import { accessOf, noteView } from './array-buffer.js'
import { extraNames } from './array.js'

type View = ArrayBufferView & { length?: number }
type ViewClass = (new (buffer: ArrayBufferLike, byteOffset: number, length?: number) => View) & { BYTES_PER_ELEMENT: number }

const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype)!
const tagOf = getter<View, string | undefined>(typedArrayPrototype, Symbol.toStringTag)
const typed = {
  buffer: getter<View, ArrayBufferLike>(typedArrayPrototype, 'buffer'),
  byteOffset: getter<View, number>(typedArrayPrototype, 'byteOffset'),
  byteLength: getter<View, number>(typedArrayPrototype, 'byteLength')
}
const data = {
  buffer: getter<View, ArrayBufferLike>(DataView.prototype, 'buffer'),
  byteOffset: getter<View, number>(DataView.prototype, 'byteOffset'),
  byteLength: getter<View, number>(DataView.prototype, 'byteLength')
}
const resize = getOwn(ArrayBuffer.prototype, 'resize')?.value as ((this: ArrayBuffer, byteLength: number) => void) | undefined
const resizeTo = resize === undefined ? undefined : uncurry(resize)
const bufferPrototype = Buffer.prototype as object
const NativeUint8Array = Uint8Array

const DATA_VIEW = 'DataView'
const classes = new SafeMap<string, ViewClass>()
for (const name of [
  'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float16Array', 'Float32Array',
  'Float64Array', 'BigInt64Array', 'BigUint64Array', DATA_VIEW
]) {
  const Class = getOwn(globalThis, name)?.value as ViewClass | undefined
  if (Class !== undefined) classes.set(name, Class)
}

const bytesPerElement = (name: string): number => name === DATA_VIEW ? 1 : classes.get(name)!.BYTES_PER_ELEMENT
/** A DataView out of the bounds of a shrunk buffer throws. */
function byteLengthOf (view: View, isData: boolean): number {
  try {
    return isData ? data.byteLength(view) : typed.byteLength(view)
  } catch {
    return 0
  }
}
function byteOffsetOf (view: View, isData: boolean): number {
  try {
    return isData ? data.byteOffset(view) : typed.byteOffset(view)
  } catch {
    return 0
  }
}

defineBuiltinKind<View>({
  name: 'view',
  test: isView,
  parts: partsOf,
  allocate (parts) {
    const name = parts[0]
    const buffer = parts[1]
    const byteOffset = parts[2]
    const length = parts[3]
    const Class = typeof name === 'string' ? classes.get(name) : undefined
    if (Class === undefined || typeof byteOffset !== 'number') corrupt('a typed array is of no class')
    return construct(Class, length === undefined ? [buffer, byteOffset] : [buffer, byteOffset, length]) as View
  },
  ownNames (view) {
    const name = tagOf(view)
    return name === undefined ? extraNames(view, 0, false) : extraNames(view, byteLengthOf(view, false) / bytesPerElement(name), false)
  }
})

function partsOf (view: View): unknown[] {
  const name = tagOf(view) ?? DATA_VIEW
  const isData = name === DATA_VIEW
  const buffer = isData ? data.buffer(view) : typed.buffer(view)
  const byteOffset = byteOffsetOf(view, isData)
  const byteLength = byteLengthOf(view, isData)
  const size = bytesPerElement(name)
  noteView(buffer, isNodeBuffer(view), byteOffset, byteLength)
  const follows = accessOf(buffer).resizable(buffer) && followsBuffer(view, isData, buffer, byteOffset, byteLength, size)
  return [name, buffer, byteOffset, follows ? undefined : byteLength / size]
}

function isNodeBuffer (view: View): boolean {
  return getPrototypeOf(view) === bufferPrototype
}

/** Tries it: one element less (or more), and back, with the bytes that were there. Not for shared memory, which never shrinks. */
function followsBuffer (view: View, isData: boolean, buffer: ArrayBufferLike, byteOffset: number, byteLength: number, size: number): boolean {
  const { byteLength: bufferLength, maxByteLength } = accessOf(buffer)
  const total = bufferLength(buffer)
  if (byteOffset + byteLength + size <= total) return false
  if (!isArrayBuffer(buffer) || resizeTo === undefined) return true
  if (total + size <= maxByteLength(buffer)) {
    resizeTo(buffer, total + size)
    const follows = byteLengthOf(view, isData) > byteLength
    resizeTo(buffer, total)
    return follows
  }
  if (byteLength < size) return true
  const tail = new NativeUint8Array(size)
  copyBytes(tail, sliceBytes(new NativeUint8Array(buffer), total - size, total), 0)
  resizeTo(buffer, total - size)
  const follows = byteLengthOf(view, isData) === byteLength - size
  resizeTo(buffer, total)
  copyBytes(new NativeUint8Array(buffer), tail, total - size)
  return follows
}
