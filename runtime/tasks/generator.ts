/**
 * Generators: objects of ours with explicit frames. The frame is the object's state; it sits in a private field, so a
 * program sees an empty object whose prototype is the function's, as with native ones.
 *
 * `next`, `return` and `throw` of %GeneratorPrototype% are replaced when the first generator function is made; they pass
 * native generators on. Captured in a step, the frame stands on the stack as its own `next`: resumed, it makes what `next`
 * would have returned.
 */
import { NORMAL, RETURN, THROW, YIELD, type Mode, type ModuleSites } from '../code/site.js'
import { SIGNAL } from '../capture/signal.js'
import { Frame, noLocals, resumeFrame } from '../restore/frame.js'
import { apply, create, generatorPrototype, isObject, Returned, type Callable } from './intrinsics.js'
import { replaceMethods } from './install.js'

const START = 0
const SUSPENDED = 1
const RUNNING = 2
const DONE = 3

export class GeneratorFrame extends Frame {
  state: number = START
  /** The step was asked for by compiled code, which gets the frame itself as the result: `value` and `done` are read at once. */
  isDirect = false
  done = false

  override resume (mode: Mode, value: unknown): unknown {
    let result
    try {
      result = resumeFrame(this, mode, value)
    } catch (error) {
      if (error !== SIGNAL) this.end()
      throw error
    }
    if (result === YIELD) {
      const yielded = this.value
      this.state = SUSPENDED
      if (this.isDirect && !(yielded instanceof Passed)) return this
      this.value = undefined
      if (yielded instanceof Passed) return yielded.result
      return { value: yielded, done: false }
    }
    this.end()
    if (this.isDirect) return this
    return { value: result, done: true }
  }

  private end (): void {
    this.state = DONE
    this.locals = noLocals
    this.value = undefined
    this.done = true
  }
}


/** `yield*` hands the inner iterator's results out as they are. */
class Passed {
  constructor (readonly result: unknown) {}
}
export const passed = (result: unknown): unknown => new Passed(result)

class Stamp extends Returned {
  #frame: GeneratorFrame | undefined
  static set (object: object, frame: GeneratorFrame): void {
    if (!(#frame in object)) new Stamp(object)
    ;(object as Stamp).#frame = frame
  }

  static get (object: unknown): GeneratorFrame | undefined {
    return isObject(object) && #frame in object ? (object as Stamp).#frame : undefined
  }
}

export const generatorFrameOf: (object: unknown) => GeneratorFrame | undefined = Stamp.get
export const linkGenerator: (object: object, frame: GeneratorFrame) => void = Stamp.set

/** A call of a generator function: makes its object. `prepares`: the machine begins with the parameters' defaults. */
export function generatorCall (module: ModuleSites, siteIndex: number, locals: unknown[], fn: { prototype?: unknown }, prepares?: 1): object {
  const frame = new GeneratorFrame(module.sites[siteIndex], 0, locals)
  if (prepares === 1) prepareParameters(frame)
  const { prototype } = fn
  const object = create(isObject(prototype) ? prototype : generatorPrototype) as object
  Stamp.set(object, frame)
  return object
}

/** Runs the machine to its first yield, which stands behind the parameters. No snapshot is taken in between. */
export function prepareParameters (frame: Frame): void {
  resumeFrame(frame, NORMAL, undefined)
  frame.value = undefined
}

/** One step of a generator. */
export function throughGenerator (frame: GeneratorFrame, mode: Mode, value: unknown): unknown {
  if (frame.state === RUNNING) throw new TypeError('Generator is already running')
  if (frame.state === START && mode !== NORMAL) {
    frame.state = DONE
    frame.locals = noLocals
  }
  if (frame.state === DONE) {
    if (mode === THROW) throw value
    return { value: mode === RETURN ? value : undefined, done: true }
  }
  frame.state = RUNNING
  frame.isDirect = false
  return frame.resume(mode, value)
}

/** Whether `next` of the iterator would do what throughStep does. */
export function stepsDirectly (iterator: unknown, next: unknown): boolean {
  return next === methods.next && Stamp.get(iterator) !== undefined
}

/** A step of a `for of`: its result is the frame, so that none is made for each item. */
export function throughStep (iterator: unknown): unknown {
  const frame = Stamp.get(iterator)!
  if (frame.state === RUNNING || frame.state === DONE) return throughGenerator(frame, NORMAL, undefined)
  frame.state = RUNNING
  frame.isDirect = true
  return frame.resume(NORMAL, undefined)
}

// ---- %GeneratorPrototype%

const native = generatorPrototype as { next: Callable, return: Callable, throw: Callable }
const { next: nativeNext, return: nativeReturn, throw: nativeThrow } = native

const methods = {
  next (value: unknown): unknown {
    const frame = Stamp.get(this)
    return frame === undefined ? apply(nativeNext, this, [value]) : throughGenerator(frame, NORMAL, value)
  },
  return (value: unknown): unknown {
    const frame = Stamp.get(this)
    return frame === undefined ? apply(nativeReturn, this, [value]) : throughGenerator(frame, RETURN, value)
  },
  throw (exception: unknown): unknown {
    const frame = Stamp.get(this)
    return frame === undefined ? apply(nativeThrow, this, [exception]) : throughGenerator(frame, THROW, exception)
  },
}

let replaced = false
export function replaceGeneratorMethods (): void {
  if (replaced) return
  replaced = true
  replaceMethods(generatorPrototype, methods)
}
