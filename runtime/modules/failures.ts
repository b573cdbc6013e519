/**
 * ES modules whose body has thrown. Node keeps the error and rejects every later import with it, without running the body
 * again; so does a new process. Node's loader is asked for the error, since the text of a module has no place to catch it.
 */
import { plainThen } from '../tasks/records.js'
import { filterList } from '../encoding/natives.js'
import { NotNow } from '../encoding/errors.js'
import { EsModule } from './es-module.js'
import { ENDED } from './live-module.js'
import { liveModules } from './registry.js'

/** In a microtask none can be in progress, except those that wait at an await. */
export function noteFailures (): void {
  for (const module of failedModules(undefined)) {
    if (module.failure !== undefined) continue
    void plainThen(import(module.url), () => {}, error => { module.failure = { error } })
  }
}

/** `owner` is in progress: its body stands at the bottom of the captured stack. */
export function failedModules (owner: string | undefined): EsModule[] {
  return filterList(liveModules(), module =>
    module instanceof EsModule && module.step !== ENDED && module.frame === undefined && module.id !== owner) as EsModule[]
}

/** Before a capture: each failure must be known. */
export function checkFailures (owner: string | undefined): void {
  for (const module of failedModules(owner)) {
    if (module.failure !== undefined) continue
    noteFailures()
    throw new NotNow(`the import of ${module.id} has just failed`)
  }
}
