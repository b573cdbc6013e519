/** A snapshot names functions by their index in the module as it was; where the module has changed, they may have moved. */
import { SafeMap, uncurry } from '../encoding/natives.js'

const lastIndexOf = uncurry(String.prototype.lastIndexOf)
const indexOf = uncurry(String.prototype.indexOf)
const slice = uncurry(String.prototype.slice)
const getSite = uncurry(Map.prototype.get) as unknown as (sites: ReadonlyMap<number, number>, site: number) => number | undefined

const moved = new SafeMap<string, ReadonlyMap<number, number>>()

export function setMovedSites (module: string, sites: ReadonlyMap<number, number>): void { moved.set(module, sites) }

export function presentSite (module: string, site: number): number {
  const sites = moved.get(module)
  return sites === undefined ? site : getSite(sites, site) ?? site
}

/** `function:MODULE#3` as it is now. */
export function presentName (name: string): string {
  const hash = lastIndexOf(name, '#')
  if (hash < 0) return name
  const colon = indexOf(name, ':')
  const module = slice(name, colon + 1, hash)
  const sites = moved.get(module)
  return sites === undefined ? name : `${slice(name, 0, hash)}#${getSite(sites, +slice(name, hash + 1)) ?? slice(name, hash + 1)}`
}
