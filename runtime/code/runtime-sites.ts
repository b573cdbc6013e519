/**
 * Sites for frames of the runtime itself: functions that call back into the program and have something left to do when a
 * capture unwinds them. They belong to no file; snapshots name them like all others, by module and index, hence the order
 * of this list is fixed: new names are appended.
 */
import type { ModuleSites, Site } from './site.js'

const names = [
  'task', 'new Promise', 'Promise.prototype.finally', 'Promise.try', 'for await', 'open sync iterator', 'module body',
] as const

const sites: Site[] = []
export const runtimeModule: ModuleSites = { id: 'reprise:runtime', sites }

for (let index = 0; index < names.length; index++) {
  sites[index] = {
    module: runtimeModule,
    index,
    name: names[index],
    kind: 'function',
    layout: [],
    points: new Map(),
    resume: undefined,
    loops: new Map(),
    make: undefined,
  }
}

export function runtimeSite (name: typeof names[number]): Site {
  return sites[names.indexOf(name)]
}
