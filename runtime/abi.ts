/**
 * What emitted code may call: `reprise/runtime`. One runtime per process, found by a registered symbol, whoever loads it first.
 * Compiled code that was started without reprise finds the same functions: no thread, no poll ever wanted.
 */
import { flag, left, record, rerecord } from './capture/signal.js'
import { defineClass, dressSite, generatorOf, memberOfLiteral, rememberGenerator, stampMembers, TOKEN, type ClassEntry, type MemberTuple, type PrivateAccess, type StaticAccess } from './code/classes.js'
import { stamp } from './code/closures.js'
import { AGAIN, AWAIT, YIELD, type ModuleSites } from './code/site.js'
import { builtins } from './modules/builtin-module.js'
import { cjs } from './modules/commonjs.js'
import { esm } from './modules/es-module.js'
import type { LiveModule } from './modules/live-module.js'
import type { NodeModule } from './modules/node-modules.js'
import { makeRequire, type Require } from './modules/require.js'
import { nameClass, nameFunction } from './modules/registry.js'
import { append, asyncIterationMethod, checkedIterator, checkedResult, forInKeys, isForInKey, iterationMethod, methodOf, noThrowMethod, plainArray } from './operations/iteration.js'
import { badState, constant, constructed, ignored, constructedDerived, initialized, install, notCallable, notConstructor, propertyKey, rename, requireObject, requireThis, restOf, superGet, superSet, throughConstruct, UNINITIALIZED } from './operations/values.js'
import { poll } from './poll.js'
import { asyncFunction, asyncGeneratorCall, asyncGeneratorFunction, generatorCall, generatorFunction, newPromise } from './tasks/index.js'
import { asyncBorn, asyncFrame, asyncLeft, asyncReturn, awaiting } from './tasks/async-fast.js'
import { currentGeneration, never } from './tasks/records.js'
import { passed, stepsDirectly, throughStep } from './tasks/generator.js'

export const ABI_VERSION = 1

const NativePromise = Promise

const operations = {
  // functions and frames
  AGAIN, AWAIT, YIELD, TOKEN, UNINITIALIZED,
  RETURNED: Symbol('returned'),
  decoding: false,
  record, rerecord, left, badState,
  stamp,
  asyncFrame, asyncBorn, await: awaiting, asyncReturn, asyncLeft, generation: currentGeneration, never,
  generatorCall, asyncGeneratorCall, asyncFunction, generatorFunction, asyncGeneratorFunction, generatorOf,
  newPromise: (constructor: unknown, executor: unknown): unknown =>
    constructor === NativePromise ? newPromise(executor) : new (constructor as PromiseConstructor)(executor as () => void),
  rename,
  fixed (module: LiveModule, site: number, fn: object): void {
    if (typeof fn !== 'function') return
    nameFunction(fn, module, site)
  },

  // classes and literals
  classDefined (type: ClassEntry['type'], module: LiveModule, site: number, captures: readonly unknown[], members: readonly MemberTuple[], access: PrivateAccess | 0, statics: StaticAccess | 0): void {
    const entry = defineClass(type, module, site, members, access, statics)
    for (let index = 0; index < members.length; index++) rememberMethod(entry.members[index], module, members[index][0])
    if (module.sites[site].make === undefined) nameClass(entry)
    else stamp(type, module, site, captures)
  },
  members: <T extends object>(object: T, module: ModuleSites, captures: readonly unknown[], members: readonly MemberTuple[]): T => {
    stampMembers(object, module, captures, members)
    for (let index = 0; index < members.length; index++) rememberMethod(memberOfLiteral(object, index), module, members[index][0])
    return object
  },
  member: memberOfLiteral,
  construct: throughConstruct, install, constructed, constructedDerived, superGet, superSet,

  // values, patterns, iteration
  initialized, constant, ignored, self: requireThis, notCallable, notConstructor, requireObject, propertyKey, restOf,
  plainArray, iterationMethod, asyncIterationMethod, checkedIterator, checkedResult, methodOf, noThrowMethod, append, forInKeys, isForInKey, passed, stepsDirectly, throughStep,

  // modules
  esm, builtins,
  require: (node: NodeModule, require: Require) => makeRequire(require, node),
}

function rememberMethod (fn: object | undefined, module: ModuleSites, site: number): void {
  if (fn === undefined) return
  dressSite(fn, module, site)
  const { kind } = module.sites[site]
  if (kind === 'generator' || kind === 'async-generator') rememberGenerator(fn, module, site)
}

interface SharedRuntime {
  readonly flag: Int32Array
  readonly poll: () => void
  readonly abi: typeof operations
  readonly cjs: typeof cjs
}

const key = Symbol.for('reprise.runtime.1')
const shared = (globalThis as Record<symbol, unknown>)[key] as SharedRuntime | undefined ?? { flag, poll, abi: operations, cjs }
if (!(key in globalThis)) Object.defineProperty(globalThis, key, { value: shared })

const { abi: sharedAbi, flag: sharedFlag, poll: sharedPoll, cjs: sharedCjs } = shared
export { sharedAbi as abi, sharedFlag as flag, sharedPoll as poll, sharedCjs as cjs }
