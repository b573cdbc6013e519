/** What the encoder refers to by name: intrinsics, and the parts of the program's modules. */
import { allocateBranded, brandedClassesOf, classEntryOf, memberByName, memberOwnerOf, type DecodingState } from '../code/classes.js'
import { closureStampOf } from '../code/closures.js'
import { presentName, presentSite } from '../code/moved-sites.js'
import { runtimeModule } from '../code/runtime-sites.js'
import { CLOSURE, noteNamed, noteUse } from '../code/used-code.js'
import { mapList } from '../encoding/natives.js'
import { intrinsicByName, intrinsicName, RestoreMismatchError, type Naming } from '../encoding/index.js'
import { UNINITIALIZED } from '../operations/values.js'
import { currentRestoration } from './current-restoration.js'
import { moduleById, modulePartByName, nameOfModulePart, name, siteName } from './registry.js'

for (const site of runtimeModule.sites) name(site, siteName(runtimeModule.id, site.index))

const isModulePart = /^(?:site|function|class|namespace|meta|module|exports|require|resolve|required|json|reprise):/

export function createNaming (state: DecodingState): Naming {
  return {
    nameOf (value) {
      if (typeof value === 'symbol') return value === UNINITIALIZED ? UNINITIALIZED_NAME : intrinsicName(value)
      const text = nameOfModulePart(value)
      if (text === undefined) return intrinsicName(value)
      noteNamed(text)
      return text
    },
    byName (text) {
      if (text === UNINITIALIZED_NAME) return UNINITIALIZED
      if (!isModulePart.test(text)) return intrinsicByName(text)
      const name = presentName(text)
      return modulePartByName(name) ?? provided(name)
    },
    hasContent (value) {
      const text = nameOfModulePart(value)
      if (text !== undefined) return text.startsWith('function:') || text.startsWith('class:') || text.startsWith('exports:') || text.startsWith('json:')
      return memberOwnerOf(value)?.name === 'prototype'
    },
    closureOf (value) {
      const stamp = closureStampOf(value)
      if (stamp === undefined) return undefined
      noteUse(stamp.module.id, stamp.site, CLOSURE)
      return { module: stamp.module.id, site: stamp.site, captures: stamp.captures }
    },
    makeClosure (id, index, captures) {
      if (moduleById(id) === undefined) currentRestoration()?.provide(id)
      const site = moduleById(id)?.sites[presentSite(id, index)]
      if (site?.make === undefined) throw new RestoreMismatchError('RP3103', [`function ${index} of ${id}`])
      state.decoding = true
      try {
        return site.make(...captures) as object
      } finally {
        state.decoding = false
      }
    },
    memberOf: memberOwnerOf,
    memberByName,
    brandsOf (value) {
      const classes = brandedClassesOf(value)
      return classes.length === 0 ? none : mapList(classes, ({ type, access }) => ({ classRef: type, values: access!.get(value) }))
    },
    allocateBranded: (classes, prototype) => allocateBranded(state, classes, prototype),
    setBrand (classRef, value, values) {
      classEntryOf(classRef)?.access?.set(value, values)
    }
  }
}

/** Its module may be one that only this needs. */
function provided (text: string): object | undefined {
  currentRestoration()?.provide(text.slice(text.indexOf(':') + 1).replace(/#\d+$/, ''))
  return modulePartByName(text)
}

const none: readonly never[] = []
const UNINITIALIZED_NAME = 'reprise:uninitialized'
