/** What the emitted module tells the runtime of its functions, collected while they are printed. */
import { createHash } from 'node:crypto'
import type { LayoutEntry, PointPosition } from '../lower/lowered.js'
import type { Code } from './source-map.js'
import type { SiteKind } from '../../runtime/code/site.js'

export interface SiteText {
  readonly index: number
  readonly name: string
  readonly kind: SiteKind
  readonly digest: string
  layout: readonly LayoutEntry[]
  points: readonly PointPosition[]
  /** Names of the machine and of the loops' functions, which stand elsewhere in the module. */
  machine: string | undefined
  loops: readonly { readonly state: number, readonly name: string }[]
  /** An expression: a function from the captured values to the closure. */
  make: Code | undefined
}

export class Sites {
  readonly list: SiteText[] = []

  add (name: string, kind: SiteKind, source: string): SiteText {
    const digest = createHash('sha256').update(source).digest('base64url').slice(0, 12)
    const site: SiteText = { index: this.list.length, name, kind, digest, layout: [], points: [], machine: undefined, loops: [], make: undefined }
    this.list.push(site)
    return site
  }

  /** One tuple a site: name, kind, digest, layout, points, machine, loops, make. */
  print (position: (at: number) => { line: number, column: number }): Code {
    return this.list.map(site => {
      const points = site.points.map(point => {
        const { line, column } = position(point.at)
        return `${line}:${column}:${point.temporaries}`
      }).join(' ')
      const loops = site.loops.length === 0 ? '0' : `{ ${site.loops.map(({ state, name }) => `${state}: ($frame, $mode, $value) => ${name}($frame, $mode, $value)`).join(', ')} }`
      const machine = site.machine === undefined ? '0' : `($frame, $mode, $value) => ${site.machine}($frame, $mode, $value)`
      return ['    [', JSON.stringify(site.name), ', ', JSON.stringify(site.kind), ', ', JSON.stringify(site.digest), ', ', JSON.stringify(site.layout.map(entry => entry.name).join(' ')), ', ', JSON.stringify(points), ', ', machine, ', ', loops, ', ', site.make ?? '0', '],\n']
    })
  }
}
