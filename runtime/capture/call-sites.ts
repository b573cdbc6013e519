/**
 * The structured call sites of the running stack, read without touching anything that the program can see or change.
 *
 * V8 asks the realm whose constructor made the object for `stackTraceLimit` and `prepareStackTrace`. So we keep a realm of our
 * own: `Error` of the program's realm, which may be frozen, or have accessors, or belong to a library for stack traces, is
 * never read nor written. The realm is made on the first capture (3 ms, once); a read costs 6 to 10 µs at depth 10.
 *
 * Functions of Node written in C++ (structuredClone, statements of node:sqlite, native addons) have no frame in a stack trace.
 * A callback called by one would look as if the program had called it, and its result would go to the wrong place. V8 shows
 * them under a flag, which is set for the moment of the read: 1 to 6 µs more. Tried on Node 20, 22 and 26.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { getPrototypeOf, uncurry } from '../encoding/natives.js'

export type CallSite = NodeJS.CallSite

interface Realm {
  capture (holder: object, hideAbove: unknown): void
  holder (): { stack: CallSite[] }
}

let realm: Realm | undefined

/** Innermost first, beginning with the caller of `hideAbove`. */
export function readCallSites (hideAbove: unknown): CallSite[] {
  realm ??= makeRealm()
  const holder = realm.holder()
  setFlagsFromString('--experimental-stack-trace-frames')
  try {
    realm.capture(holder, hideAbove)
  } finally {
    setFlagsFromString('--no-experimental-stack-trace-frames')
  }
  return holder.stack
}

function makeRealm (): Realm {
  return runInNewContext(`
    Error.stackTraceLimit = Infinity
    Error.prepareStackTrace = (error, sites) => sites
    ;({ capture: Error.captureStackTrace, holder: () => ({ stack: [] }) })
  `, undefined, { filename: 'reprise:call-sites' }) as Realm
}

/** Taken when the runtime loads: a program can reach and patch the prototype of call sites. */
const prototype = sampleSitePrototype()
export const functionNameOf = uncurry(prototype.getFunctionName) as (site: CallSite) => string | null
export const methodNameOf = uncurry(prototype.getMethodName) as (site: CallSite) => string | null
export const typeNameOf = uncurry(prototype.getTypeName) as (site: CallSite) => string | null
export const fileNameOf = uncurry(prototype.getFileName) as (site: CallSite) => string | null | undefined
export const lineOf = uncurry(prototype.getLineNumber) as (site: CallSite) => number | null
export const columnOf = uncurry(prototype.getColumnNumber) as (site: CallSite) => number | null
export const positionOf = uncurry((prototype as unknown as { getPosition (): number }).getPosition) as (site: CallSite) => number
export const isConstructorCall = uncurry(prototype.isConstructor) as (site: CallSite) => boolean
export const isEvalCode = uncurry(prototype.isEval) as (site: CallSite) => boolean
export const isAsyncMarker = uncurry((prototype as unknown as { isAsync (): boolean }).isAsync) as (site: CallSite) => boolean
export const siteToString = uncurry(prototype.toString) as (site: CallSite) => string

function sampleSitePrototype (): CallSite {
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  Object.defineProperty(Error, 'prepareStackTrace', { value: (error: unknown, sites: unknown) => sites, configurable: true, writable: true })
  try {
    const holder = { stack: undefined as unknown as CallSite[] }
    Error.captureStackTrace(holder)
    return getPrototypeOf(holder.stack[0]) as CallSite
  } finally {
    if (before === undefined) delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace
    else Object.defineProperty(Error, 'prepareStackTrace', before)
  }
}
