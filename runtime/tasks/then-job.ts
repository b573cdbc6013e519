/** NewPromiseResolveThenableJob: a promise was resolved with a thenable, whose `then` is called in a job of its own. */
import { THROW, type Mode } from '../code/site.js'
import { SIGNAL } from '../capture/signal.js'
import { runTask } from '../restore/drive.js'
import type { Task } from '../restore/task-frame.js'
import { apply, create, NativePromise, type Callable } from './intrinsics.js'
import { AdoptReaction, attach, promiseThen } from './reactions.js'
import { currentGeneration, promiseRecordOf, type Settleable, type Waiter } from './records.js'
import { Resolver } from './resolve.js'
import { push } from './ring.js'
import { queueJob } from './jobs.js'

export class ThenJob implements Waiter, Task {
  position = -1
  /** Made when the job runs. */
  resolver: Resolver | undefined = undefined

  constructor (readonly target: Settleable, readonly thenable: object, readonly thenMethod: Callable) {}

  get phase (): 'microtask' { return 'microtask' }

  enqueue (): void {
    push(this)
    this.reattach()
  }

  reattach (): void {
    queueJob(() => { this.run() })
  }

  /** A thenable for a native engine that is about to return; its `then` is this job, called by V8. */
  adapter (): object {
    push(this)
    const generation = currentGeneration()
    const adapter = create(null) as { then: (resolve: Callable, reject: Callable) => void }
    adapter.then = (resolve, reject) => {
      if (generation !== currentGeneration()) return
      this.target.nativeResolve = resolve
      this.target.nativeReject = reject
      this.run()
    }
    return adapter
  }

  private run (): void {
    this.position = -1

    const job = this
    const { target, thenable, thenMethod } = this
    const record = thenMethod === promiseThen ? promiseRecordOf(thenable) : undefined
    if (record !== undefined && (thenable as Promise<unknown>).constructor === NativePromise) {
      attach(record, new AdoptReaction(target))
      return
    }
    const resolver = this.resolver = new Resolver(target)
    runTask(this, function throughThenJob () { throughThenMethod(job, resolver) })
  }

  conclude (mode: Mode, value: unknown): undefined {
    if (mode === THROW) this.resolver!.reject(value)
    return undefined
  }
}

function throughThenMethod (job: ThenJob, { resolve, reject }: Resolver): void {
  try {
    apply(job.thenMethod, job.thenable, [resolve, reject])
  } catch (error) {
    if (error === SIGNAL) throw error
    reject(error)
  }
}
