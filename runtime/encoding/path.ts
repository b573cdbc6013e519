/**
 * The path from a root to a value that cannot be kept: `main.ts#jobs[3].socket`. Only made on failure: the graph is walked
 * again, breadth first as the encoder does, and each object remembers from where it was first met.
 */
import {
  builtinKindOf, definedKindOf, internalKind, kindByChain, type ContentWriter, type Kind, type Visit
} from './kinds.js'
import type { Naming } from './naming.js'
import { getOwn, getPrototypeOf, hasOwn, isIndex, isObject, isProxy, ownKeys, SafeMap, symbolDescription } from './natives.js'

type Found = (child: unknown, label: string) => void
interface Origin { readonly parent: object | undefined, readonly label: string }

export function pathTo (roots: Record<string, unknown>, target: unknown, naming: Naming): string {
  const origins = new SafeMap<object, Origin>()
  const queue: object[] = []
  const visit = (parent: object | undefined, child: unknown, label: string): void => {
    if (!isObject(child) || origins.has(child)) return
    origins.set(child, { parent, label })
    queue[queue.length] = child
  }
  for (const key of ownKeys(roots)) visit(undefined, roots[key as string], String(key))
  for (let next = 0; next < queue.length && !origins.has(target as object); next++) {
    const parent = queue[next]
    try {
      children(parent, naming, (child, label) => visit(parent, child, label))
    } catch {}
  }
  return pathOf(target as object, origins)
}

function pathOf (target: object, origins: SafeMap<object, Origin>): string {
  const labels: string[] = []
  for (let step: object | undefined = target; step !== undefined;) {
    const origin: Origin | undefined = origins.get(step)
    if (origin === undefined) break
    labels[labels.length] = origin.label
    step = origin.parent
  }
  let path = ''
  for (let index = labels.length - 1; index >= 0; index--) path += labels[index]
  return path === '' ? '(a value of the runtime)' : path
}

function children (value: object, naming: Naming, found: Found): void {
  const isNamed = naming.nameOf(value) !== undefined || naming.memberOf(value) !== undefined
  if (isNamed && !naming.hasContent(value)) return
  if (isProxy(value)) return
  if (!isNamed && typeof value === 'function') {
    const captures = naming.closureOf(value)?.captures ?? []
    for (let index = 0; index < captures.length; index++) found(captures[index], `<captured ${index}>`)
  }
  if (!isNamed && typeof value !== 'function') contentOf(value, found)
  const keys = ownKeys(value)
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]
    const descriptor = getOwn(value, key)!
    const label = labelOf(key)
    if (hasOwn(descriptor, 'value')) {
      found(descriptor.value, label)
    } else {
      found(descriptor.get, `${label}<get>`)
      found(descriptor.set, `${label}<set>`)
    }
  }
  const brands = naming.brandsOf(value)
  for (let index = 0; index < brands.length; index++) {
    for (let field = 0; field < brands[index].values.length; field++) found(brands[index].values[field], `.#${field}`)
  }
  found(getPrototypeOf(value), '.__proto__')
}

function kindOf (value: object): Kind | undefined {
  const prototype = getPrototypeOf(value)
  const internal = prototype === null ? undefined : internalKind(prototype)
  const known = internal ?? builtinKindOf(value) ?? definedKindOf(value)
  if (known !== undefined) return known
  for (let step = prototype; step !== null && !isProxy(step); step = getPrototypeOf(step)) {
    const kind = kindByChain(step)
    if (kind?.test?.(value) === true) return kind
  }
  return undefined
}

function contentOf (value: object, found: Found): void {
  const kind = kindOf(value)
  if (kind === undefined || kind.name === 'array') return
  let position = 0
  const label = (): string => `<${kind.name} ${position++}>`
  const out: ContentWriter = { value: child => { found(child, label()) }, count () {}, double () {} }
  const visit: Visit = { has: () => true, blob: () => 0, touch () {}, refuse: () => { throw new Error('refused') } }
  const parts = kind.parts?.(value, visit) ?? []
  for (let index = 0; index < parts.length; index++) found(parts[index], label())
  kind.encode?.(value, out, visit)
}

const WORD = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u
const test = WORD.test.bind(WORD)

function labelOf (key: string | symbol): string {
  if (typeof key === 'symbol') return `[Symbol(${symbolDescription(key) ?? ''})]`
  if (isIndex(key)) return `[${key}]`
  return test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}
