/** The heap format: a graph of values to bytes and back. */
export { encode } from './encode.js'
export { decode, type Decoded } from './decode.js'
export { defineKind, defineInternal, type ContentReader, type ContentWriter, type InternalHooks, type Kind, type Visit } from './kinds.js'
export { emptyNaming, type Brand, type ClosureRecord, type Member, type Nameable, type Naming } from './naming.js'
export { intrinsicByName, intrinsicName, nameIntrinsics } from './intrinsics.js'
export { CorruptSnapshotError, RestoreMismatchError, UnsupportedValueError } from './errors.js'
