/**
 * Whether a position in a script's text is that of the call at a resume point.
 *
 * The compiler prints a resume point as `$pc = N; target = call`, N from 7000001 to 7999999, the call directly behind. The mark
 * is looked for in the text that runs, so it holds after bundlers and minifiers: `a=7000012,b=(c.d)(e)`, `n=7001e3;`. Between
 * the number and the position may only stand what evaluates nothing. What V8 gives as a frame's position:
 *
 *     (o.m)(x)      the parenthesis of the arguments; a getter `m` has the position of the name
 *     o[k](x)       the same, a getter that of the bracket; also o.#m(x)
 *     f(x), super() the name
 *     new o.C(x)    `new`
 *     (o.m)`x`      the backtick
 *     o.m(x)        the name: what a minifier leaves of the first; a getter has the same position
 *     f(...x)       as without the dots; iterating x has the same
 *
 * The table of sites holds `($frame, $mode, $value) => sum$resume($frame, $mode, $value)`: an arrow of this shape leaves nothing
 * to be done when it is unwound. Nor does what stands in place of a generator, which returns the result of one call of the
 * runtime: `{ return $.generatorCall($module, 3, [n]) }`. In place of an async function stands
 * `return $.asyncBorn($frame, foo$async($frame, n))`: what it calls can be unwound, since `asyncBorn` throws the signal on. Minifiers move a machine into its arrow:
 * `(a,b,c)=>function(a,b,c){…}(a,b,c)`.
 */
import { charCodeAt, uncurry } from '../encoding/natives.js'

export interface Mark {
  readonly pc: number
  /**
   * `exact`: only the call itself has this position. `member`: a getter of that name has it as well. `forward`: no resume
   * point, but a function that does nothing after this call than to return its result; pc is 0. `machine`: the same, if
   * it is what the runtime calls to resume a frame. `start`: the first part of an async function is called here; pc is 0.
   */
  readonly form: 'exact' | 'member' | 'new' | 'forward' | 'machine' | 'start'
  /** The callee as it is written, `o.m` or `f`; undefined for a computed key. */
  readonly callee: string | undefined
  /** The last name of it. */
  readonly name: string | undefined
  readonly hasSpread: boolean
}

const exec = uncurry(RegExp.prototype.exec)
const slice = uncurry(String.prototype.slice)
const indexOf = uncurry(String.prototype.indexOf)
const isInteger = Number.isInteger
const { max } = Math
const toNumber = Number

const space = String.raw`(?:\s|/\*(?:[^*]|\*(?!/))*\*/)*`
/** Every character beyond ASCII counts as one of a name: no operator is there, and the classes of Unicode are slow to compile. */
const name = String.raw`[\w$\u0080-\uffff]+`
const key = String.raw`(?:${space}\.${space}#?${name}|${space}\[${space}(?:${name}(?:\.${name})?|"[^"\\]*"|'[^'\\]*')${space}\])`
/** What may stand between the mark and the call: it evaluates nothing before the call. */
const lead = String.raw`(?:(?:return|throw|await|yield|void|typeof)\b${space}|(?:if|switch)${space}\(${space}|(?:(?:const|let|var)\s${space})?${name}${key}*${space}=${space}|[!(]${space})*`
const mark = String.raw`[^=!<>]=${space}(\d[\d.]*(?:[eE]\+?\d+)?)(?:${space}[;,]${space}|[^\S\n]*\n${space})${lead}`
const receiver = String.raw`${name}(?:\[${name}\])?`
const parenthesised = String.raw`\(${space}(?:0${space},${space})?(${receiver}${key}?)${space}\)${space}`

const bracketed = String.raw`(${receiver}${space}(?:\[${space}(?:${name}(?:\.${name})?|"[^"\\]*"|'[^'\\]*')${space}\]|\.${space}#${name}))${space}`
const behindParentheses = new RegExp(`${mark}(?:${parenthesised}|${bracketed})$`)
const behindTag = new RegExp(`${mark}(?:${parenthesised}|(${receiver}${key}?)${space})$`)
const behindMark = new RegExp(`${mark}$`)
const behindReceiver = new RegExp(String.raw`${mark}(${receiver})${space}\.${space}#?$`)
const callAhead = new RegExp(String.raw`^#?(${name})${space}\(`)
const newAhead = new RegExp(String.raw`^new\b${space}\(?${space}(${name}${key}*)${space}\)?${space}\(`)
const newWithoutArguments = new RegExp(String.raw`^new\b${space}\(?${space}(${name}${key}*)`)
const parameterList = `\\(${space}(${name})${space},${space}(${name})${space},${space}(${name})${space}\\)`
const arrowBehind = new RegExp(`${parameterList}${space}=>${space}$`)
const forwardAhead = new RegExp(`^${name}${space}${parameterList}`)
const inlinedAhead = new RegExp(String.raw`^\((?:${name}(?:,${name}){0,2})?\)\s*[,}\]]`)
const suspendableAhead = /^(?:generator|asyncGenerator)Call\s*\(/
const bornBehind = new RegExp(String.raw`\breturn\s${space}${name}\.asyncBorn\(${space}${name}${space},${space}$`)
const returnBehind = new RegExp(String.raw`(?:\breturn\s|=>)${space}${name}\.$`)
const lastName = new RegExp(`(${name})$`)
const keyword = /^(?:await|yield|typeof|void|delete|return|throw|in|of|instanceof|if|while|for|switch|catch|with|function|import)$/

/** Longer than any target and callee that the compiler prints. */
const LOOK_BEHIND = 400

export function markAt (text: string, position: number): Mark | undefined {
  const before = slice(text, max(0, position - LOOK_BEHIND), position)
  const first = charCodeAt(text, position)
  if (first === 40 /* ( */) {
    const match = exec(behindParentheses, before)
    if (match !== null) return makeMark(match[1], 'exact', match[2] ?? match[3], hasSpread(text, position))
    const isInlined = exec(/\}\)?$/, before) !== null && exec(inlinedAhead, slice(text, position, position + LOOK_BEHIND)) !== null
    return isInlined ? { pc: 0, form: 'machine', callee: undefined, name: undefined, hasSpread: false } : undefined
  }
  if (first === 96 /* ` */) {
    const match = exec(behindTag, before)
    return match === null ? undefined : makeMark(match[1], 'exact', match[2] ?? match[3], false)
  }
  const ahead = slice(text, position, position + LOOK_BEHIND)
  const constructed = exec(newAhead, ahead) ?? exec(newWithoutArguments, ahead)
  if (constructed !== null) {
    const match = exec(behindMark, before)
    const end = constructed[0].length - 1
    const opens = charCodeAt(constructed[0], end) === 40
    return match === null ? undefined : makeMark(match[1], 'new', constructed[1], opens && hasSpread(text, position + end))
  }
  const call = exec(callAhead, ahead)
  if (call === null) return undefined
  const spread = hasSpread(text, position + call[0].length - 1)
  const plain = exec(behindMark, before)
  if (plain !== null) return exec(keyword, call[1]) !== null ? undefined : makeMark(plain[1], call[1] === 'super' ? 'new' : 'exact', call[1], spread)
  if (exec(bornBehind, before) !== null) return { pc: 0, form: 'start', callee: call[1], name: call[1], hasSpread: false }
  if (isForward(before, ahead)) return { pc: 0, form: 'forward', callee: call[1], name: call[1], hasSpread: false }
  const member = exec(behindReceiver, before)
  return member === null ? undefined : makeMark(member[1], 'member', `${member[2]}.${call[1]}`, spread)
}

function isForward (before: string, ahead: string): boolean {
  if (exec(suspendableAhead, ahead) !== null && exec(returnBehind, before) !== null) return true
  const parameters = exec(arrowBehind, before)
  const call = parameters === null ? null : exec(forwardAhead, ahead)
  return call !== null && parameters![1] === call[1] && parameters![2] === call[2] && parameters![3] === call[3]
}

function makeMark (digits: string, form: Mark['form'], callee: string | undefined, spread: boolean): Mark | undefined {
  const pc = toNumber(digits)
  if (!isInteger(pc) || pc <= 7_000_000 || pc >= 8_000_000) return undefined
  const last = callee === undefined ? null : exec(lastName, callee)
  return { pc, form, callee, name: last === null ? undefined : last[1], hasSpread: spread }
}

/**
 * Whether an argument is spread. Arguments are simple where they hold resume points, but may be any text where not, so this
 * errs on the side of finding one: dots within a nested function count, and after a slash, which may begin a regular
 * expression with brackets and quotes in it, so do all that follow nearby.
 */
function hasSpread (text: string, open: number): boolean {
  let depth = 0
  for (let index = open; index < text.length; index++) {
    const code = charCodeAt(text, index)
    if (code === 40 || code === 91 || code === 123) depth++
    else if (code === 41 || code === 93 || code === 125) { if (--depth <= 0) return false }
    else if (code === 46 && charCodeAt(text, index + 1) === 46) return true
    else if (code === 47) return indexOf(slice(text, index, index + LOOK_BEHIND), '...') >= 0
    else if (code === 34 || code === 39 || code === 96) {
      for (index++; index < text.length && charCodeAt(text, index) !== code; index++) {
        if (charCodeAt(text, index) === 92) index++
        else if (code === 96 && charCodeAt(text, index) === 36) return indexOf(slice(text, index, index + LOOK_BEHIND), '...') >= 0
      }
    }
  }
  return false
}
