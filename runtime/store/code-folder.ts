/**
 * Compiled code beside the snapshots: a file for each text, named by its digest. A text is written once, before the first
 * snapshot that refers to it, and removed when the last one has gone.
 */
import type { SnapshotEntry } from './store.js'
import { existsSync, fsyncDirectory, makeFolders, readdirSync, replaceFile, unlinkSync } from './own-fs.js'

const SUFFIX = '.js'
const encodeText = TextEncoder.prototype.encode.bind(new TextEncoder())

export const textFile = (folder: string, digest: string): string => `${folder}/${digest}${SUFFIX}`

export function writeTexts (folder: string, texts: readonly { readonly digest: string, readonly text: string }[]): void {
  let isNew = false
  if (!existsSync(folder)) {
    makeFolders(folder, 0o700)
    isNew = true
  }
  let wrote = false
  for (let index = 0; index < texts.length; index++) {
    const { digest, text } = texts[index]
    if (existsSync(textFile(folder, digest))) continue
    replaceFile(folder, digest + SUFFIX, [encodeText(text)], 'file')
    wrote = true
  }
  if (wrote) fsyncDirectory(folder)
  if (isNew) fsyncDirectory(`${folder}/..`)
}

/** False where a snapshot's header cannot be read: then nobody knows what it needs. */
export function removeUnusedTexts (folder: string, snapshots: readonly SnapshotEntry[]): boolean {
  const used = Object.create(null) as Record<string, true>
  for (let index = 0; index < snapshots.length; index++) {
    const { header } = snapshots[index]
    if (header === undefined) return false
    const code = header.code
    for (let module = 0; code !== undefined && module < code.length; module++) used[code[module].text + SUFFIX] = true
  }
  try {
    const names = readdirSync(folder)
    for (let index = 0; index < names.length; index++) if (used[names[index]] === undefined) unlinkSync(`${folder}/${names[index]}`)
  } catch {
    // Not being able to remove is no failure of the snapshot.
  }
  return true
}
