/** What the emitted module tells the runtime of its functions and top-level statements, collected while they are printed. */
import type ts from 'typescript'
import { digestOf, type Digests } from '../analyze/digests.js'
import type { LayoutEntry, PointPosition } from '../lower/lowered.js'
import { printModuleCode, type SiteCode, type StepCode } from '../../runtime/code/module-code.js'
import type { Code } from './source-map.js'
import type { SiteKind } from '../../runtime/code/site.js'

export interface SiteText {
  readonly index: number
  readonly name: string
  readonly kind: SiteKind
  readonly node: ts.Node
  layout: readonly LayoutEntry[]
  points: readonly PointPosition[]
  /** Names of the machine and of the loops' functions, which stand elsewhere in the module. */
  machine: string | undefined
  loops: readonly { readonly state: number, readonly name: string }[]
  /** The factory's parameters: names of captured values. */
  captures: readonly string[]
  /** An expression: a function from the captured values to the closure. */
  make: Code | undefined
}

interface StepText {
  readonly nodes: readonly ts.Node[]
  readonly names: readonly string[]
  readonly place: ts.Node
}

type Position = (at: number) => { line: number, column: number }

export class Sites {
  readonly list: SiteText[] = []
  readonly steps: StepText[] = []

  constructor (private readonly source: ts.SourceFile, private readonly digests: Digests) {}

  add (name: string, kind: SiteKind, node: ts.Node): SiteText {
    const site: SiteText = { index: this.list.length, name, kind, node, layout: [], points: [], machine: undefined, loops: [], captures: [], make: undefined }
    this.list.push(site)
    return site
  }

  /** Numbers a top-level statement, from 1; `names`: the variables that a new process gets from it. */
  addStep (nodes: readonly ts.Node[], names: readonly string[] = [], place = nodes[0]): number {
    return this.steps.push({ nodes, names, place })
  }

  /** One tuple a site: layout, points, machine, loops, make. */
  print (position: Position): Code {
    return this.list.map(site => {
      const points = site.points.map(point => {
        const { line, column } = position(point.at)
        return `${line}:${column}:${point.temporaries}`
      }).join(' ')
      const loops = site.loops.length === 0 ? '0' : `{ ${site.loops.map(({ state, name }) => `${state}: ($frame, $mode, $value) => ${name}($frame, $mode, $value)`).join(', ')} }`
      const machine = site.machine === undefined ? '0' : `($frame, $mode, $value) => ${site.machine}($frame, $mode, $value)`
      return ['    [', JSON.stringify(site.layout.map(entry => entry.name).join(' ')), ', ', JSON.stringify(points), ', ', machine, ', ', loops, ', ', site.make ?? '0', '],\n']
    })
  }

  /** `plain`: what an emitted name stands for, whatever else is in the file. */
  printCode (position: Position, plain: (name: string) => string): string {
    const lineOf = (node: ts.Node): number => position(node.getStart(this.source)).line
    const sites = this.list.map(({ name, kind, node, layout, points, captures, loops }): SiteCode => {
      const captured = digestOf(captures.map(plain).join(' '), 6)
      // A class keeps what its objects and its subclasses rely on, a function the places at which its frames stand.
      const form = kind === 'class' ? this.digests.hollow(node) : [layout.map(entry => plain(entry.name)), points.map(point => point.temporaries), loops.map(loop => loop.state)].join('|')
      return { name, kind, digest: this.digests.full(node), form: digestOf(`${form}|${captured}`, 8), captures: captured, line: lineOf(node) }
    })
    const steps = this.steps.map(({ nodes, names, place }): StepCode =>
      ({ names, digest: digestOf(nodes.map(node => this.digests.hollow(node)).join(' '), 8), line: lineOf(place) }))
    return printModuleCode({ sites, steps })
  }
}
