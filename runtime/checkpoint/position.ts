/** Where a stack stands in the user's source. */
import { fileURLToPath } from 'node:url'
import type { Frame } from '../restore/frame.js'
import type { SourcePosition } from './core-contract.js'

const indexOf = Function.prototype.call.bind(String.prototype.indexOf) as (text: string, part: string) => number
const replace = Function.prototype.call.bind(String.prototype.replace) as (text: string, pattern: RegExp, by: string) => string
const get = Function.prototype.call.bind(Map.prototype.get) as
  (points: Frame['site']['points'], pc: number) => { line: number, column: number } | undefined

/** The innermost frame in the program's own files; a stack that is in a package all the way down shows the package. */
export function positionOf (stack: readonly Frame[]): SourcePosition | undefined {
  let foreign: SourcePosition | undefined
  for (let index = stack.length - 1; index >= 0; index--) {
    const position = positionOfFrame(stack[index])
    if (position === undefined) continue
    if (isOwn(position.file)) return position
    foreign ??= position
  }
  return foreign
}

/** Undefined for frames that stand in no source, as those of the runtime. */
export function positionOfFrame ({ site, pc }: Frame): SourcePosition | undefined {
  const point = get(site.points, pc)
  return point === undefined ? undefined : { file: pathOf(site.module.id), line: point.line, column: point.column, name: site.name }
}

const isOwn = (file: string): boolean => indexOf(file, '/node_modules/') < 0 && indexOf(file, 'reprise:') < 0

function pathOf (id: string): string {
  if (indexOf(id, 'file:') !== 0) return replace(id, /#\d+$/, '')
  try { return fileURLToPath(id) } catch { return id }
}
