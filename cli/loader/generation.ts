/**
 * Generations: torture evaluates all of a program's modules anew within the process. An ES module is evaluated once per URL, so
 * the modules of generation n carry `?reprise=n`; what such a module imports belongs to its generation too. CommonJS has no
 * URLs: there the cache is cleared, and what is imported from it belongs to the current generation.
 */
import { mayBeLoadedByUs } from './own.js'

const PARAMETER = 'reprise'

/** Shared with the thread of the hooks, where there is one. */
let current = new Int32Array(new SharedArrayBuffer(4))

export const generationCell = (): Int32Array<SharedArrayBuffer> => current
export const shareGeneration = (cell: Int32Array<SharedArrayBuffer>): void => { current = cell }

/** From now on what is imported by a module without a generation belongs to this one. */
export function setGeneration (generation: number): void {
  Atomics.store(current, 0, generation)
}

/** The URL by which a compiled module that `parentUrl` imports is known. */
export function withGeneration (url: string, path: string, parentUrl: string | undefined): string {
  const generation = generationOf(parentUrl) ?? Atomics.load(current, 0)
  // Zero tells the program's instance from the one that reprise has loaded for itself.
  return generation > 0 || mayBeLoadedByUs(path) ? withQuery(url, generation) : url
}

export function withQuery (url: string, generation: number): string {
  const parsed = new URL(url)
  if (!parsed.searchParams.has(PARAMETER)) parsed.search += `${parsed.search === '' ? '?' : '&'}${PARAMETER}=${generation}`
  return parsed.href
}

/**
 * What a module of a later generation is compiled from: without its source map, which Node would read from disk and parse each
 * time, a third of what evaluating it costs. Traces of compiled code are mapped by the runtime, by file.
 */
export function textOfGeneration (text: string, generation = Atomics.load(current, 0)): string {
  const at = generation > 0 ? text.lastIndexOf('\n//# sourceMappingURL=') : -1
  return at < 0 ? text : text.slice(0, at + 1)
}

/** Whether torture has evaluated the program's modules before. */
export const isLaterGeneration = (): boolean => Atomics.load(current, 0) > 0

export function generationOf (url: string | undefined): number | undefined {
  const digits = url === undefined ? undefined : /[?&]reprise=(\d+)/.exec(url)?.[1]
  return digits === undefined || digits === '0' ? undefined : Number(digits)
}
