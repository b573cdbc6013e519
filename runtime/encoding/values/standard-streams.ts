/** process.stdin, stdout and stderr: the ones of the process that goes on. */
import { corrupt } from '../errors.js'
import { EventEmitter } from 'node:events'
import { defineBuiltinKind } from '../kinds.js'
import { apply, getOwn } from '../natives.js'

const names = ['stdin', 'stdout', 'stderr'] as const
const getters = names.map(name => getOwn(process, name)?.get)

/** Only those that the program holds are asked for, since asking opens them. */
function nameOf (value: object): string | undefined {
  const fd: unknown = getOwn(value, 'fd')?.value
  if (fd !== 0 && fd !== 1 && fd !== 2) return undefined
  const get = getters[fd]
  return get !== undefined && apply(get, process, []) === value ? names[fd] : undefined
}

defineBuiltinKind<object>({
  name: 'standard-stream',
  prototype: EventEmitter.prototype,
  opaque: true,
  test: value => nameOf(value) !== undefined,
  parts: stream => [nameOf(stream)],
  allocate ([name]) {
    for (let index = 0; index < names.length; index++) if (names[index] === name) return process[names[index]]
    return corrupt('a standard stream has no name')
  }
})
