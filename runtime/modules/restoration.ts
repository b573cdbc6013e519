/**
 * How modules come back (the contract stands in current-restoration.ts). Each comes in its own way:
 *
 *     ES modules that the main module imports       by Node's loader, in its order
 *     … that were imported dynamically              imported again, each when its importer has come to where it stood
 *     CommonJS                                      loaded by hand as soon as something of it is needed, at the latest when
 *                                                   all else is there; or by Node's loader where an ES module imports it
 */
import { filterList, findIn, findIndexIn, mapList, someOf, sortList } from '../encoding/natives.js'
import { pathToFileURL } from 'node:url'
import { restoreStatics } from '../code/classes.js'
import type { Decoded } from '../encoding/index.js'
import { resumeStack } from '../restore/drive.js'
import type { Frame } from '../restore/frame.js'
import { inPhase, phaseOf, restoreTasks, resumeTask, type TaskRoots } from '../tasks/index.js'
import { plainThen } from '../tasks/records.js'
import type { CommonJsModule } from './commonjs.js'
import { skipTo } from './commonjs-restore.js'
import { setRestoration, type Restoration } from './current-restoration.js'
import { nameNamespace } from './dynamic-imports.js'
import { ENDED, type LiveModule } from './live-module.js'
import { RestoredTree } from './module-tree.js'
import { loadNode, type NodeModule } from './node-modules.js'
import { laterThan } from './order.js'
import { moduleById, name, noteInstance } from './registry.js'
import type { DynamicImport, SavedModule, SavedModules } from './saved.js'

const later = setImmediate

export interface RestorationPlan {
  readonly decoded: Decoded
  readonly modules: SavedModules
  /** Whether this is the module that Node was told to start. */
  isMain (module: LiveModule): boolean
  onCompleted (): void
  /** Modules had been loaded that the program does not load any more. */
  onMissing (ids: readonly string[]): never
}

export function beginRestoration ({ decoded, modules, isMain, onCompleted, onMissing }: RestorationPlan): Restoration {
  const { modules: saved, imports, tree: savedTree, moment } = modules
  const savedById = new Map(mapList(saved, module => [module.id, module] as const))
  const missing = new Set(savedById.keys())
  const tree = new RestoredTree(savedTree)
  const pending = [...imports]
  const owner = segmentOwner(saved, decoded)
  const skipped = new Set<string>()
  const loading = new Map<NodeModule, string>()
  let hasBegun = false
  let isComplete = false
  /** How many wait for what is being imported. */
  let importing = 0
  /** Imports that have not come to their end. */
  let running = 0
  /** The main module has come to where it stood. */
  let hasMain = false
  let announce: () => void
  let stack: Frame[] | undefined
  const completed = new Promise<void>(resolve => { announce = resolve })
  laterThan(moment)
  for (const { id, isCommonJs } of saved) if (isCommonJs) noteInstance(id)

  /** ES modules that nobody has loaded yet. */
  const unseen = new Set(mapList(filterList(saved, module => !module.isCommonJs), ({ id }) => id))
  let allSeen: (() => void) | undefined

  const begins = (id: string): void => {
    unseen.delete(id)
    if (unseen.size === 0) allSeen?.()
    if (hasBegun) return
    hasBegun = true
    tree.loadNative()
  }

  // ---- CommonJS

  /** Its wrapper runs: what is hoisted exists, nothing else has happened. */
  const load = (id: string): CommonJsModule => {
    const known = moduleById(id)
    if (known !== undefined) return known as CommonJsModule
    const node = tree.node(tree.indexOfModule(id))
    loading.set(node, id)
    try {
      loadNode(node)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return onMissing([id])
      throw error
    }
    loading.delete(node)
    return moduleById(id) as CommonJsModule ?? onMissing([id])
  }

  const skip = (id: string): void => {
    if (skipped.has(id)) return
    skipped.add(id)
    skipTo(moduleById(id) as CommonJsModule, restoration)
    missing.delete(id)
  }

  /** In the order in which they had ended, those in progress last: each may mean what earlier ones have defined. */
  const inOrder = (wanted: (module: SavedModule) => boolean): SavedModule[] => {
    const chosen = filterList(saved, module => module.isCommonJs && !skipped.has(module.id) && wanted(module))
    const endOf = ({ endedAt, beganAt }: SavedModule): number => endedAt > 0 ? endedAt : moment + 1 + moment - beganAt
    return sortList(chosen, (a, b) => endOf(a) - endOf(b))
  }

  const loadCommonJs = (wanted: (module: SavedModule) => boolean = () => true): void => {
    const chosen = inOrder(wanted)
    for (const { id } of sortList([...chosen], (a, b) => a.beganAt - b.beganAt)) load(id)
    for (const { id } of chosen) skip(id)
  }

  // ---- all there?

  const complete = (): void => {
    isComplete = true
    tree.complete(index => decoded.root(`data:${index}`))
    decoded.fill()
    for (const { id } of saved) restoreVariables(id, decoded)
    restoreStatics((decoded.root('statics') as [object, unknown[]][]))
    stack = decoded.root('stack') as Frame[]
    setRestoration(undefined)
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

  /** Whether the heap is filled: then a module that drives the stack goes on by itself. */
  const settle = (by: string | undefined): void => {
    if (isComplete) return
    for (const id of missing) if (!savedById.get(id)!.isCommonJs) return importRest()
    // A namespace that is referred to may not have its name yet.
    const drives = by !== undefined && owner === by
    if (importing > 0 && !drives) return
    loadCommonJs()
    complete()
    if (!drives) goOn()
  }

  /** Nothing is on its way any more that could lead to what is missing. */
  const expectAll = (): void => {
    if (hasMain && pending.length === 0) later(() => { if (!isComplete && importing === 0 && running === 0) onMissing([...missing]) })
  }

  // ---- dynamic imports

  /** One that was still pending is begun and not waited for. */
  const importAgain = async (entry: DynamicImport): Promise<void> => {
    running++
    loadCommonJs(({ endedAt }) => endedAt > 0 && endedAt < entry.startedAt)
    const importer = moduleById(entry.importer)
    if (importer?.descriptor.load === undefined) { running--; return }
    const promise = importer.descriptor.load(entry.specifier, entry.attributes === undefined ? undefined : { with: entry.attributes })
    const named = plainThen(promise, namespace => { nameNamespace(namespace as object, entry) }, error => { if (entry.state === 'done') throw error })
    const isOver = (): void => { running--; expectAll() }
    void plainThen(named, isOver, isOver)
    if (entry.state !== 'pending') await named
  }

  const importRest = (): void => {
    if (importing > 0 || pending.length === 0) return
    importing++
    // The module's own text goes on before.
    later(() => {
      void (async () => {
        await importInOrder(pending.splice(0))
        importing--
        settle(undefined)
        expectAll()
      })()
    })
  }

  /** It may itself be on its way, by an import that is not waited for. */
  const importerIsThere = async ({ importer }: DynamicImport): Promise<void> => {
    while (moduleById(importer) === undefined && running > 0) await new Promise<void>(resolve => { later(resolve) })
  }

  /**
   * A module that stood in the middle of a synchronous part cannot wait for others: what leads to it comes last, when those
   * that wait at an await are there.
   */
  const importInOrder = async (entries: readonly DynamicImport[]): Promise<void> => {
    const leadsToOwner = (entry: DynamicImport): boolean => entry.state === 'pending' && owner !== undefined && unseen.has(owner) &&
      (filterList(entries, ({ state }) => state === 'pending').length === 1 || urlOf(entry) === owner)
    const last = findIn(entries, leadsToOwner)
    for (const entry of entries) {
      if (entry === last) continue
      await importerIsThere(entry)
      await importAgain(entry)
    }
    if (last === undefined) return
    for (let patience = 50; patience > 0 && unseen.size > 1; patience--) await new Promise<void>(resolve => { later(resolve) })
    await importAgain(last)
  }

  const restoration: Restoration = {
    completed,
    savedOf: id => savedById.get(id),
    valueOf: (id, step) => {
      const key = `value:${id}:${step}`
      return decoded.has(key) ? decoded.root(key) : undefined
    },
    exportedOf: (id, name) => decoded.root(`export:${id}:${name}`),
    begins,
    reached (module) {
      missing.delete(module.id)
      if (isMain(module)) hasMain = true
      settle(module.id)
      expectAll()
    },
    takeStack (module) {
      if (!isComplete || stack === undefined || owner !== module.id) return onMissing([...missing])
      const frames = stack
      stack = undefined
      restoreTasks(decoded.root('tasks') as TaskRoots)
      return frames
    },
    importsBefore (module, step) {
      const isDue = (entry: DynamicImport): boolean =>
        (entry.importer !== module.id || entry.step < step) && (entry.state !== 'pending' || owner === module.id) && moduleById(entry.importer) !== undefined
      const due = filterList(pending, isDue)
      if (due.length === 0) return undefined
      for (const entry of due) pending.splice(pending.indexOf(entry), 1)
      importing++
      return (async () => {
        for (const entry of due) await importAgain(entry)
        // A module that was being loaded beside us may be in the middle of its body.
        if (pending.length === 0 && someOf(due, ({ state }) => state === 'pending') && unseen.size > 0) await new Promise<void>(resolve => { allSeen = resolve })
        importing--
      })()
    },

    isLoading: node => loading.has(node),
    instanceOf: node => loading.get(node) ?? findIn(savedTree, ({ file, cached, module }) => file === node.filename && cached && module !== undefined)?.module,
    arrived (module) {
      begins(module.id)
      hasMain ||= isMain(module)
      const { endedAt, id } = savedById.get(module.id)!
      if (endedAt > 0) {
        loadCommonJs(other => other.endedAt > 0 && other.endedAt <= endedAt)
        return settle(id)
      }
      const mainWaits = someOf(saved, other => !other.isCommonJs && moduleById(other.id) === undefined)
      // What it has imported dynamically comes first; nothing waits for the return of a main module.
      if (mainWaits) return importRest()
      loadCommonJs()
      settle(id)
      if (owner === id && stack !== undefined) resumeStack(restoration.takeStack(module))
    },
    provide (id) {
      const entry = savedById.get(id)
      if (entry?.isCommonJs === true && !skipped.has(id)) {
        load(id)
        skip(id)
        return
      }
      if (moduleById(id) !== undefined) return
      const required = findIndexIn(savedTree, ({ kind, file }) => kind === 'esm' && (file === id || id === new URL(`file://${file}`).href))
      if (required !== -1) name(tree.requireEsm(required), `required:${savedTree[required].file}`)
    }
  }
  setRestoration(restoration)
  return restoration
}

function urlOf ({ specifier, importer }: DynamicImport): string | undefined {
  try { return new URL(specifier, importer.startsWith('/') ? pathToFileURL(importer) : importer).href } catch { return undefined }
}

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
