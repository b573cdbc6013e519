/** The compiled modules of this process, and the names of what belongs to them. */
import type { Site } from '../code/site.js'
import type { ClassEntry } from '../code/classes.js'
import type { LiveModule } from './live-module.js'

const modules = new Map<string, LiveModule>()
const order: LiveModule[] = []
const builtins: LiveModule[] = []
/** Sites, functions, classes, namespaces and `import.meta` by the object. */
const names = new WeakMap<object, string>()
const named = new Map<string, WeakRef<object>>()

export function register (module: LiveModule): void {
  const earlier = modules.get(module.id)
  if (earlier !== undefined) order.splice(order.indexOf(earlier), 1)
  modules.set(module.id, module)
  order.push(module)
  for (const site of module.sites) name(site, siteName(module.id, site.index))
  for (const [index, fn] of module.functions) name(fn, `function:${module.id}#${index}`)
}

/** Of the runtime itself, for good; they are no part of a snapshot. */
export function registerBuiltins (module: LiveModule): void {
  builtins.push(module)
  modules.set(module.id, module)
  for (const site of module.sites) name(site, siteName(module.id, site.index))
}

/** Modules of the runtime's own compiled built-ins. */
export const builtinModules: readonly LiveModule[] = builtins

/** How often a file was loaded as CommonJS: again when it has left the cache of `require`. */
const instances = new Map<string, number>()

export function instanceId (file: string): string {
  const count = (instances.get(file) ?? 0) + 1
  instances.set(file, count)
  return count === 1 ? file : `${file}#${count}`
}

/** In a new process the next instance is another one than those of the snapshot. */
export function noteInstance (id: string): void {
  const match = /#(\d+)$/.exec(id)
  const file = match === null ? id : id.slice(0, match.index)
  instances.set(file, Math.max(instances.get(file) ?? 0, match === null ? 1 : Number(match[1])))
}

export const moduleById = (id: string): LiveModule | undefined => modules.get(id)
/** In the order in which their bodies began. */
export const liveModules = (): readonly LiveModule[] => order

export function name (value: object, text: string): void {
  names.set(value, text)
  named.set(text, new WeakRef(value))
}

export function nameFunction (fn: object, module: LiveModule, site: number): void {
  module.functions.set(site, fn)
  name(fn, `function:${module.id}#${site}`)
}

export function nameClass ({ type, module, site }: ClassEntry): void {
  const owner = modules.get(module.id)
  if (owner === module) owner.classes.push(type)
  name(type, `class:${module.id}#${site}`)
}

export const nameOfModulePart = (value: object): string | undefined => names.get(value)
export const modulePartByName = (text: string): object | undefined => named.get(text)?.deref()

export const siteName = (id: string, index: number): string => `site:${id}#${index}`

export function siteOf (id: string, index: number): Site | undefined {
  return modules.get(id)?.sites[index]
}

/** Torture: the modules are evaluated anew. What is of the runtime itself stays. */
export function forgetModules (): void {
  for (const id of [...modules.keys()]) if (!id.startsWith(RUNTIME_IDS)) modules.delete(id)
  instances.clear()
  order.length = 0
  for (const text of [...named.keys()]) if (!text.startsWith(RUNTIME_IDS) && !text.startsWith(RUNTIME_SITES)) named.delete(text)
}
const RUNTIME_IDS = 'reprise:'
const RUNTIME_SITES = `site:${RUNTIME_IDS}`
