/** Object.groupBy, Map.groupBy and Object.fromEntries (ECMA-262, 20.1.2 and 24.1.2): what they iterate, and what they call. */
import { apply, createProperty, type Callable } from '../spec.js'
import { append, createNull, entryPart, groupByOf, isIteratedNatively, mapGet, mapSet, mayIterate, nativeFromEntries, NativeMap, propertyKey } from '../spec-iteration.js'

export const ObjectConstructor = {
  groupBy (items: Iterable<unknown>, callback: Callable): unknown {
    if (typeof callback !== 'function' || !(typeof items === 'string' || mayIterate(items))) return apply(groupByOf.Object, undefined, [items, callback])
    const groups = createNull()
    let index = 0
    for (const item of items) {
      const key = propertyKey(callback(item, index++))
      if (key in groups) append(groups[key as string], item)
      else groups[key as string] = [item]
    }
    return groups
  },

  fromEntries (entries: Iterable<unknown>): unknown {
    if (!mayIterate(entries) || isIteratedNatively(entries)) return apply(nativeFromEntries, undefined, [entries])
    const object = {}
    for (const entry of entries) {
      const key = entryPart(entry, 0)
      createProperty(object, propertyKey(key), entryPart(entry, 1))
    }
    return object
  },
}

export const MapConstructor = {
  groupBy (items: Iterable<unknown>, callback: Callable): unknown {
    if (typeof callback !== 'function' || !(typeof items === 'string' || mayIterate(items))) return apply(groupByOf.Map, undefined, [items, callback])
    const groups = new NativeMap<unknown, unknown[]>()
    let index = 0
    for (const item of items) {
      const key = callback(item, index++)
      const group = mapGet(groups, key)
      if (group === undefined) mapSet(groups, key, [item])
      else append(group, item)
    }
    return groups
  },
}
