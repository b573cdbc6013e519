/**
 * How the encoder keeps what belongs to tasks: native objects of which only we know the inside (promises, generator objects,
 * functions of the runtime, Timeouts), and the classes of the mirror itself.
 */
import { FinallyFrame } from './finally.js'
import { TaskFrame } from '../restore/task-frame.js'
import { AsyncFrame } from './async-function.js'
import { AsyncGeneratorFrame, asyncGeneratorFrameOf, linkAsyncGenerator, Request, ReturnReaction } from './async-generator.js'
import { ArrayCursor, FromSyncFrame, FromSyncIterator, FromSyncReaction } from './async-iterator.js'
import { Capability } from './capability.js'
import { Combination } from './combinators.js'
import { generatorFrameOf, GeneratorFrame, linkGenerator } from './generator.js'
import { apply, create, functionToString, isPromise } from './intrinsics.js'
import { peek } from './peek.js'
import { NewPromiseFrame, TryFrame } from './promise.js'
import { AdoptReaction, CallReaction, CapabilityReaction, ThenReaction } from './reactions.js'
import { linkRecord, makePromise, OwnRecord, PENDING, PromiseRecord, recordOf, settledRecord, type Settleable } from './records.js'
import { Resolver } from './resolve.js'
import { noteDecoded, TaskRoots } from './restore.js'
import { askMaker, makers, type MakerName } from './runtime-functions.js'
import { ThenJob } from './then-job.js'
import { MicrotaskJob, TickRecord } from './ticks.js'
import { ImmediateRecord, linkImmediate, linkTimeout, makeIdleImmediate, makeIdleTimeout, TimerRecord, timerRecordOf } from './timers.js'
import { TopLevelFrame } from './top-level.js'

/** A native object that is allocated by us, then filled from its parts, which are encoded. */
export interface TaskKind {
  readonly name: string
  test (value: object): boolean
  parts (value: object): readonly unknown[]
  /** `early`: parts that are needed to make the object; they are allocated, but not yet filled. */
  allocate (parts: readonly unknown[]): object
  fill (value: object, parts: readonly unknown[]): void
}

/** A promise that only code of others can settle: its operation is lost with the process. */
export class PendingOperationError extends Error {}

const promiseKind: TaskKind = {
  name: 'promise',
  test: value => isPromise(value),
  parts: promise => [recordToKeep(promise as Promise<unknown>)],
  allocate: () => {
    const shell = new PromiseRecord()
    makePromise(shell)
    return shell.promise!
  },
  fill (promise, [record]) {
    const { nativeResolve, nativeReject } = recordOf(promise)!
    const decoded = record as Settleable
    decoded.nativeResolve = nativeResolve
    decoded.nativeReject = nativeReject
    decoded.foreign = false
    linkRecord(promise as Promise<unknown>, decoded)
    noteDecoded(decoded)
  },
}

function recordToKeep (promise: Promise<unknown>): Settleable {
  const record = recordOf(promise)
  if (record === undefined) {
    const { status, outcome } = peek(promise)
    if (status === PENDING) throw new PendingOperationError('a promise of code that is not compiled is pending')
    const settled = settledRecord(status, outcome)
    settled.handled = true
    linkRecord(promise, settled)
    return settled
  }
  if (record.foreign && record.status === PENDING && record.operation === undefined) throw new PendingOperationError('an operation is in flight')
  return record
}

const generatorKind: TaskKind = {
  name: 'generator',
  test: value => generatorFrameOf(value) !== undefined,
  parts: value => [generatorFrameOf(value)],
  allocate: () => create(null) as object,
  fill: (object, [frame]) => { linkGenerator(object, frame as GeneratorFrame) },
}

const asyncGeneratorKind: TaskKind = {
  name: 'async generator',
  test: value => asyncGeneratorFrameOf(value) !== undefined,
  parts: value => [asyncGeneratorFrameOf(value)],
  allocate: () => create(null) as object,
  fill: (object, [frame]) => { linkAsyncGenerator(object, frame as AsyncGeneratorFrame) },
}

const timeoutKind: TaskKind = {
  name: 'Timeout',
  test: value => timerRecordOf(value) instanceof TimerRecord,
  parts: value => [timerRecordOf(value)],
  allocate: makeIdleTimeout,
  fill: (timeout, [record]) => { linkTimeout(timeout, record as TimerRecord) },
}

const immediateKind: TaskKind = {
  name: 'Immediate',
  test: value => timerRecordOf(value) instanceof ImmediateRecord,
  parts: value => [timerRecordOf(value)],
  allocate: makeIdleImmediate,
  fill: (immediate, [record]) => { linkImmediate(immediate, record as ImmediateRecord) },
}

/** Made by the maker's name and arguments, which must be allocated by then but may be empty. */
const runtimeFunctionKind: TaskKind = {
  name: 'runtime function',
  test: value => askMaker(value) !== undefined,
  parts (value) {
    const made = askMaker(value)!
    return made
  },
  allocate: ([maker, ...makerArguments]) => apply(makers[maker as MakerName], undefined, makerArguments) as object,
  fill () {},
}

/**
 * A resolving function of V8: native code waits for one of our promises. Its frames are lost with the process, so nobody
 * will miss the call.
 */
const nativeResolverKind: TaskKind = {
  name: 'native resolver',
  test: value => typeof value === 'function' && value.name === '' && value.length === 1 &&
    apply(functionToString, value, []) === 'function () { [native code] }',
  parts: () => [],
  allocate: () => () => {},
  fill () {},
}

export const taskKinds: readonly TaskKind[] = [
  promiseKind, generatorKind, asyncGeneratorKind, timeoutKind, immediateKind, runtimeFunctionKind, nativeResolverKind,
]

// ---- the mirror's own classes, by their fields

export interface TaskInternal {
  readonly name: string
  readonly Class: abstract new (...rest: never[]) => object
  /** Undefined ones need not be kept. */
  readonly fields: readonly string[]
}

const record = ['status', 'outcome', 'reactions', 'promise', 'handled', 'operation']
const reaction = [...record, 'source']
const frame = ['site', 'pc', 'locals', 'again', 'carried', 'value']
const asyncFrame = [...frame, ...record, 'source']

export const taskInternals: readonly TaskInternal[] = [
  { name: 'PromiseRecord', Class: PromiseRecord, fields: record },
  { name: 'OwnRecord', Class: OwnRecord, fields: record },
  { name: 'ThenReaction', Class: ThenReaction, fields: [...reaction, 'onFulfilled', 'onRejected'] },
  { name: 'CapabilityReaction', Class: CapabilityReaction, fields: [...reaction, 'onFulfilled', 'onRejected', 'capability'] },
  { name: 'AdoptReaction', Class: AdoptReaction, fields: ['source', 'target'] },
  { name: 'CallReaction', Class: CallReaction, fields: ['source', 'onFulfilled', 'onRejected'] },
  { name: 'ReturnReaction', Class: ReturnReaction, fields: ['source', 'frame'] },
  { name: 'FromSyncReaction', Class: FromSyncReaction, fields: ['source', 'target', 'done', 'closing'] },
  { name: 'Resolver', Class: Resolver, fields: ['record', 'done', 'resolve', 'reject'] },
  { name: 'Capability', Class: Capability, fields: ['promise', 'resolve', 'reject'] },
  { name: 'Combination', Class: Combination, fields: ['remaining', 'values', 'called', 'kind', 'capability'] },
  { name: 'ThenJob', Class: ThenJob, fields: ['target', 'thenable', 'thenMethod', 'resolver'] },
  { name: 'MicrotaskJob', Class: MicrotaskJob, fields: ['callback'] },
  { name: 'TickRecord', Class: TickRecord, fields: ['callback', 'callbackArguments'] },
  { name: 'TimerRecord', Class: TimerRecord, fields: ['callback', 'callbackArguments', 'delayMs', 'repeats', 'timeout', 'remainingMs', 'refed'] },
  { name: 'ImmediateRecord', Class: ImmediateRecord, fields: ['callback', 'callbackArguments', 'immediate', 'pending', 'refed'] },
  { name: 'TaskRoots', Class: TaskRoots, fields: ['flight', 'ticks', 'immediates', 'timers'] },
  { name: 'TaskFrame', Class: TaskFrame, fields: [...frame, 'task'] },
  { name: 'AsyncFrame', Class: AsyncFrame, fields: asyncFrame },
  { name: 'TopLevelFrame', Class: TopLevelFrame, fields: asyncFrame },
  { name: 'GeneratorFrame', Class: GeneratorFrame, fields: [...frame, 'state'] },
  { name: 'AsyncGeneratorFrame', Class: AsyncGeneratorFrame, fields: [...asyncFrame, 'state', 'queue', 'unwrapping', 'starter'] },
  { name: 'AsyncGeneratorRequest', Class: Request, fields: ['mode', 'value', 'record'] },
  { name: 'NewPromiseFrame', Class: NewPromiseFrame, fields: [...frame, 'resolver'] },
  { name: 'TryFrame', Class: TryFrame, fields: [...frame, 'capability'] },
  { name: 'FinallyFrame', Class: FinallyFrame, fields: [...frame, 'species', 'rejected', 'outcome'] },
  { name: 'FromSyncFrame', Class: FromSyncFrame, fields: [...frame, 'record', 'iterator', 'closes'] },
  { name: 'FromSyncIterator', Class: FromSyncIterator, fields: ['iterator', 'nextMethod'] },
  { name: 'ArrayCursor', Class: ArrayCursor, fields: ['array', 'index'] },
]
