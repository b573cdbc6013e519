/**
 * A module of built-ins that our own compiler has compiled (runtime/builtins/compiled). It is evaluated once, when the runtime
 * loads, and is no part of a snapshot: frames refer to its sites, and its functions are known by the paths of the built-ins
 * that they replace. Its sites have no places in a source that a user could look at.
 */
import { mapList } from '../encoding/natives.js'
import { LiveModule, type Descriptor, type SiteTuple } from './live-module.js'
import { registerBuiltins } from './registry.js'

export class BuiltinModule extends LiveModule {
  constructor (id: string, descriptor: Descriptor) {
    super(id, { ...descriptor, sites: mapList(descriptor.sites, withoutPoints) })
  }

  at (_step: number): boolean { return true }
  value (_step: number): unknown { return undefined }
  keep<T> (_step: number, value: T): T { return value }
  run (_step: number, segment: () => unknown): unknown { return segment() }
  end (): void { this.ended() }
}

function withoutPoints ([layout, , machine, loops, make]: SiteTuple): SiteTuple {
  return [layout, '', machine, loops, make]
}

/** Called by the compiled text in place of `esm`. */
export function builtins (id: string, descriptor: Descriptor): BuiltinModule {
  const module = new BuiltinModule(id, descriptor)
  registerBuiltins(module)
  return module
}
