/**
 * Object → id. Ids are kept in a private field that return override puts on the object: 35 to 50 ns an object, against 150
 * to 310 for a Map with its pauses when it grows; no program can see it. The field outlives the snapshot: ids of the next
 * one begin where the last one's ended, so nothing has to be reset.
 *
 * A second field keeps the object's kind, which never changes: the dozen brand checks that find it are made once in an
 * object's life, not once per snapshot.
 *
 * Objects that do not take the field (a coming V8 refuses it on non-extensible ones; on a Proxy the attempt would run a
 * trap) stand in a Map for the length of the snapshot.
 */
import { isProxy, SafeMap } from './natives.js'

const Returned = function (object: object) { return object } as unknown as new (object: object) => object

interface Stamps {
  /** -1 for none. */
  id (object: object): number
  install (object: object, id: number): void
  move (object: object, id: number): void
  kind (object: object): number
  setKind (object: object, kind: number): void
}

function makeStamps (): Stamps {
  return class Stamp extends Returned {
    #id: number
    #kind = 0
    constructor (object: object, id: number) {
      super(object)
      this.#id = id
    }

    static id (object: object): number { return #id in object ? (object as Stamp).#id : -1 }
    static install (object: object, id: number): void { new Stamp(object, id) }
    static move (object: object, id: number): void { (object as Stamp).#id = id }
    static kind (object: object): number { return #kind in object ? (object as Stamp).#kind : 0 }
    static setKind (object: object, kind: number): void { if (#kind in object) (object as Stamp).#kind = kind }
  }
}

let stamps = makeStamps()
let nextId = 0
/** Beyond it ids would no longer be small integers in V8, which are boxed and slow. */
const IDS_MAX = 2 ** 30

/** Kinds are numbered by the registry: when it changes, what was learnt is forgotten. */
export function forgetKinds (): void {
  stamps = makeStamps()
  nextId = 0
}

export class Identities {
  readonly objects: object[] = []
  count = 0
  private readonly base: number
  private readonly stamps: Stamps
  private readonly others = new SafeMap<object, number>()

  constructor () {
    if (nextId > IDS_MAX) forgetKinds()
    this.base = nextId
    this.stamps = stamps
  }

  /** The id of an object, a new one at its first visit. */
  idOf (object: object): number {
    const id = this.stamps.id(object) - this.base
    return id >= 0 ? id : this.firstVisit(object)
  }

  /** The id of an object, or -1 if it has not been visited. */
  visited (object: object): number {
    const id = this.stamps.id(object) - this.base
    return id >= 0 ? id : this.others.get(object) ?? -1
  }

  /** 0 if not known. */
  kind (object: object): number {
    return this.stamps.kind(object)
  }

  setKind (object: object, kind: number): void {
    this.stamps.setKind(object, kind)
  }

  /** Also after a failure: ids that were given must not be met again. */
  end (): void {
    if (this.stamps === stamps) nextId = this.base + this.count
  }

  private firstVisit (object: object): number {
    if (this.others.size > 0) {
      const id = this.others.get(object)
      if (id !== undefined) return id
    }
    const id = this.count++
    this.objects[id] = object
    if (this.stamps.id(object) !== -1) this.stamps.move(object, this.base + id)
    else this.stamp(object, id)
    return id
  }

  private stamp (object: object, id: number): void {
    if (!isProxy(object)) {
      try {
        this.stamps.install(object, this.base + id)
        return
      } catch {}
    }
    this.others.set(object, id)
  }
}
