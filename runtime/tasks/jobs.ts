/** Native jobs of our own: one for each entry of the ring that no native reaction stands for. */
import { apply, NativePromise, nativeThen, nativeResolve } from './intrinsics.js'
import { currentGeneration } from './records.js'

const settled = apply(nativeResolve, NativePromise, []) as Promise<unknown>

export function queueJob (job: () => void): void {
  const generation = currentGeneration()
  apply(nativeThen, settled, [() => { if (generation === currentGeneration()) job() }])
}
