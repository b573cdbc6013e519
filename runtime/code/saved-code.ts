/**
 * The program's code as a snapshot refers to it: of each module the digest of its compiled text, which is kept in the store once
 * by content, and which of its functions the snapshot holds on to.
 */
import { createHash } from 'node:crypto'
import { SafeMap, uncurry } from '../encoding/natives.js'
import type { CodeStore } from '../checkpoint/core-contract.js'
import { pathOfText, programFiles, textOf } from './texts.js'
import { usedSites, type ModuleUse } from './used-code.js'

const hash = createHash
const update = uncurry(Object.getPrototypeOf(createHash('sha256')).update as (text: string) => ReturnType<typeof createHash>)
const finish = uncurry(Object.getPrototypeOf(createHash('sha256')).digest as (encoding: 'base64url') => string)
const lastIndexOf = uncurry(String.prototype.lastIndexOf)
const indexOf = uncurry(String.prototype.indexOf)
const slice = uncurry(String.prototype.slice)

/** Where the source map lies does not belong to the code. 132 bits. */
export function digestOfText (text: string): string {
  const at = lastIndexOf(text, '\n//# sourceMappingURL=')
  const code = at >= 0 && indexOf(text, '\n', at + 1) < 0 ? slice(text, 0, at) : text
  return slice(finish(update(hash('sha256'), code), 'base64url'), 0, 22)
}

/** What runs under a name never changes within a process. */
const digests = new SafeMap<string, string>()

export interface RunningModule { readonly id: string, readonly step: number, readonly descriptor: { readonly code: string } }

/**
 * `modules`: those that have begun. Texts that this process has not written yet are written. Of the runtime's own built-ins only
 * those in use are named, by their identity: their text cannot be taken from a snapshot.
 */
export function saveCode (modules: readonly RunningModule[], builtins: readonly RunningModule[], store: CodeStore): ModuleUse[] {
  const uses: ModuleUse[] = []
  const fresh: { digest: string, text: string }[] = []
  const begun = new SafeMap<string, true>()
  const digestOf = (id: string): string | undefined => {
    const known = digests.get(id)
    if (known !== undefined) return known
    const text = textOf(id)
    if (text === undefined) return undefined
    const digest = digestOfText(text)
    digests.set(id, digest)
    fresh[fresh.length] = { digest, text }
    return digest
  }
  for (let index = 0; index < modules.length; index++) {
    const { id, step } = modules[index]
    begun.set(pathOfText(id), true)
    const text = digestOf(id)
    if (text !== undefined) uses[uses.length] = { id, text, step, ...usedSites(id) }
  }
  for (let index = 0; index < builtins.length; index++) {
    const { id, descriptor } = builtins[index]
    const used = usedSites(id)
    if (used.frames !== undefined || used.closures !== undefined) uses[uses.length] = { id, text: digestOfText(descriptor.code), ...used }
  }
  const loaded = programFiles().loaded()
  for (let index = 0; index < loaded.length; index++) {
    if (begun.has(loaded[index])) continue
    const text = digestOf(loaded[index])
    if (text !== undefined) uses[uses.length] = { id: loaded[index], text }
  }
  if (fresh.length > 0) store.write(fresh)
  return uses
}
