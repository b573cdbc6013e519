/** A CommonJS body in a new process: it runs through what had run already, declarations get their values, nothing else happens. */
import { STOPPED, type CommonJsModule } from './commonjs.js'
import type { Restoration } from './current-restoration.js'
import { ENDED } from './live-module.js'
import { keepLoaded } from './node-modules.js'
import { EXPORTS, type SavedModule } from './saved.js'

export function skipTo (module: CommonJsModule, restoration: Restoration): void {
  const { id, node } = module
  const saved = restoration.savedOf(id)!
  module.beganAt = saved.beganAt
  if (saved.hasFailed === true) stopAt(module)
  else run(module, saved)
  // Only now: it may be an instance of a class that the body has defined.
  node.exports = restoration.valueOf(id, EXPORTS)
  if (module.step === ENDED) giveExports(module, saved, restoration)
}

/** To where it stood, or to its end. */
function run (module: CommonJsModule, saved: SavedModule): void {
  let value: unknown
  for (;;) {
    const result = module.body.next(value)
    if (result.done === true) break
    const step = result.value as number
    if (step === saved.step) {
      module.step = step
      module.target = 0
      return
    }
    value = module.value(step)
  }
  module.ended(saved.endedAt)
}

function giveExports (module: CommonJsModule, saved: SavedModule, restoration: Restoration): void {
  const { id, node } = module
  // What an ES module imports from it is copied before the heap is filled.
  const { exports } = node
  for (const name of saved.exported ?? []) {
    const value = restoration.exportedOf(id, name)
    module.exported.push([name, value])
    Object.defineProperty(exports, name, { value, writable: true, enumerable: true, configurable: true })
  }
  for (const name of saved.accessors ?? []) {
    Object.defineProperty(exports, name, { get: restoration.exportedOf(id, name) as () => unknown, enumerable: true, configurable: true })
  }
  keepLoaded(node)
}

/** Its closures may live on, although its body came to no end. */
function stopAt (module: CommonJsModule): void {
  module.hasFailed = true
  module.step = module.askedStep = module.target
  let value: unknown
  try {
    for (;;) {
      const step = module.body.next(value).value as number
      if (step >= module.target) return
      value = module.value(step)
    }
  } catch (error) {
    if (error !== STOPPED) throw error
  }
}
