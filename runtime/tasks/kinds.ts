/**
 * How the encoder keeps what belongs to tasks: native objects of which only we know the inside (promises, generator objects,
 * functions of the runtime, Timeouts), and the classes of the mirror itself.
 */
import { defineInternal, defineKind, type InternalHooks, type Kind, type Visit } from '../encoding/kinds.js'
import { TaskFrame } from '../restore/task-frame.js'
import { AsyncFrame } from './async-function.js'
import { AsyncGeneratorFrame, asyncGeneratorFrameOf, linkAsyncGenerator, Request, ReturnReaction } from './async-generator.js'
import { FromSyncFrame, FromSyncIterator, FromSyncReaction, OpenSyncFrame } from './async-iterator.js'
import { Capability } from './capability.js'
import { Combination } from './combinators.js'
import { FinallyFrame } from './finally.js'
import { generatorFrameOf, GeneratorFrame, linkGenerator } from './generator.js'
import { apply, create, isPromise, isProxy } from './intrinsics.js'
import { peek } from './peek.js'
import { NewPromiseFrame, TryFrame } from './promise.js'
import { AdoptReaction, CallReaction, CapabilityReaction, ThenReaction } from './reactions.js'
import { linkRecord, makePromise, OwnRecord, PENDING, PromiseRecord, recordOf, settledRecord, type Settleable } from './records.js'
import { Resolver } from './resolve.js'
import { keptReactions } from './native-waiters.js'
import { noteDecoded, TaskRoots } from './restore.js'
import { askMaker, makers, type MakerName } from './runtime-functions.js'
import { ThenJob } from './then-job.js'
import { MicrotaskJob, TickRecord } from './ticks.js'
import { ImmediateRecord, linkImmediate, linkTimeout, makeIdleImmediate, makeIdleTimeout, TimerRecord, timerRecordOf } from './timers.js'
import { TopLevelFrame } from './top-level.js'

const promiseKind: Kind<Promise<unknown>> = {
  name: 'promise',
  test: isPromise,
  allocate () {
    const record = new OwnRecord()
    makePromise(record)
    return record.promise!
  },
  encode (promise, out, visit) { out.value(recordToKeep(promise, visit)) },
  fill (promise, input) {
    const { nativeResolve, nativeReject } = recordOf(promise)!
    const record = input.value() as Settleable
    record.nativeResolve = nativeResolve
    record.nativeReject = nativeReject
    linkRecord(promise, record)
  },
  filled: promise => { noteDecoded(recordOf(promise)!) },
}

function recordToKeep (promise: Promise<unknown>, visit: Visit): Settleable {
  const record = recordOf(promise)
  if (record === undefined) {
    const { status, outcome } = peek(promise)
    if (status === PENDING) visit.refuse(promise, 'A promise that only code outside of reprise can settle')
    const settled = settledRecord(status, outcome)
    settled.handled = true
    linkRecord(promise, settled)
    return settled
  }
  if (record.foreign && record.status === PENDING && record.operation === undefined) {
    visit.refuse(promise, 'A pending operation of Node or of a package that is not compiled')
  }
  return record
}

const generatorKind: Kind = {
  name: 'generator',
  test: value => generatorFrameOf(value) !== undefined,
  allocate: () => create(null) as object,
  encode: (object, out) => { out.value(generatorFrameOf(object)) },
  fill: (object, input) => { linkGenerator(object, input.value() as GeneratorFrame) },
}

const asyncGeneratorKind: Kind = {
  name: 'async-generator',
  test: value => asyncGeneratorFrameOf(value) !== undefined,
  allocate: () => create(null) as object,
  encode: (object, out) => { out.value(asyncGeneratorFrameOf(object)) },
  fill: (object, input) => { linkAsyncGenerator(object, input.value() as AsyncGeneratorFrame) },
}

/** Their own properties are Node's business; a program's own ones on them are lost. */
const timeoutKind: Kind = {
  name: 'timeout',
  test: value => timerRecordOf(value) instanceof TimerRecord,
  opaque: true,
  allocate: makeIdleTimeout,
  encode: (timeout, out) => { out.value(timerRecordOf(timeout)) },
  fill: (timeout, input) => { linkTimeout(timeout, input.value() as TimerRecord) },
}

const immediateKind: Kind = {
  name: 'immediate',
  test: value => timerRecordOf(value) instanceof ImmediateRecord,
  opaque: true,
  allocate: makeIdleImmediate,
  encode: (immediate, out) => { out.value(timerRecordOf(immediate)) },
  fill: (immediate, input) => { linkImmediate(immediate, input.value() as ImmediateRecord) },
}

/** Made by the maker's name and arguments. */
const runtimeFunctionKind: Kind = {
  name: 'runtime-function',
  test: value => !isProxy(value) && askMaker(value) !== undefined,
  hasOwnProperties: true,
  parts: value => askMaker(value)!,
  allocate ([maker, ...makerArguments]) {
    return apply(makers[maker as MakerName], undefined, makerArguments) as object
  },
}

/** Methods that lowered iterations keep in their frames. */
const methods: Readonly<Record<string, unknown>> = {
  'FromSyncIterator.next': FromSyncIterator.prototype.next,
  'FromSyncIterator.return': FromSyncIterator.prototype.return,
  'FromSyncIterator.throw': FromSyncIterator.prototype.throw,
}
const methodNames = Object.keys(methods)

function methodName (value: object): string | undefined {
  for (let index = 0; index < methodNames.length; index++) if (methods[methodNames[index]] === value) return methodNames[index]
  return undefined
}

const runtimeMethodKind: Kind = {
  name: 'runtime-method',
  test: value => methodName(value) !== undefined,
  opaque: true,
  parts: value => [methodName(value)],
  allocate: ([name]) => methods[name as string] as object,
}

export const taskKinds = [
  promiseKind, generatorKind, asyncGeneratorKind, timeoutKind, immediateKind, runtimeFunctionKind, runtimeMethodKind,
] as unknown as readonly Kind[]

// ---- the mirror's own classes, by their fields

interface TaskInternal {
  readonly name: string
  readonly Class: abstract new (...rest: never[]) => object
  readonly fields: readonly string[]
  readonly hooks?: InternalHooks<object>
}

/** Reactions are written without those of native code. */
const settleable: InternalHooks<object> = {
  encode (record, out) { out.value(keptReactions((record as Settleable).reactions)) },
  fill (record, input) { (record as Settleable).reactions = input.value() as Settleable['reactions'] },
}

const record = ['status', 'outcome', 'promise', 'handled', 'operation']
const reaction = [...record, 'source']
const frame = ['site', 'pc', 'locals', 'again', 'carried', 'value']
const asyncFrame = [...frame, ...record, 'source']

export const taskInternals: readonly TaskInternal[] = [
  { name: 'PromiseRecord', Class: PromiseRecord, fields: record, hooks: settleable },
  { name: 'OwnRecord', Class: OwnRecord, fields: record, hooks: settleable },
  { name: 'ThenReaction', Class: ThenReaction, fields: [...reaction, 'onFulfilled', 'onRejected'], hooks: settleable },
  { name: 'CapabilityReaction', Class: CapabilityReaction, fields: [...reaction, 'onFulfilled', 'onRejected', 'capability'], hooks: settleable },
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
  { name: 'TaskRoots', Class: TaskRoots, fields: ['flight', 'ticks', 'immediates', 'timers', 'pending'] },
  { name: 'TaskFrame', Class: TaskFrame, fields: [...frame, 'task'] },
  { name: 'AsyncFrame', Class: AsyncFrame, fields: asyncFrame, hooks: settleable },
  { name: 'TopLevelFrame', Class: TopLevelFrame, fields: asyncFrame, hooks: settleable },
  { name: 'GeneratorFrame', Class: GeneratorFrame, fields: [...frame, 'state', 'isDirect', 'done'] },
  { name: 'AsyncGeneratorFrame', Class: AsyncGeneratorFrame, fields: [...asyncFrame, 'state', 'queue', 'unwrapping', 'starter'], hooks: settleable },
  { name: 'AsyncGeneratorRequest', Class: Request, fields: ['mode', 'value', 'record'] },
  { name: 'NewPromiseFrame', Class: NewPromiseFrame, fields: [...frame, 'resolver'] },
  { name: 'TryFrame', Class: TryFrame, fields: [...frame, 'capability'] },
  { name: 'FinallyFrame', Class: FinallyFrame, fields: [...frame, 'species', 'rejected', 'outcome'] },
  { name: 'FromSyncFrame', Class: FromSyncFrame, fields: [...frame, 'record', 'iterator', 'closes'] },
  { name: 'OpenSyncFrame', Class: OpenSyncFrame, fields: frame },
  { name: 'FromSyncIterator', Class: FromSyncIterator, fields: ['iterator', 'nextMethod'] },
]

let defined = false
/** Tells the encoder; once. */
export function defineTaskKinds (): void {
  if (defined) return
  defined = true
  for (const kind of taskKinds) defineKind(kind)
  for (const { name, Class, fields, hooks } of taskInternals) defineInternal(name, Class, fields, hooks)
}
