/**
 * Has the program changed since the snapshot in a way that matters? Compares what a snapshot holds on to with the code that is
 * there now, module by module, before anything of the program runs.
 *
 *     on a stack                  the function's tree must be the same: a frame stands at a place in it
 *     closure                     the same, unless the new code is asked for and it captures the same variables
 *     function of the top         must exist; its new text is taken
 *     class of the top            must have the same members; their new texts are taken
 *     statement that has run      must be the same outside of the functions in it; where the new code is asked for, it must
 *                                 declare the same variables
 *     statement still to run      free
 *
 * Functions are found again by kind, name and content, so others may be added, removed and moved around them. Pure.
 */
import type { ModuleCode, SiteCode } from './module-code.js'
import type { ModuleUse } from './used-code.js'

export interface CodeChange {
  /** `function step (line 12) has changed since the snapshot`. */
  readonly text: string
  /** Not even the new code can be gone on with. */
  readonly isFinal: boolean
}

export interface Comparison {
  readonly changes: readonly CodeChange[]
  /** From a site of the snapshot to the present one. */
  readonly sites: ReadonlyMap<number, number>
}

const ENDED = -1
const WORDS: Readonly<Record<SiteCode['kind'], string>> = {
  'function': 'function', 'arrow': 'function', 'async': 'function', 'generator': 'function', 'async-generator': 'function',
  'method': 'method', 'constructor': 'constructor', 'class': 'class', 'segment': 'statement'
}

export function compareCode (use: ModuleUse, old: ModuleCode, now: ModuleCode): Comparison {
  const changes: CodeChange[] = []
  const sites = new Map<number, number>()
  const find = finder(old.sites, now.sites)
  const report = (site: SiteCode, what: string, isFinal: boolean): void => {
    const isNameless = site.kind === 'segment' || site.name.slice(site.name.lastIndexOf('.') + 1).startsWith('<')
    const place = isNameless ? `the ${WORDS[site.kind]} at line ${site.line}` : `${WORDS[site.kind]} ${site.name} (line ${site.line})`
    changes.push({ text: `${place} ${what}`, isFinal })
  }
  const look = (index: number, isFrame: boolean): void => {
    const same = find.same(index)
    if (same !== undefined) { sites.set(index, same); return }
    const site = old.sites[index]
    const other = find.named(index)
    if (other === undefined) { report(site, site.kind === 'segment' ? CHANGED : 'is gone', true); return }
    const candidate = now.sites[other]
    sites.set(index, other)
    if (candidate.digest === site.digest && candidate.form !== site.form) report(candidate, 'is compiled to another form than at the snapshot, since the code around it has changed', true)
    else report(candidate, CHANGED, isFrame || candidate.captures !== site.captures || (site.kind === 'class' && candidate.form !== site.form))
  }
  const { frames = [], closures = [], named = [] } = use
  const seen = new Set<number>(frames)
  for (const index of frames) look(index, true)
  for (const index of closures) if (!seen.has(index)) { seen.add(index); look(index, false) }
  for (const index of named) {
    if (seen.has(index)) continue
    const other = find.same(index) ?? find.named(index)
    const site = old.sites[index]
    if (other === undefined) { report(site, 'is gone', true); continue }
    sites.set(index, other)
    if (site.kind === 'class' && now.sites[other].form !== site.form) report(now.sites[other], 'has other members than at the snapshot', true)
  }
  changes.push(...compareSteps(use.step ?? 0, old, now))
  return { changes, sites }
}

const CHANGED = 'has changed since the snapshot'

/** Top-level statements: those that had run have left their effects, and their values are found by their number. */
function compareSteps (step: number, old: ModuleCode, now: ModuleCode): CodeChange[] {
  const changes: CodeChange[] = []
  const count = step === ENDED ? Math.max(old.steps.length, now.steps.length) : step
  for (let index = 0; index < count; index++) {
    const before = old.steps[index]
    const after = now.steps[index]
    if (before?.digest === after?.digest && before?.names.join() === after?.names.join()) continue
    const isOrdered = before !== undefined && after !== undefined && before.names.join() === after.names.join() && (step !== ENDED || old.steps.length === now.steps.length)
    // Its frame has been reported.
    if (isOrdered && index === step - 1) continue
    if (!isOrdered) {
      changes.push({ text: `the top-level code from line ${(after ?? before).line} on, which had run, has other statements than at the snapshot`, isFinal: true })
      break
    }
    const what = after.names.length === 0 ? 'the top-level code' : `the initial value of ${after.names.join(', ')}`
    changes.push({ text: `${what} (line ${after.line}), which had run, has changed since the snapshot`, isFinal: false })
  }
  return changes
}

/** By content, where that is the same; else by name. Among equals by their order. */
function finder (old: readonly SiteCode[], now: readonly SiteCode[]): { same (index: number): number | undefined, named (index: number): number | undefined } {
  const byContent = new Map<string, number[]>()
  const byName = new Map<string, number[]>()
  now.forEach((site, index) => {
    push(byContent, contentKey(site), index)
    push(byName, nameKey(site), index)
  })
  const ordinal = (index: number, key: (site: SiteCode) => string): number => {
    const wanted = key(old[index])
    let count = 0
    for (let at = 0; at < index; at++) if (key(old[at]) === wanted) count++
    return count
  }
  return {
    same (index) {
      const found = byContent.get(contentKey(old[index]))
      // Same text, same captured variables: any of them is as good.
      return found?.[Math.min(ordinal(index, contentKey), found.length - 1)]
    },
    named: index => byName.get(nameKey(old[index]))?.[ordinal(index, nameKey)]
  }
}

const nameKey = ({ kind, name }: SiteCode): string => `${kind} ${name}`
const contentKey = (site: SiteCode): string => `${nameKey(site)} ${site.digest} ${site.form}`

function push (map: Map<string, number[]>, key: string, index: number): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [index])
  else list.push(index)
}
