/**
 * The core of a run: what a poll leads to, what a snapshot's bytes hold, and how a new process takes them up. It knows no
 * store and no options; those are the lifecycle's (checkpoint/).
 */
import { abi } from './abi.js'
import { ABANDON, driverDepth, setOnCapture } from './restore/drive.js'
import { Frame } from './restore/frame.js'
import { defineBuiltinKinds, installBuiltins } from './builtins/index.js'
import { setBegunTest } from './capture/native-frames.js'
import { checkCode } from './code/check-code.js'
import { saveCode } from './code/saved-code.js'
import { forgetUses, type ModuleUse } from './code/used-code.js'
import { captureStatics, forgetStatics } from './code/classes.js'
import { NOTHING, RefusedError, TORTURE, type Checkpointer, type PreparedRun, type RunPlan, type Wish } from './checkpoint/core-contract.js'
import { pathOfText } from './code/texts.js'
import { decode, defineInternal, defineKind, encode, RestoreMismatchError, type Decoded } from './encoding/index.js'
import { NotNow } from './encoding/errors.js'
import { mapList } from './encoding/natives.js'
import { nameIntrinsics } from './encoding/intrinsics.js'
import { BodyFrame } from './modules/commonjs.js'
import { currentRestoration } from './modules/current-restoration.js'
import { dynamicImports, ImportOperation, jsonModules, resumeImports } from './modules/dynamic-imports.js'
import { checkFailures } from './modules/failures.js'
import { saveTree } from './modules/module-tree.js'
import { createNaming } from './modules/naming.js'
import { beginModules, dropModules } from './modules/live-module.js'
import { isOwnModule, noteOwnModules } from './modules/node-modules.js'
import { nextMoment } from './modules/order.js'
import { builtinModules, forgetModules, liveModules, moduleById, nameOfModulePart } from './modules/registry.js'
import { forgetRequired, installCreateRequire, requireKind, requireResolveKind } from './modules/require.js'
import { withoutQuery } from './code/source-maps.js'
import { beginRestoration } from './modules/restoration.js'
import { saveModule, type SavedModules } from './modules/saved.js'
import { setPollPolicy, withoutPolls } from './poll.js'
import { installStackTraces } from './restore/stack-traces.js'
import { askMaker } from './tasks/runtime-functions.js'
import { captureTasks, defineTaskKinds, dropTasks, installTasks } from './tasks/index.js'

const naming = createNaming(abi)

let installCompiled: () => void
let nameSpecification: () => void
/** Once, before `prepareRun` and before any hooks of the loader: they call the runtime as soon as they are evaluated. */
export async function loadCompiledBuiltins (): Promise<void> {
  ({ installCompiled, nameSpecification } = await import('./builtins/install-compiled.js'))
}

export async function prepareRun (plan: RunPlan): Promise<PreparedRun> {
  const { restoreFrom, restoreCode, checkpointer } = plan
  const checked = restoreFrom === undefined || restoreCode === undefined ? undefined : checkCode(restoreCode, plan.code, plan.codeStore, builtinModules)
  // Before anything gets its name: what the program finds at `Promise.all` is ours.
  installTasks()
  installBuiltins()
  installCompiled()
  installCreateRequire()
  noteOwnModules()
  nameIntrinsics()
  nameSpecification()
  defineTaskKinds()
  defineBuiltinKinds()
  defineKind(requireKind)
  defineKind(requireResolveKind)
  defineInternal('Frame', Frame)
  defineInternal('BodyFrame', BodyFrame)
  defineInternal('ImportOperation', ImportOperation)
  if (restoreFrom !== undefined) restore(restoreFrom, plan)
  installStackTraces()
  for (const key of Reflect.ownKeys(globalThis)) globalKeys.add(key)
  setBegunTest(file => moduleById(withoutQuery(file)) !== undefined)
  listen(checkpointer)
  if (checked !== undefined) for (const note of checked.notes) plan.say(note)
  const savedCode = (): readonly ModuleUse[] => saveCode(liveModules(), builtinModules, plan.codeStore)
  return { encodeState, savedCode, isIdle: () => driverDepth() === 0 && currentRestoration() === undefined && liveModules().length > 0 }
}

function listen (checkpointer: Checkpointer): void {
  let wish: Wish = NOTHING
  setPollPolicy({
    wanted: () => (wish = checkpointer.shouldCheckpoint()) !== NOTHING,
    postponed: refusal => checkpointer.postponed(refusal)
  })
  setOnCapture(stack => withoutPolls(() => {
    if (wish === TORTURE) return rebuild(stack, checkpointer)
    checkpointer.takeSnapshot(stack)
  }))
}

// ---- torture: the state goes through its bytes within the process

let generation = 0
let reload: ((generation: number) => void) | undefined
/** How the program's main module is evaluated anew. */
export function setReload (start: (generation: number) => void): void { reload = start }

const { setImmediate: nativeSetImmediate } = globalThis

/** Everything that the program holds is dropped; newer modules take it up from the bytes when the stack has been left. */
function rebuild (stack: readonly Frame[], checkpointer: Checkpointer): typeof ABANDON | void {
  if (reload === undefined) return
  let bytes: Uint8Array
  try {
    bytes = encodeState(stack)
  } catch (error) {
    if (error instanceof NotNow) checkpointer.postponed({ reason: error.message, where: error.where })
    else checkpointer.tortureFailed(error)
    return
  }
  checkpointer.tortured(bytes.length)
  dropTasks()
  dropModules()
  const start = reload
  nativeSetImmediate(() => {
    // Not before: Node's loader may have to do with the old ones to the end of what it is about.
    forgetRequired(node => !isOwnModule(node) && (isCompiled(node) || node.filename?.endsWith('.json')))
    forgetModules()
    forgetStatics()
    beginModules()
    withoutPolls(() => { restore(bytes) })
    start(++generation)
  })
  return ABANDON
}

const isCompiled = (node: object): boolean => nameOfModulePart(node)?.startsWith('module:') === true

/** Frames, tasks and modules, and the heap that they reach. */
export function encodeState (stack: readonly Frame[]): Uint8Array {
  nameIntrinsics()
  forgetUses()
  const roots: Record<string, unknown> = {}
  roots.stack = [...stack]
  roots.tasks = captureTasks(isKept)
  roots.statics = captureStatics()
  roots.globals = captureGlobals()
  const owner = ownerOf(stack)
  roots.owner = owner
  checkFailures(owner)
  const live = liveModules()
  for (const [name, value] of jsonModules()) roots[name] = value
  const modules: SavedModules = { modules: mapList(live, module => saveModule(module, roots)), imports: dynamicImports(), tree: saveTree(live, roots), moment: nextMoment() }
  // As text, since it is read before the heap is filled.
  roots.modules = JSON.stringify(modules)
  return encode(roots, naming)
}

function isKept (callback: object): boolean {
  return naming.closureOf(callback) !== undefined || naming.nameOf(callback) !== undefined || naming.memberOf(callback) !== undefined || askMaker(callback) !== undefined
}

/** What stood on the global object before the program began; later keys are the program's. */
const globalKeys = new Set<string | symbol>()

function captureGlobals (): [string | symbol, unknown][] {
  const captured: [string | symbol, unknown][] = []
  for (const key of Reflect.ownKeys(globalThis)) {
    const descriptor = globalKeys.has(key) ? undefined : Reflect.getOwnPropertyDescriptor(globalThis, key)
    if (descriptor !== undefined && 'value' in descriptor && descriptor.configurable === true) captured.push([key, descriptor.value])
  }
  return captured
}

function restoreGlobals (captured: readonly (readonly [string | symbol, unknown])[]): void {
  for (const [key] of captureGlobals()) Reflect.deleteProperty(globalThis, key)
  for (const [key, value] of captured) Reflect.defineProperty(globalThis, key, { value, writable: true, enumerable: true, configurable: true })
}

/** The module whose body stands at the bottom of the stack, if one does. */
function ownerOf (stack: readonly Frame[]): string | undefined {
  const root = stack[0]
  if (root === undefined) return undefined
  if (root instanceof BodyFrame) return root.module
  return root.site.kind === 'segment' && !('promise' in root) ? root.site.module.id : undefined
}

/** `plan`: the snapshot comes from an earlier process, of which this one's program may be another. */
function restore (bytes: Uint8Array, plan?: RunPlan): void {
  const misfit = (...details: string[]): never => {
    const error = new RefusedError('RP3107', details, { old: plan?.restoreCode !== undefined && plan.code !== 'old', new: false })
    if (plan === undefined) throw error
    return plan.refuse(error)
  }
  const decoded = refusing(decode(bytes, naming), misfit)
  const modules = JSON.parse(decoded.root('modules') as string) as SavedModules
  beginRestoration({
    decoded,
    modules,
    isMain: module => pathOfText(module.id) === plan?.program,
    onCompleted () {
      resumeImports(modules.imports)
      restoreGlobals(decoded.root('globals') as [string | symbol, unknown][])
    },
    onMissing: ids => misfit(...ids.map(id => `${pathOfText(id)} is not loaded any more`))
  })
}

/** What the snapshot names and the program does not have, Node's built-ins included, ends the start. */
function refusing (decoded: Decoded, misfit: (detail: string) => never): Decoded {
  const guard = <Result>(read: () => Result): Result => {
    try {
      return read()
    } catch (error) {
      if (error instanceof RestoreMismatchError) return misfit(error.message)
      throw error
    }
  }
  return { keys: decoded.keys, has: key => decoded.has(key), root: key => guard(() => decoded.root(key)), fill: () => { guard(() => { decoded.fill() }) } }
}
