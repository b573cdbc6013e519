/** `reprise rm ID…`: removes runs that no process holds. */
import { EXIT } from '../../runtime/checkpoint/choose.js'
import { HeldError } from '../../runtime/store/store.js'
import { RepriseError } from '../../runtime/diagnostics/error.js'
import { failWith, printJson, printLine } from '../output.js'
import { findRun, openStore } from './open-store.js'

export function rm (wanted: readonly string[], options: { store?: string, all?: boolean, json?: boolean }): void {
  if (wanted.length === 0 && options.all !== true) failWith(EXIT.usage, new RepriseError('RP5001', ['Which run? reprise rm ID, or reprise rm --all']))
  const store = openStore(options.store)
  const ids = options.all === true
    ? store.runs().filter(({ holder }) => holder === undefined).map(({ id }) => id)
    : wanted.map((id) => findRun(store, id).id)
  for (const id of ids) {
    try {
      store.remove(id)
    } catch (error) {
      if (error instanceof HeldError) failWith(EXIT.held, error)
      throw error
    }
    if (options.json !== true) printLine(`removed ${id}`)
  }
  if (options.json === true) printJson({ removed: ids })
}
