/** `import()`: what was imported, by whom and when, so that a new process imports it in the same order. */
import { promiseRecordOf } from '../tasks/index.js'
import { plainThen } from '../tasks/records.js'
import type { LiveModule } from './live-module.js'
import { moduleById, name } from './registry.js'
import { namespaceName } from './restoration.js'
import type { DynamicImport } from './saved.js'

const imports: DynamicImport[] = []

export const dynamicImports = (): readonly DynamicImport[] => imports
export function resumeImports (earlier: readonly DynamicImport[]): void {
  imports.length = 0
  imports.push(...earlier)
}

/** Starts an import; the promise can be kept in a snapshot, since importing again gives the same module. */
export function noteImport (importer: LiveModule, specifier: unknown): Promise<object> {
  const text = String(specifier)
  const promise = importer.descriptor.load!(text)
  const record = promiseRecordOf(promise)
  if (record !== undefined) record.operation = new ImportOperation(importer.id, text)
  const entry: DynamicImport = { importer: importer.id, specifier: text, step: importer.step }
  // Natively: the program's own reactions are the only ones that a snapshot knows.
  imports.push(entry)
  void plainThen(promise, namespace => {
    name(namespace as object, namespaceName(importer.id, text))
  }, () => { imports.splice(imports.indexOf(entry), 1) })
  return promise
}

/** A pending import, started again by a new process. */
export class ImportOperation {
  constructor (readonly importer: string, readonly specifier: string) {}

  start (): Promise<object> {
    const importer = moduleById(this.importer)
    return noteImport(importer!, this.specifier)
  }
}
