/** Map and Set: entries in their order. */
import { defineBuiltinKind } from '../kinds.js'
import { isMap, isSet, uncurry } from '../natives.js'

const mapForEach = uncurry(Map.prototype.forEach as (this: Map<unknown, unknown>, visit: (value: unknown, key: unknown) => void) => void)
const mapSize = uncurry(Object.getOwnPropertyDescriptor(Map.prototype, 'size')!.get as (this: Map<unknown, unknown>) => number)
const mapSet = uncurry(Map.prototype.set as (this: Map<unknown, unknown>, key: unknown, value: unknown) => unknown)
const mapClear = uncurry(Map.prototype.clear as (this: Map<unknown, unknown>) => void)
const setForEach = uncurry(Set.prototype.forEach as (this: Set<unknown>, visit: (value: unknown) => void) => void)
const setSize = uncurry(Object.getOwnPropertyDescriptor(Set.prototype, 'size')!.get as (this: Set<unknown>) => number)
const setAdd = uncurry(Set.prototype.add as (this: Set<unknown>, value: unknown) => unknown)
const setClear = uncurry(Set.prototype.clear as (this: Set<unknown>) => void)

const { Map: NativeMap, Set: NativeSet } = globalThis

export const mapKind = defineBuiltinKind<Map<unknown, unknown>>({
  name: 'map',
  test: isMap,
  allocate: () => new NativeMap(),
  encode (map, out) {
    out.count(mapSize(map))
    mapForEach(map, (value, key) => { out.value(key); out.value(value) })
  },
  fill (map, input) {
    mapClear(map)
    const count = input.countOf(2)
    for (let index = 0; index < count; index++) {
      const key = input.value()
      mapSet(map, key, input.value())
    }
  }
})

export const setKind = defineBuiltinKind<Set<unknown>>({
  name: 'set',
  test: isSet,
  allocate: () => new NativeSet(),
  encode (set, out) {
    out.count(setSize(set))
    setForEach(set, value => { out.value(value) })
  },
  fill (set, input) {
    setClear(set)
    const count = input.countOf(1)
    for (let index = 0; index < count; index++) setAdd(set, input.value())
  }
})
