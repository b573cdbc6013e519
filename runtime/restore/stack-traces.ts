/**
 * Stack traces read as if reprise were not there: the user's names and lines, no frame of the runtime, and below the frames
 * on the native stack those that wait on the heap since a capture.
 *
 * `Error.prepareStackTrace` becomes an accessor, since Node asks that property whenever a trace is first read. It gives a
 * formatter that puts our list together, then calls what the program has assigned, or Node's own. Each function that the
 * program assigns has a formatter of its own, so that reading the property and assigning what was read restores the state.
 * Nothing is done where no trace is read; compiled code without errors does not come here.
 *
 * A trace is formatted when it is first read, and by then the frames on the heap may have gone on. The driver therefore calls
 * `keepHeapFrames` when an error leaves the top frame.
 */
import { errorHooks } from './error-hooks.js'
import {
  columnOf, fileNameOf, functionNameOf, isAsyncMarker, isConstructorCall, lineOf, positionOf, siteToString, type CallSite
} from '../capture/call-sites.js'
import { markAt } from '../capture/marks.js'
import type { Site } from '../code/site.js'
import { isMachineName, isSegmentName, nameForUsers } from '../code/emitted-names.js'
import { BUILTIN_IDS, isBuiltinFile, isRuntimeFile } from '../code/own-files.js'
import { sourcePosition, withoutQuery } from '../code/source-maps.js'
import { textOf } from '../code/texts.js'
import { apply, defineOwn, functionToString, getOwn, isObject, SafeMap, SafeWeakMap, uncurry } from '../encoding/natives.js'
import { moduleById } from '../modules/registry.js'
import { currentHeapStack } from './drive.js'
import { Frame } from './frame.js'
import { shownBuiltin } from './shown-builtin.js'
import { labelOf, ShownSite, shownFrame, showSite, type Shown } from './shown-site.js'

type Trace = (CallSite | ShownSite)[]
type Formatter = (error: unknown, trace: Trace) => unknown

const { min } = Math
const NativeError = Error
const errorToString = uncurry(Error.prototype.toString)
const startsWith = uncurry(String.prototype.startsWith)
const indexOf = uncurry(String.prototype.indexOf)
const lastIndexOf = uncurry(String.prototype.lastIndexOf)
const slice = uncurry(String.prototype.slice)
const exec = uncurry(RegExp.prototype.exec)
const replace = uncurry(String.prototype.replace) as unknown as (text: string, searched: string, replacement: string) => string
const forEachLoop = uncurry(Map.prototype.forEach) as (loops: Site['loops'], visit: (loop: unknown) => void) => void
const getPoint = uncurry(Map.prototype.get) as (points: Site['points'], pc: number) => { line: number, column: number } | undefined


// ---- The accessor

let nodeFormatter: Formatter | undefined
let assigned: unknown
const formatters = new SafeWeakMap<object, Formatter>()
const assignedOf = new SafeWeakMap<object, { readonly value: unknown }>()
const plainFormatter = formatterFor(undefined)

export function installStackTraces (): void {
  errorHooks.left = keepHeapFrames
  errorHooks.awaited = keepAwaiting
  const before = getOwn(Error, 'prepareStackTrace')
  if (before !== undefined && (before.get !== undefined || before.configurable !== true)) return
  const found: unknown = before?.value
  // Node's own stands there already; anything else was put there by a tool that was loaded before us.
  if (typeof found === 'function' && found.name === 'ErrorPrepareStackTrace') nodeFormatter = found as Formatter
  else assigned = found
  defineOwn(Error, 'prepareStackTrace', {
    configurable: true,
    enumerable: false,
    get: () => typeof assigned === 'function' ? formatterFor(assigned as Formatter) : plainFormatter,
    set: (value: unknown) => {
      const known = isObject(value) ? assignedOf.get(value) : undefined
      assigned = known === undefined ? value : known.value
    },
  })
}

function formatterFor (chosen: Formatter | undefined): Formatter {
  const known = chosen === undefined ? undefined : formatters.get(chosen)
  if (known !== undefined) return known
  const formatter: Formatter = {
    ErrorPrepareStackTrace (error: unknown, trace: Trace): unknown {
      const shown = showTrace(error, trace)
      return chosen === undefined ? formatPlainly(error, shown) : apply(chosen, NativeError, [error, shown])
    }
  }.ErrorPrepareStackTrace
  assignedOf.set(formatter, { value: chosen })
  if (chosen !== undefined) formatters.set(chosen, formatter)
  return formatter
}

/** Node's formatter maps positions itself where source maps are enabled; those of ours are mapped already. */
function formatPlainly (error: unknown, trace: Trace): unknown {
  if (nodeFormatter !== undefined && !holdsShown(trace)) return nodeFormatter(error, trace)
  const header = headerOf(error)
  let text = header
  for (let index = 0; index < trace.length; index++) {
    const site = trace[index]
    text += ShownSite.is(site) ? `\n    at ${site.toString()}` : nativeLine(error, site, header)
  }
  return text
}

function headerOf (error: unknown): string {
  if (nodeFormatter !== undefined) return nodeFormatter(error, []) as string
  try { return errorToString(error as Error) } catch { return '<error>' }
}

function nativeLine (error: unknown, site: CallSite, header: string): string {
  if (nodeFormatter !== undefined && mapsAreEnabled()) {
    const text = nodeFormatter(error, [site])
    if (typeof text === 'string' && startsWith(text, header)) return slice(text, header.length)
  }
  return `\n    at ${siteToString(site)}`
}

const mapsAreEnabled = (): boolean => (process as { sourceMapsEnabled?: boolean }).sourceMapsEnabled === true

function holdsShown (trace: Trace): boolean {
  for (let index = 0; index < trace.length; index++) if (ShownSite.is(trace[index])) return true
  return false
}

// ---- The frames

/** What waited on the heap when the error left the frame at the top of the native stack; innermost first. */
const kept = new SafeWeakMap<object, Shown[]>()

/** Called by the driver with the first frame below; `stack` is outermost first. */
export function keepHeapFrames (error: unknown, stack: readonly Frame[]): void {
  if (stack.length > 0 && isObject(error) && !kept.has(error)) kept.set(error, showFrames(stack))
}

/** Who awaited the frame that an error has left, innermost first: V8 knows of them only that the runtime stepped them. */
const keptAwaiting = new SafeWeakMap<object, Shown[]>()

/** Called when an error ends an async frame after an await; the frame's waiters are still those of its promise. */
export function keepAwaiting (error: unknown, frame: Frame & Awaited): void {
  if (!isObject(error) || keptAwaiting.has(error)) return
  const limit = stackTraceLimit()
  const shown: Shown[] = []
  let waiter: unknown = frame.reactions
  // V8 too follows a promise only where one function awaits it.
  while (waiter instanceof Frame && shown.length < limit) {
    const view = shownFrame(waiter)
    if (view !== undefined) shown[shown.length] = { ...view, label: view.functionName === null ? undefined : view.label, isAsync: true }
    waiter = (waiter as Frame & Awaited).reactions
  }
  if (shown.length > 0) keptAwaiting.set(error, shown)
}

/** An async frame is the record of its promise. */
interface Awaited { readonly reactions?: unknown }

function showFrames (stack: readonly Frame[]): Shown[] {
  const limit = stackTraceLimit()
  const shown: Shown[] = []
  for (let index = stack.length - 1; index >= 0 && shown.length < limit; index--) {
    const frame = shownFrame(stack[index])
    if (frame !== undefined) shown[shown.length] = frame
  }
  return shown
}

function stackTraceLimit (): number {
  const limit: unknown = getOwn(NativeError, 'stackTraceLimit')?.value
  return typeof limit === 'number' ? limit : 0
}

function showTrace (error: unknown, trace: Trace): Trace {
  const shown: Trace = []
  let isChanged = false
  /** The frame of a module's body follows its segment, which has the same place and more of it. */
  let hidesBody = false
  for (let index = 0; index < trace.length; index++) {
    const site = trace[index]
    if (ShownSite.is(site)) return trace
    const file = fileNameOf(site)
    if (typeof file !== 'string' || file === '' || startsWith(file, 'node:')) {
      hidesBody = false
      shown[shown.length] = site
      continue
    }
    if (isRuntimeFile(file)) {
      isChanged = true
      const name = lastName(functionNameOf(site))
      if (!startsWith(name, 'root')) continue
      hidesBody = isSegment(shown[shown.length - 1])
      if (index > 0 && isResumption(trace[index - 1])) {
        const frames = (isObject(error) ? kept.get(error) : undefined) ?? showFrames(currentHeapStack())
        for (let frame = 0; frame < frames.length; frame++) shown[shown.length] = new ShownSite(frames[frame])
        const outermost = frames[frames.length - 1]
        if (outermost !== undefined && outermost.functionName === null) hidesBody = true
      }
      continue
    }
    if (isBuiltinFile(file)) {
      isChanged = true
      hidesBody = false
      const view = showBuiltin(site, file)
      if (view !== undefined) shown[shown.length] = view
      continue
    }
    if (!isCompiled(file)) {
      shown[shown.length] = site
      continue
    }
    isChanged = true
    // Of an await V8 has the function that is in the text now, which the compiler has put there.
    if (isAsyncMarker(site)) continue
    const name = functionNameOf(site)
    const isBody = hidesBody && (name === null || name === '')
    hidesBody = false
    if (isBody) continue
    const view = showNative(site, file, name)
    if (view !== undefined) shown[shown.length] = view
  }
  if (!isChanged) return trace
  const awaiting = isObject(error) ? keptAwaiting.get(error) : undefined
  if (awaiting !== undefined) for (let index = 0; index < awaiting.length; index++) shown[shown.length] = new ShownSite(awaiting[index])
  shown.length = min(shown.length, stackTraceLimit())
  return shown
}

function isResumption (site: CallSite | ShownSite): boolean {
  const file = ShownSite.is(site) ? undefined : fileNameOf(site)
  return typeof file === 'string' && isRuntimeFile(file) && startsWith(lastName(functionNameOf(site as CallSite)), 'resume')
}

function isSegment (site: CallSite | ShownSite | undefined): boolean {
  return ShownSite.is(site) && site.getFunctionName() === null
}

function lastName (name: string | null): string {
  return name === null ? '' : slice(name, lastIndexOf(name, '.') + 1)
}

const compiled = new SafeMap<string, boolean>()
function isCompiled (script: string): boolean {
  const file = withoutQuery(script)
  let known = compiled.get(file)
  if (known === undefined) {
    known = textOf(file) !== undefined
    compiled.set(file, known)
  }
  return known
}

// ---- Names and places

/** Sites by the name of their machine or loop, which stands in the text of the arrow that the module hands to the runtime. */
const machines = new SafeWeakMap<readonly Site[], SafeMap<string, Site>>()

function siteOf (file: string, machine: string): Site | undefined { return siteIn(withoutQuery(file), machine) }

function siteIn (id: string, machine: string): Site | undefined {
  const module = moduleById(id)
  if (module === undefined) return undefined
  const { sites } = module
  let byMachine = machines.get(sites)
  if (byMachine === undefined) {
    byMachine = new SafeMap()
    for (let index = 0; index < sites.length; index++) {
      const site = sites[index]
      addMachine(byMachine, site.resume, site)
      forEachLoop(site.loops, loop => addMachine(byMachine!, loop, site))
    }
    machines.set(sites, byMachine)
  }
  return byMachine.get(machine)
}

function addMachine (byMachine: SafeMap<string, Site>, machine: unknown, site: Site): void {
  if (typeof machine !== 'function') return
  const called = exec(/=>\s*([\w$\u0080-\uffff]+)\(/, functionToString(machine))
  const name = called === null ? machine.name : called[1]
  byMachine.set(name, site)
  if (site.kind === 'async') byMachine.set(replace(name, '$resume', '$async'), site)
}

function showBuiltin (site: CallSite, file: string): ShownSite | undefined {
  const name = functionNameOf(site)
  const symbol = name === null ? -1 : indexOf(name, '[Symbol.')
  const inner = symbol > 0 ? slice(name!, symbol) : symbol === 0 ? name! : lastName(name)
  const id = `${BUILTIN_IDS}${slice(file, lastIndexOf(file, '/') + 1, -3)}`
  const resumed = isMachineName(inner) ? siteIn(id, inner) : undefined
  if (resumed === undefined && isMachineName(inner)) return undefined
  const known = resumed ?? methodIn(id, inner)
  const shown = known === undefined ? undefined : shownBuiltin(known, undefined, resumed === undefined ? labelOf(site) : undefined)
  return shown === undefined ? undefined : new ShownSite(shown, site)
}

function methodIn (id: string, name: string): Site | undefined {
  const sites = moduleById(id)?.sites
  for (let index = 0; sites !== undefined && index < sites.length; index++) if (sites[index].name === name) return sites[index]
  return undefined
}

/** Undefined for the arrow through which the driver calls a machine. */
function showNative (site: CallSite, file: string, name: string | null): ShownSite | undefined {
  const text = textOf(file)
  const mark = text === undefined ? undefined : markAt(text, positionOf(site))
  if (mark?.form === 'forward' || mark?.form === 'machine' || mark?.form === 'start') return undefined
  const place = sourcePosition(file, lineOf(site) ?? 1, columnOf(site) ?? 1)
  const inner = lastName(name)
  const known = isMachineName(inner) ? siteOf(file, inner) : undefined
  if (known !== undefined) {
    const point = mark === undefined ? undefined : getPoint(known.points, mark.pc)
    return new ShownSite(point === undefined ? { ...showSite(known, place), ...place } : showSite(known, point), site)
  }
  const functionName = nameForUsers(name)
  const isBody = isSegmentName(inner)
  const native = labelOf(site)
  const label = isBody && !startsWith(file, 'file:') ? 'Object.<anonymous>' : functionName === null || native === undefined ? undefined : nameForUsers(native) ?? undefined
  return new ShownSite({ ...place, label, functionName, isConstructor: isConstructorCall(site) }, site)
}
