/** Puts our timers, ticks and microtasks in the place of Node's: globals, node:timers, node:timers/promises, process. */
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { promisify } from 'node:util'
import { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, isCallable, isObject, ownKeys, type Callable } from './intrinsics.js'
import { replaceMethod, replaceMethods } from './install.js'
import { newRecord } from './records.js'
import { Resolver } from './resolve.js'
import { MicrotaskJob, TickRecord } from './ticks.js'
import { clearImmediate, makeIdleTimeout, refreshTimer, startImmediate, startTimer } from './timers.js'

const require = createRequire(import.meta.url)
const nodeTimers = require('node:timers') as Record<string, Callable>
const timersPromises = require('node:timers/promises') as Record<string, Callable> & { scheduler: object }
const nativeTimers = { ...nodeTimers }
const nativeNextTick = process.nextTick as Callable
const nativeQueueMicrotask = queueMicrotask as Callable
const { setTimeout: nativePromiseTimeout, setImmediate: nativePromiseImmediate } = timersPromises

/** What is no function goes to Node, whose TypeError the program shall see. */
const timers = {
  setTimeout (callback: unknown, delay: unknown, ...rest: unknown[]): unknown {
    if (!isCallable(callback)) return apply(nativeTimers.setTimeout, undefined, [callback, delay])
    return startTimer(callback, rest, delay, false)
  },
  setInterval (callback: unknown, delay: unknown, ...rest: unknown[]): unknown {
    if (!isCallable(callback)) return apply(nativeTimers.setInterval, undefined, [callback, delay])
    return startTimer(callback, rest, delay, true)
  },
  setImmediate (callback: unknown, ...rest: unknown[]): unknown {
    if (!isCallable(callback)) return apply(nativeTimers.setImmediate, undefined, [callback])
    return startImmediate(callback, rest)
  },
  clearImmediate,
}

const jobs = {
  nextTick (callback: unknown, ...rest: unknown[]): void {
    if (!isCallable(callback)) return apply(nativeNextTick, process, [callback]) as undefined
    new TickRecord(callback, rest).start()
  },
  queueMicrotask (callback: unknown): void {
    if (!isCallable(callback)) return apply(nativeQueueMicrotask, undefined, [callback]) as undefined
    new MicrotaskJob(callback).start()
  },
}

/** With options (a signal, unref) they stay native. */
const promises = {
  setTimeout (delay: unknown, value: unknown, options: unknown): unknown {
    if (options !== undefined || (delay !== undefined && typeof delay !== 'number')) return apply(nativePromiseTimeout, undefined, [delay, value, options])
    const { resolve, record } = new Resolver(newRecord())
    startTimer(resolve, [value], delay, false)
    return record.promise
  },
  setImmediate (value: unknown, options: unknown): unknown {
    if (options !== undefined) return apply(nativePromiseImmediate, undefined, [value, options])
    const { resolve, record } = new Resolver(newRecord())
    startImmediate(resolve, [value])
    return record.promise
  },
}

const scheduler = {
  wait (delay: unknown, options: unknown): unknown { return promises.setTimeout(delay, undefined, options) },
  yield (): unknown { return promises.setImmediate(undefined, undefined) },
}

export function installSchedulers (): void {
  for (const name of ['setTimeout', 'setImmediate'] as const) {
    defineProperty(timers[name], promisify.custom, { get: () => promises[name], enumerable: true, configurable: false })
  }
  carryOver(nodeTimers.setInterval, timers.setInterval)
  replaceMethods(nodeTimers, timers)
  replaceMethods(globalThis, { ...timers, queueMicrotask: jobs.queueMicrotask })
  replaceMethod(process, 'nextTick', jobs.nextTick)
  replaceMethods(timersPromises, promises)
  replaceMethods(getPrototypeOf(timersPromises.scheduler)!, scheduler)
  const timeoutPrototype = getPrototypeOf(makeIdleTimeout())!
  replaceMethod(timeoutPrototype, 'refresh', { refresh (this: unknown): unknown { return isObject(this) ? refreshTimer(this) : undefined } }.refresh)
  syncBuiltinESMExports()
}

/** Own symbols, as `util.promisify.custom`. */
function carryOver (from: object, to: object): void {
  for (const key of ownKeys(from)) {
    if (typeof key === 'symbol') defineProperty(to, key, getOwnPropertyDescriptor(from, key)!)
  }
}
