/**
 * Before a snapshot is gone on with: is the program still the one that it was taken of? Nothing of the program has run yet; its
 * files are read through its loader, which compiles what must be compiled and keeps that for the start.
 */
import { fileURLToPath } from 'node:url'
import { relative } from 'node:path'
import { RefusedError, type CodeChoice, type CodeStore } from '../checkpoint/core-contract.js'
import { compareCode, type CodeChange } from './compare-code.js'
import { findModuleCode, parseModuleCode } from './module-code.js'
import { setMovedSites } from './moved-sites.js'
import { digestOfText, type RunningModule } from './saved-code.js'
import { pathOfText, programFiles } from './texts.js'
import type { ModuleUse } from './used-code.js'

export interface CheckedCode {
  /** To be told: what has changed and is taken all the same. */
  readonly notes: readonly string[]
}

/** Throws RefusedError. */
export function checkCode (allUses: readonly ModuleUse[], choice: CodeChoice, store: CodeStore, builtins: readonly RunningModule[]): CheckedCode {
  const uses = allUses.filter(({ id }) => !isBuiltin(id))
  const changes: (CodeChange & { readonly file: string })[] = []
  for (const { id, text } of allUses) {
    if (!isBuiltin(id)) continue
    const present = builtins.find(module => module.id === id)
    if (present === undefined || digestOfText(present.descriptor.code) !== text) changes.push({ file: 'reprise', text: `its own ${id.slice(BUILTINS.length)} functions are of another version than at the snapshot`, isFinal: true })
  }
  if (choice === 'old' && changes.length === 0) return takeOld(uses, store)
  const unaffected: string[] = []
  for (const use of uses) {
    const file = shown(use.id)
    const found = changesOf(use, store)
    if (found === undefined) continue
    if (found.length === 0) unaffected.push(file)
    else changes.push(...found.map(change => ({ ...change, file })))
  }
  const isFinal = changes.some(change => change.isFinal)
  if (changes.length > 0 && (choice === undefined || isFinal)) {
    throw new RefusedError('RP3105', changes.map(({ file, text }) => `${file}: ${text}`), {
      old: changes.every(({ file }) => file !== 'reprise') && uses.every(({ text }) => store.read(text) !== undefined),
      new: !isFinal
    })
  }
  const notes: string[] = []
  if (unaffected.length > 0) notes.push(`${list(unaffected)} ${unaffected.length > 1 ? 'have' : 'has'} changed since the snapshot, but nothing that it holds on to: the new code is taken`)
  for (const { file, text } of changes) notes.push(`${file}: ${text}; the new code is taken`)
  return { notes }
}

const BUILTINS = 'reprise:builtins/'
const isBuiltin = (id: string): boolean => id.startsWith(BUILTINS)

/** Undefined where the file is the same. */
function changesOf (use: ModuleUse, store: CodeStore): readonly CodeChange[] | undefined {
  let text: string | undefined
  try {
    text = programFiles().textToLoad(pathOfText(use.id))
  } catch (error) {
    // What had not begun may be gone.
    return use.step === undefined ? undefined : [{ text: whyNot(error), isFinal: true }]
  }
  if (text !== undefined && digestOfText(text) === use.text) return undefined
  if (use.step === undefined) return []
  const now = text === undefined ? undefined : findModuleCode(text)
  if (now === undefined) return [{ text: 'is not compiled any more', isFinal: true }]
  const oldText = store.read(use.text)
  const old = oldText === undefined ? undefined : findModuleCode(oldText)
  if (old === undefined) return [{ text: 'has changed since the snapshot, and its code of that time is not in the store', isFinal: true }]
  const { changes, sites } = compareCode(use, parseModuleCode(old), parseModuleCode(now))
  setMovedSites(use.id, sites)
  return changes
}

function takeOld (uses: readonly ModuleUse[], store: CodeStore): CheckedCode {
  const missing: string[] = []
  for (const { id, text } of uses) {
    const old = store.read(text)
    if (old === undefined) missing.push(`${shown(id)}: its code as of the snapshot is not in the store`)
    else programFiles().replace(pathOfText(id), old)
  }
  if (missing.length > 0) throw new RefusedError('RP3106', missing, { old: false, new: true })
  return { notes: ['with the code as of the snapshot'] }
}

function whyNot (error: unknown): string {
  if (error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOENT') return 'is missing'
  return `cannot be loaded: ${error instanceof Error ? error.message : String(error)}`
}

function shown (id: string): string {
  const path = id.startsWith('file:') ? fileURLToPath(id) : id
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith('..') ? path : fromHere
}

function list (names: readonly string[]): string {
  const shownNames = names.slice(0, 5).join(', ')
  return names.length > 5 ? `${shownNames} and ${names.length - 5} more` : shownNames
}
