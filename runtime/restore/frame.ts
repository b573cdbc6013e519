/** An activation as heap data: which function, where it stands, its locals. */
import { NORMAL, type Mode, type Site } from '../code/site.js'

export class Frame {
  site: Site
  /** The resume point at which it stands, or the state at which its machine (or loop) goes on. */
  pc: number
  /** Values in the order of `site.layout`. */
  locals: unknown[]
  /** How the machine goes on after it has returned AGAIN: an error that left a loop goes to the handler around it. */
  again: Mode = NORMAL
  carried: unknown = undefined

  constructor (site: Site, pc: number, locals: unknown[]) {
    this.site = site
    this.pc = pc
    this.locals = locals
  }
}
