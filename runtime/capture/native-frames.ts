/**
 * Whether every frame between a poll and the root of its task can be captured; asked before the signal is thrown, since an
 * unwound `sort` cannot be put back.
 *
 * From the poll outward each frame must stand at a resume point, which the text that runs shows (marks.ts). Functions of the
 * runtime whose name begins with `through` record themselves or pass a result on unchanged, like the `resume` functions of
 * the trampoline; one whose name begins with `root` ends the walk. A frame without a file is a built-in.
 *
 * Some calls leave no frame at all: in optimised code parseInt, String, Math.floor, Reflect.get and isPrototypeOf are inlined,
 * and call a program's valueOf, getter or trap as if the program had; a spread iterates at the position of the call. For
 * those the function that was entered is compared with what the text calls. In doubt the capture waits.
 *
 * Microseconds on Node 20, 22, 26: 17, 15, 11 at depth 10; 1,100, 750, 640 at 1,000. The first capture of a process costs
 * about 10 ms more, for the realm of call-sites.ts and the patterns of marks.ts.
 */
import { fileURLToPath } from 'node:url'
import { nameForUsers } from '../code/emitted-names.js'
import { isBuiltinFile, isRuntimeFile } from '../code/own-files.js'
import { sourcePosition, withoutQuery } from '../code/source-maps.js'
import { textOf } from '../code/texts.js'
import { SafeMap, uncurry } from '../encoding/natives.js'
import { existsSync } from '../store/own-fs.js'
import { driverDepth } from '../restore/drive.js'
import { ASYNC_POINT_BASE } from '../restore/frame.js'
import {
  columnOf, fileNameOf, functionNameOf, isAsyncMarker, isConstructorCall, isEvalCode, lineOf, methodNameOf, positionOf,
  readCallSites, typeNameOf, type CallSite
} from './call-sites.js'
import { markAt, type Mark } from './marks.js'

export type RefusalKind = 'native-frame' | 'implicit-call' | 'uncompiled' | 'nested-root' | 'unknown-text'

export interface Refusal {
  readonly ok: false
  readonly kind: RefusalKind
  readonly reason: string
  /** The frame that holds it up: `Array.sort called at src/rows.ts:12`. */
  readonly where: string
}

export type Inspection = { readonly ok: true } | Refusal

const ok: Inspection = { ok: true }
const indexOf = uncurry(String.prototype.indexOf)
const lastIndexOf = uncurry(String.prototype.lastIndexOf)
const slice = uncurry(String.prototype.slice)
const startsWith = uncurry(String.prototype.startsWith)
const exec = uncurry(RegExp.prototype.exec)

const workingDirectory = `${process.cwd()}/`

/** Marks by file and position: read from the text once. */
const marksByFile = new SafeMap<string, SafeMap<number, Mark | undefined>>()

/** In a cycle of imports a function may be called before its module has begun: nothing knows it by name yet. */
let isBegun: (file: string) => boolean = () => true
export function setBegunTest (test: (file: string) => boolean): void { isBegun = test }

export function inspectStack (): Inspection {
  const sites = readCallSites(inspectStack)
  let atTop = true
  /** The frame that was entered from the present one, and whether it is of the runtime. */
  let inner: CallSite | undefined
  let innerIsRuntime = true
  let innerIsThrough = false
  for (let index = 0; index < sites.length; index++) {
    const site = sites[index]
    if (isAsyncMarker(site)) return noRoot(sites, index)
    const file = fileNameOf(site)
    if (typeof file !== 'string' || file === '' || startsWith(file, 'node:') || startsWith(file, 'wasm:')) {
      return refuse('native-frame', sites, index)
    }
    const mark = markOf(file, site)
    if (isRuntimeFile(file) && mark === undefined) {
      const name = lastPart(functionNameOf(site))
      if (startsWith(name, 'root')) return driverDepth() > 1 || holdsCompiled(sites, index) ? nestedRoot(sites, index) : ok
      const isThrough = startsWith(name, 'through') || startsWith(name, 'resume')
      // A method of the runtime that the program sees under its own name, `next`, only hands on to a `through` function, and
      // the function that a root was given, `() => callback()`, leaves all that follows to the root.
      if (!atTop && !isThrough && !innerIsThrough && !isRuntimeFunction(sites[index + 1], 'root')) return refuse('uncompiled', sites, index)
      innerIsThrough = isThrough
      innerIsRuntime = true
      inner = site
      if (isThrough) atTop = false
      continue
    }
    if (isEvalCode(site)) return refuse('uncompiled', sites, index)
    if (mark === undefined || (mark.form === 'machine' && !isRuntimeFunction(sites[index + 1], 'resume'))) {
      return refuse(textOf(file) !== undefined ? 'implicit-call' : isFile(file) ? 'uncompiled' : 'unknown-text', sites, index)
    }
    if (mark.form === 'forward' || mark.form === 'machine') continue
    if (mark.form === 'start') {
      inner = site
      innerIsRuntime = innerIsThrough = false
      continue
    }
    if (!isBuiltinFile(file) && !isBegun(file)) return refuse('uncompiled', sites, index)
    if (inner !== undefined && !isEnteredFrom(mark, inner, innerIsRuntime)) return refuse('implicit-call', sites, index)
    atTop = false
    inner = site
    innerIsRuntime = innerIsThrough = false
    if (mark.pc > ASYNC_POINT_BASE && isRootOfTask(sites, index)) return ok
  }
  return noRoot(sites, sites.length)
}

/**
 * An async function after an await: V8 runs it as a job, below which only Node's loop stands. In its first part, what stands in
 * the function's place has called it.
 */
function isRootOfTask (sites: CallSite[], index: number): boolean {
  if (driverDepth() > 0) return false
  for (index++; index < sites.length; index++) {
    if (isAsyncMarker(sites[index])) return true
    const file = fileNameOf(sites[index])
    if (typeof file === 'string' && file !== '' && !startsWith(file, 'node:')) return false
  }
  return true
}

/** Whether a function of the program stands below a root: it has begun a task in the middle of its own. */
function holdsCompiled (sites: CallSite[], root: number): boolean {
  for (let index = root + 1; index < sites.length; index++) {
    if (isAsyncMarker(sites[index])) return false
    const file = fileNameOf(sites[index])
    if (typeof file !== 'string' || file === '' || startsWith(file, 'node:')) continue
    const mark = markOf(file, sites[index])
    if (mark !== undefined && mark.pc > 0) return true
  }
  return false
}

function markOf (file: string, site: CallSite): Mark | undefined {
  // Torture's modules share a text.
  const plain = withoutQuery(file)
  let marks = marksByFile.get(plain)
  if (marks === undefined) {
    marks = new SafeMap()
    marksByFile.set(plain, marks)
  }
  const position = positionOf(site)
  const known = marks.get(position)
  if (known !== undefined || marks.has(position)) return known
  const text = textOf(file)
  const mark = text === undefined ? undefined : markAt(text, position)
  marks.set(position, mark)
  return mark
}

function isFile (name: string): boolean {
  return existsSync(startsWith(name, 'file:') ? pathOf(name) : name)
}

function isRuntimeFunction (site: CallSite | undefined, beginning: string): boolean {
  const file = site === undefined ? undefined : fileNameOf(site)
  return typeof file === 'string' && isRuntimeFile(file) && startsWith(lastPart(functionNameOf(site!)), beginning)
}

/** Built-ins that call a program's code only implicitly, and that optimised code inlines without a frame. */
const inlined = /^(?:parseInt|parseFloat|Number|String|BigInt|isNaN|isFinite|(?:Math|Number|Object|Promise|String)\..*|Reflect\.(?!apply$|construct$).*|.*\.isPrototypeOf)$/
const accessor = /^[gs]et /
/** Names of methods that conversions and the traps of proxies call. */
const implicit = /^(?:toString|valueOf|get|set|has|getPrototypeOf|getOwnPropertyDescriptor|ownKeys|\[Symbol\.(?:toPrimitive|hasInstance|toStringTag)\])$/

/** Whether `inner` is what the call at the mark has called, and not something that happened on the way. */
function isEnteredFrom ({ form, callee, name, hasSpread }: Mark, inner: CallSite, innerIsRuntime: boolean): boolean {
  const innerName = lastPart(functionNameOf(inner))
  const isNamed = name !== undefined && innerName === name
  if (hasSpread && !isNamed && !(form === 'new' && isConstructorCall(inner))) return false
  if (innerIsRuntime) return true
  // The `prototype` of a Proxy is read at the position of `new`, and a trap of `construct` may return what `new` refuses.
  if (form === 'new') return isConstructorCall(inner)
  if (exec(accessor, innerName) !== null) return false
  if (callee !== undefined && exec(inlined, callee) !== null) return false
  if (isNamed || exec(implicit, innerName) === null) return form !== 'member' || innerName !== 'get' || isNamed
  // `(o[key])(…)`: the name is not known, and nothing that is inlined is called so.
  return callee === undefined || methodNameOf(inner) === name
}

/** V8 infers `Row.prototype.toString` or `exports.parse` for functions without a name. */
function lastPart (name: string | null): string {
  if (name === null) return ''
  const symbol = indexOf(name, '[Symbol.')
  if (symbol >= 0) return slice(name, symbol)
  const dot = lastIndexOf(name, '.')
  return dot < 0 ? name : slice(name, dot + 1)
}

// ---- What is said of it

const reasons: Record<RefusalKind, string> = {
  'native-frame': 'a built-in or native function is calling back into the program',
  'implicit-call': 'a getter, setter, conversion, iterator or proxy trap is running',
  'uncompiled': 'code that reprise has not compiled is on the stack',
  'nested-root': 'a second task runs inside of another one',
  'unknown-text': 'the text of a script on the stack is not known',
}

function refuse (kind: RefusalKind, sites: CallSite[], index: number): Refusal {
  // Told only to who asks: most refusals are met by a second look a moment later, and the first place costs reading a source map.
  return { ok: false, kind, reason: reasons[kind], get where () { return whereOf(kind, sites, index) } }
}

function whereOf (kind: RefusalKind, sites: CallSite[], index: number): string {
  const site = sites[index]
  if (kind === 'native-frame') {
    const caller = callerOf(sites, index)
    return `${nameOf(site)} called${caller === undefined ? ' by Node.js' : ` at ${placeOf(caller)}`}`
  }
  if (kind === 'implicit-call' && index > 0) return `${nameOf(sites[index - 1])} run by ${nameOf(site)} at ${placeOf(site)}`
  return `${nameOf(site)} at ${placeOf(site)}`
}

function nestedRoot (sites: CallSite[], index: number): Refusal {
  const caller = callerOf(sites, index)
  return { ok: false, kind: 'nested-root', reason: reasons['nested-root'], where: caller === undefined ? 'Node.js' : `${nameOf(caller)} at ${placeOf(caller)}` }
}

/** The stack ends, or goes on only as V8's memory of awaits, and none of our roots has been met. */
function noRoot (sites: CallSite[], end: number): Refusal {
  const outermost = end > 0 ? sites[end - 1] : undefined
  return {
    ok: false,
    kind: 'native-frame',
    reason: 'Node.js runs this function as a callback without reprise',
    where: outermost === undefined ? 'Node.js' : `${nameOf(outermost)} at ${placeOf(outermost)}`
  }
}

/** The next frame outward that lies in a file of the program. */
function callerOf (sites: CallSite[], index: number): CallSite | undefined {
  for (index++; index < sites.length; index++) {
    const file = fileNameOf(sites[index])
    if (typeof file === 'string' && file !== '' && !startsWith(file, 'node:') && !isRuntimeFile(file) && !isBuiltinFile(file)) return sites[index]
  }
  return undefined
}

function nameOf (site: CallSite): string {
  const name = nameForUsers(functionNameOf(site))
  if (name === null) return 'an anonymous function'
  const file = fileNameOf(site)
  if (typeof file === 'string') return name
  const type = typeNameOf(site)
  return type === null || type === 'Object' || type === 'Function' || indexOf(name, '.') >= 0 || type === name ? name : `${type}.${name}`
}

function placeOf (site: CallSite): string {
  const file = fileNameOf(site)
  const line = lineOf(site)
  if (typeof file !== 'string' || line === null) return 'an unknown place'
  const source = sourcePosition(file, line, columnOf(site) ?? 1)
  const path = startsWith(source.file, 'file:') ? pathOf(source.file) : source.file
  const shown = startsWith(path, workingDirectory) ? slice(path, workingDirectory.length) : path
  return `${shown}:${source.line}`
}

function pathOf (url: string): string {
  try { return fileURLToPath(url) } catch { return url }
}
