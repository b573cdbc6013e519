/** The mark of compiled text: what carries it is not compiled again, and its positions can be read. Pure, for both halves. */
const { apply } = Reflect
const { indexOf, startsWith } = String.prototype

const find = (text: string, part: string, from = 0): number => apply(indexOf, text, [part, from]) as number

/** The mark's first form is the compiler's first line (after `#!`), its second a string that survives minifiers. */
export const MARK_LINE = '/* reprise abi '
export const MARK_STRING = 'reprise:1'

export function isCompiledText (text: string): boolean {
  const begin = (apply(startsWith, text, ['#!']) as boolean) ? find(text, '\n') + 1 : 0
  if (apply(startsWith, text, [MARK_LINE, begin]) as boolean) return true
  const at = find(text, MARK_STRING)
  if (at <= 0) return false
  const quote = text[at - 1]
  return (quote === '"' || quote === "'" || quote === '`') && text[at + MARK_STRING.length] === quote
}
