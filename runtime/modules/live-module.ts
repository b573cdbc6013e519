/**
 * A compiled module of this process: its sites, its named functions, the steps that have run.
 *
 * A step is a top-level statement; `step` is the one that runs or ran last, ENDED when the body has ended. In a process that
 * restores, `target` is where the snapshot's body stood: what comes before it is skipped.
 */
import { kindOfEntry, siteEntries, siteOfEntry } from '../code/module-code.js'
import type { Machine, ModuleSites, Site } from '../code/site.js'
import { mapList } from '../encoding/natives.js'
import { dressSite } from '../code/classes.js'
import { ASYNC_POINT_BASE, POINT_BASE } from '../restore/frame.js'
import { nextMoment } from './order.js'

export type SiteTuple = readonly [
  layout: string, points: string, machine: Machine | 0, loops: Readonly<Record<number, Machine>> | 0, make: ((...captures: unknown[]) => object) | 0
]

/** What the compiler emits at the top of each module. */
export interface Descriptor {
  readonly abi: number
  /** By this string minified text is recognised. */
  readonly mark: string
  /** The identity of its functions and top-level statements: module-code.ts. */
  readonly code: string
  readonly sites: readonly SiteTuple[]
  /** Function declarations of the module's top, by site. */
  readonly functions: Readonly<Record<number, object>>
  /** CommonJS: segments' functions by step. */
  readonly segments?: Readonly<Record<number, () => unknown>>
  /** Names of variables whose values a snapshot holds, separated by blanks. */
  readonly variables: string
  get (name: string): unknown
  set (name: string, value: unknown): void
  /** Namespaces that the module imports, and `import()` as it means it. */
  readonly namespaces?: () => Readonly<Record<string, object>>
  readonly load?: (specifier: string, options?: object) => Promise<object>
  /** What it imports from JSON files, by specifier. */
  readonly json?: () => Readonly<Record<string, unknown>>
}

export const ENDED = -1

/** Thrown out of a module's text that must not go on: in torture the state has been taken over by newer modules. */
export const ABANDONED = Object.freeze(new Error('reprise: taken over'))

/** From the moment when torture drops a generation of modules to the one in which the next begins, bodies may still be called. */
let isDropped = false
export const areModulesDropped = (): boolean => isDropped
export function dropModules (): void { isDropped = true }
export function beginModules (): void { isDropped = false }

export class LiveModule implements ModuleSites {
  readonly id: string
  readonly sites: readonly Site[]
  readonly descriptor: Descriptor
  step = 0
  /** The step that was asked for last: it has begun, whether or not it came to its end. */
  askedStep = 0
  beganAt = nextMoment()
  /** 0 while it is in progress. */
  endedAt = 0
  target = 0
  /** Values of steps, for constants that a new process takes over. */
  readonly values = new Map<number | string, unknown>()
  readonly functions = new Map<number, object>()
  readonly classes: object[] = []

  constructor (id: string, descriptor: Descriptor) {
    this.id = id
    this.descriptor = descriptor
    const entries = siteEntries(descriptor.code)
    this.sites = mapList(descriptor.sites, (tuple, index) => makeSite(this, index, entries[index], tuple))
    for (const key of Object.keys(descriptor.functions)) {
      const index = Number(key)
      const fn = descriptor.functions[index]
      this.functions.set(index, fn)
      dressSite(fn, this, index)
    }
  }

  ended (at = nextMoment()): void {
    this.step = ENDED
    this.endedAt = at
  }

  /** The variables of a top-level pattern, each by itself: an array would still be empty when the text asks for them. */
  keepParts (step: number, values: readonly unknown[]): readonly unknown[] {
    this.values.delete(step)
    for (let index = 0; index < values.length; index++) this.values.set(`${step}.${index}`, values[index])
    return values
  }

  parts (step: number, count: number): unknown[] {
    const parts: unknown[] = []
    for (let index = 0; index < count; index++) {
      const key = `${step}.${index}`
      if (!this.values.has(key)) this.values.set(key, this.savedValue(key))
      parts[index] = this.values.get(key)
    }
    return parts
  }

  protected savedValue (_key: number | string): unknown { return undefined }

  skip (step: number): boolean {
    this.askedStep = step
    return this.target === ENDED || step < this.target
  }
}

function makeSite (module: ModuleSites, index: number, entry: string, [layout, points, machine, loops, make]: SiteTuple): Site {
  let parsedName: string | undefined
  let parsedPoints: Map<number, { line: number, column: number, temporaries: number }> | undefined
  let parsedLayout: string[] | undefined
  return {
    module,
    index,
    kind: kindOfEntry(entry),
    get name () { return parsedName ??= siteOfEntry(entry).name },
    // Parsed when they are asked for: most functions are never captured.
    get layout () { return parsedLayout ??= layout === '' ? [] : layout.split(' ') },
    get points () { return parsedPoints ??= parsePoints(points, kindOfEntry(entry) === 'async' ? ASYNC_POINT_BASE : POINT_BASE) },
    resume: machine === 0 ? undefined : machine,
    loops: loops === 0 ? noLoops : new Map(mapList(Object.entries(loops), ([state, loop]) => [Number(state), loop])),
    make: make === 0 ? undefined : make
  }
}

const noLoops: ReadonlyMap<number, Machine> = new Map()

function parsePoints (text: string, base: number): Map<number, { line: number, column: number, temporaries: number }> {
  const points = new Map<number, { line: number, column: number, temporaries: number }>()
  if (text === '') return points
  const entries = text.split(' ')
  for (let index = 0; index < entries.length; index++) {
    const [line, column, temporaries] = mapList(entries[index].split(':'), Number)
    points.set(base + index + 1, { line, column, temporaries })
  }
  return points
}
