/** The memory store keeps the contract. */
import { openMemoryStore, type MemoryStore } from '../../runtime/store/memory.js'
import { testStore } from './conformance.js'

let store: MemoryStore = openMemoryStore()
testStore('memory store', {
  reset () { store = openMemoryStore() },
  open: () => store,
  damage: (_, id, name, change) => store.damage(id, name, change)
})
