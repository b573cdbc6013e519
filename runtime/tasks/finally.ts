/** What `promise.finally(f)` hands to `then`: calls `f`, waits for its result, passes the outcome on. */
import { THROW, type Mode } from '../code/site.js'
import { runtimeSite } from '../code/runtime-sites.js'
import { rerecord, SIGNAL } from '../capture/signal.js'
import { Frame } from '../restore/frame.js'
import { promiseResolve } from './capability.js'
import type { Callable } from './intrinsics.js'
import { makers } from './runtime-functions.js'

const site = runtimeSite('Promise.prototype.finally')

export class FinallyFrame extends Frame {
  constructor (readonly species: unknown, readonly rejected: boolean, readonly outcome: unknown) {
    super(site, 0, [])
  }

  override resume (mode: Mode, value: unknown): unknown {
    if (mode === THROW) throw value
    return passOutcome(this.species, this.rejected, this.outcome, value)
  }
}

export function throughFinally (onFinally: Callable, species: unknown, rejected: boolean, outcome: unknown): unknown {
  let result
  try {
    result = onFinally()
  } catch (error) {
    if (error === SIGNAL) rerecord(new FinallyFrame(species, rejected, outcome), 0, [])
    throw error
  }
  return passOutcome(species, rejected, outcome, result)
}

function passOutcome (species: unknown, rejected: boolean, outcome: unknown, result: unknown): unknown {
  const promise = promiseResolve(species, result) as Promise<unknown>
  return promise.then(rejected ? makers.thrower(outcome) : makers.valueThunk(outcome))
}
