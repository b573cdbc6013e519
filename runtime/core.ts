/**
 * The core of a run: what a poll leads to, what a snapshot's bytes hold, and how a new process takes them up. It knows no
 * store and no options; those are the lifecycle's (checkpoint/).
 */
import { abi } from './abi.js'
import { setOnCapture } from './restore/drive.js'
import { Frame } from './restore/frame.js'
import { captureStatics } from './code/classes.js'
import { NOTHING, type Checkpointer, type PreparedRun, type RunPlan } from './checkpoint/core-contract.js'
import { decode, defineInternal, encode } from './encoding/index.js'
import { nameIntrinsics } from './encoding/intrinsics.js'
import { BodyFrame } from './modules/commonjs.js'
import { dynamicImports, ImportOperation, resumeImports } from './modules/dynamic-imports.js'
import { createNaming } from './modules/naming.js'
import { liveModules } from './modules/registry.js'
import { beginRestoration, currentRestoration } from './modules/restoration.js'
import { saveModule, type DynamicImport, type SavedModule } from './modules/saved.js'
import { setPollPolicy } from './poll.js'
import { installStackTraces } from './restore/stack-traces.js'
import { driverDepth } from './restore/drive.js'
import { askMaker } from './tasks/runtime-functions.js'
import { captureTasks, defineTaskKinds, installTasks } from './tasks/index.js'

const naming = createNaming(abi)

export async function prepareRun ({ restoreFrom, checkpointer }: RunPlan): Promise<PreparedRun> {
  nameIntrinsics()
  defineTaskKinds()
  defineInternal('Frame', Frame)
  defineInternal('BodyFrame', BodyFrame)
  defineInternal('ImportOperation', ImportOperation)
  if (restoreFrom !== undefined) restore(restoreFrom)
  installTasks()
  installStackTraces()
  listen(checkpointer)
  return { encodeState, isIdle: () => driverDepth() === 0 && currentRestoration() === undefined && liveModules().length > 0 }
}

function listen (checkpointer: Checkpointer): void {
  setPollPolicy({
    wanted: () => checkpointer.shouldCheckpoint() !== NOTHING,
    postponed: refusal => checkpointer.postponed(refusal)
  })
  setOnCapture(stack => { checkpointer.takeSnapshot(stack) })
}

/** Frames, tasks and modules, and the heap that they reach. */
export function encodeState (stack: readonly Frame[]): Uint8Array {
  nameIntrinsics()
  const roots: Record<string, unknown> = {}
  roots.stack = [...stack]
  roots.tasks = captureTasks(isKept)
  roots.statics = captureStatics()
  const modules = liveModules().map(module => saveModule(module, roots))
  // Texts, since they are read before the heap is filled.
  roots.modules = JSON.stringify(modules)
  roots.imports = JSON.stringify(dynamicImports())
  roots.owner = ownerOf(stack)
  return encode(roots, naming)
}

function isKept (callback: object): boolean {
  return naming.closureOf(callback) !== undefined || naming.nameOf(callback) !== undefined || naming.memberOf(callback) !== undefined || askMaker(callback) !== undefined
}

/** The module whose body stands at the bottom of the stack, if one does. */
function ownerOf (stack: readonly Frame[]): string | undefined {
  const root = stack[0]
  if (root === undefined) return undefined
  if (root instanceof BodyFrame) return root.module
  return root.site.kind === 'segment' && !('promise' in root) ? root.site.module.id : undefined
}

function restore (bytes: Uint8Array): void {
  const decoded = decode(bytes, naming)
  const modules = JSON.parse(decoded.root('modules') as string) as SavedModule[]
  const imports = JSON.parse(decoded.root('imports') as string) as DynamicImport[]
  beginRestoration(decoded, modules, imports, () => resumeImports(imports))
}
