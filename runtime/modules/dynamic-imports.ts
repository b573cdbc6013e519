/** `import()`: what was imported, by whom and when, so that a new process imports it in the same order. */
import { findIn, someOf } from '../encoding/natives.js'
import { promiseRecordOf } from '../tasks/index.js'
import { currentGeneration, plainThen } from '../tasks/records.js'
import { noteFailures } from './failures.js'
import type { LiveModule } from './live-module.js'
import { nextMoment } from './order.js'
import { liveModules, moduleById, name } from './registry.js'
import { namespaceName } from './current-restoration.js'
import type { DynamicImport } from './saved.js'

let imports: DynamicImport[] = []

export const dynamicImports = (): readonly DynamicImport[] => imports
export function resumeImports (earlier: readonly DynamicImport[]): void { imports = [...earlier] }

/** Starts an import; the promise can be kept in a snapshot, since importing again gives the same module. */
export function noteImport (importer: LiveModule, specifier: unknown, options?: unknown): Promise<object> {
  const promise = beginImport(importer, specifier, options)
  const record = promiseRecordOf(promise)
  if (record !== undefined) record.operation = new ImportOperation(importer.id, specifier, attributesOf(options))
  return promise
}

function beginImport (importer: LiveModule, specifier: unknown, options: unknown): Promise<object> {
  const load = importer.descriptor.load!
  let text: string
  try {
    text = `${specifier as string}`
  } catch (error) {
    return load({ toString () { throw error } } as unknown as string)
  }
  const promise = load(text, options as object)
  const attributes = attributesOf(options)
  const entry = knownEntry(importer.id, text) ?? addEntry(importer, text, attributes)
  const generation = currentGeneration()
  // Natively: the program's own reactions are the only ones that a snapshot knows.
  void plainThen(promise, namespace => {
    if (generation !== currentGeneration()) return
    nameNamespace(namespace as object, entry)
    entry.state = 'done'
  }, () => {
    if (generation !== currentGeneration() || entry.state === 'done') return
    // What has run before the failure must not run again.
    entry.state = 'failed'
    if (someOf(liveModules(), module => module.beganAt > entry.startedAt)) noteFailures()
    else imports.splice(imports.indexOf(entry), 1)
  })
  return promise
}

function knownEntry (importer: string, specifier: string): DynamicImport | undefined {
  return findIn(imports, entry => entry.importer === importer && entry.specifier === specifier)
}

function addEntry (importer: LiveModule, specifier: string, attributes: DynamicImport['attributes']): DynamicImport {
  const entry: DynamicImport = { importer: importer.id, specifier, attributes, step: importer.step, startedAt: nextMoment(), state: 'pending' }
  imports.push(entry)
  return entry
}

function attributesOf (options: unknown): DynamicImport['attributes'] {
  const attributes = (options as { with?: Record<string, string> } | undefined)?.with
  return attributes === undefined ? undefined : { ...attributes }
}

export function nameNamespace (namespace: object, { importer, specifier, attributes }: DynamicImport): void {
  name(namespace, namespaceName(importer, specifier))
  if (attributes?.type === 'json') nameJson((namespace as { default: unknown }).default, importer, specifier)
}

// ---- what comes from JSON files belongs to Node's loader, its content to the program

const json = new Map<string, object>()
export const jsonModules = (): ReadonlyMap<string, object> => json

export function nameJson (value: unknown, importer: string, specifier: string): void {
  if (typeof value !== 'object' || value === null) return
  const text = `json:${importer}>${specifier}`
  name(value, text)
  json.set(text, value)
}

/** A pending import, started again by a new process. */
export class ImportOperation {
  constructor (readonly importer: string, readonly specifier: unknown, readonly attributes: DynamicImport['attributes']) {}

  start (): Promise<object> {
    return beginImport(moduleById(this.importer)!, this.specifier, this.attributes === undefined ? undefined : { with: this.attributes })
  }
}
