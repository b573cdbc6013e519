/**
 * Restoring, seen from the modules: their bodies run again, skip what had run, and report when they have come to where they
 * stood. When none is missing, the heap is filled and the tasks go on.
 *
 *     module (skips)  ──reached──▶  all there?  ──▶  fill heap, set variables  ──▶  tasks, then the captured stack
 *
 * Modules that the program had imported dynamically are imported again in their order, each when its importer has come to
 * where it stood.
 */
import { filterList, mapList, someOf } from '../encoding/natives.js'
import type { Decoded } from '../encoding/index.js'
import { restoreStatics } from '../code/classes.js'
import type { Frame } from '../restore/frame.js'
import { inPhase, phaseOf, restoreTasks, resumeTask, type TaskRoots } from '../tasks/index.js'
import { ENDED, type LiveModule } from './live-module.js'
import { moduleById, name } from './registry.js'
import type { DynamicImport, SavedModule } from './saved.js'

export interface Restoration {
  /** Where a module stood; undefined for one that had not begun. */
  savedOf (id: string): SavedModule | undefined
  valueOf (id: string, step: number | string): unknown
  exportedOf (id: string, name: string): unknown
  /** CommonJS modules that had begun, in order. */
  readonly commonJs: readonly string[]
  reached (module: LiveModule): void
  /** A module is about to go on from where it stood: by now all others must be there. */
  expectAll (): void
  /** A module in progress whose segment is on the captured stack drives it itself. */
  takeStack (module: LiveModule): Frame[] | undefined
  /** Dynamic imports that had been made when this step of the importer began. */
  importsBefore (module: LiveModule, step: number): Promise<void> | undefined
  /** Imports what nobody imports statically. */
  finishImports (): Promise<void>
  /** Calls back as soon as the heap is filled, before anything of the program runs. */
  whenFilled (callback: () => void): void
  readonly completed: Promise<void>
}

const later = setImmediate

let current: Restoration | undefined
export const currentRestoration = (): Restoration | undefined => current
export function endRestoration (): void { current = undefined }

export interface RestorationPlan {
  readonly decoded: Decoded
  readonly saved: readonly SavedModule[]
  readonly imports: readonly DynamicImport[]
  /** Whether this is the module that Node was told to start. */
  isMain (module: LiveModule): boolean
  onCompleted (): void
  /** Modules had been loaded that the program does not load any more. */
  onMissing (ids: readonly string[]): never
}

export function beginRestoration ({ decoded, saved, imports, isMain, onCompleted, onMissing }: RestorationPlan): Restoration {
  const savedById = new Map(mapList(saved, module => [module.id, module] as const))
  const missing = new Set(savedById.keys())
  let isComplete = false
  let finishing: Promise<void> | undefined
  let announce: () => void
  let stack: Frame[] | undefined
  const pending = [...imports]
  const callbacks: (() => void)[] = []
  const completed = new Promise<void>(resolve => { announce = resolve })

  const complete = (): void => {
    isComplete = true
    decoded.fill()
    for (const { id } of saved) restoreVariables(id, decoded)
    restoreStatics((decoded.root('statics') as [object, unknown[]][]))
    stack = decoded.root('stack') as Frame[]
    current = undefined
    for (const callback of callbacks) callback()
    onCompleted()
    announce()
  }

  const goOn = (): void => {
    const frames = stack!
    stack = undefined
    const tasks = decoded.root('tasks') as TaskRoots
    inPhase(phaseOf(frames) ?? 'tick', () => {
      restoreTasks(tasks)
      if (frames.length > 0) resumeTask(frames)
    })
  }

  const finish = async (isAll: boolean): Promise<void> => {
    await (finishing ??= restoration.finishImports())
    if (isAll) expectAll()
  }

  const expectAll = (): void => { if (!isComplete) onMissing([...missing]) }

  const restoration: Restoration = {
    savedOf: id => savedById.get(id),
    valueOf: (id, step) => {
      const key = `value:${id}:${step}`
      return decoded.has(key) ? decoded.root(key) : undefined
    },
    exportedOf: (id, name) => decoded.root(`export:${id}:${name}`),
    commonJs: mapList(filterList(saved, module => module.isCommonJs), module => module.id),
    completed,
    whenFilled (callback) { callbacks.push(callback) },
    reached (module) {
      missing.delete(module.id)
      if (isComplete) return
      if (missing.size > 0) {
        // What the main module's graph does not import statically was imported later.
        if (pending.length > 0 || isMain(module)) later(() => { void finish(isMain(module)) })
        return
      }
      complete()
      const drivenBy = segmentOwner(saved, decoded)
      // The module whose segment stands at the bottom of the stack takes it when it gets there, in this very call.
      if (drivenBy !== module.id) goOn()
    },
    expectAll,
    takeStack (module) {
      if (!isComplete || stack === undefined || segmentOwner(saved, decoded) !== module.id) return undefined
      const frames = stack
      stack = undefined
      restoreTasks(decoded.root('tasks') as TaskRoots)
      return frames
    },
    importsBefore (module, step) {
      const due: DynamicImport[] = []
      while (pending.length > 0 && (pending[0].importer !== module.id || pending[0].step < step)) {
        const importer = moduleById(pending[0].importer)
        if (importer === undefined) break
        due.push(pending.shift()!)
      }
      return due.length === 0 ? undefined : loadAll(due)
    },
    async finishImports () {
      while (pending.length > 0) {
        const next = pending.shift()!
        if (moduleById(next.importer) !== undefined) await loadAll([next])
      }
    }
  }
  current = restoration
  return restoration
}

async function loadAll (imports: readonly DynamicImport[]): Promise<void> {
  for (const { importer, specifier } of imports) {
    const load = moduleById(importer)?.descriptor.load
    if (load === undefined) continue
    const namespace = await load(specifier)
    name(namespace, namespaceName(importer, specifier))
  }
}

export const namespaceName = (importer: string, specifier: string): string => `namespace:${importer}>${specifier}`

function segmentOwner (saved: readonly SavedModule[], decoded: Decoded): string | undefined {
  const owner = decoded.root('owner') as string | undefined
  return owner !== undefined && someOf(saved, ({ id, step }) => id === owner && step !== ENDED) ? owner : undefined
}

function restoreVariables (id: string, decoded: Decoded): void {
  const module = moduleById(id)
  if (module === undefined || !decoded.has(`variables:${id}`)) return
  const variables = decoded.root(`variables:${id}`) as [string, unknown][]
  for (const [variable, value] of variables) module.descriptor.set(variable, value)
}
