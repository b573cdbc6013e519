/**
 * Who judges the judges: what the differential suite must refuse. Each row is a way in which a wrong compiler or runtime
 * shows: something lost, doubled, out of order, or begun anew.
 */
import { describe, expect, test } from 'vitest'
import { faultOfEnd, faultOfStdout, PiecesOfStdout } from './judge.js'
import type { Ended } from './start.js'

const expected = 'one\ntwo\nthree\nfour\n'

test.each([
  ['a line is missing', 'one\nthree\nfour\n'],
  ['a line is doubled', 'one\ntwo\ntwo\nthree\nfour\n'],
  ['the end is missing', 'one\ntwo\n'],
  ['there is more than expected', expected + 'five\n'],
  ['nothing was printed', '']
])('the whole stdout: %s', (_, stdout) => {
  expect(faultOfStdout(stdout, expected)).toBeDefined()
})

test('the whole stdout: the same', () => {
  expect(faultOfStdout(expected, expected)).toBeUndefined()
})

describe('pieces of stdout', () => {
  const faultOf = (pieces: string[]): string | undefined => {
    const judge = new PiecesOfStdout(expected)
    for (const piece of pieces) { const fault = judge.add(piece); if (fault !== undefined) return fault }
    return judge.faultOfLast()
  }
  test.each([
    ['undisturbed', [expected]],
    ['each begins where the other stopped', ['one\n', 'two\nthree\n', 'four\n']],
    ['they overlap', ['one\ntwo\n', 'two\nthree\n', 'three\nfour\n']],
    ['one printed nothing', ['', 'one\n', '', 'one\ntwo\nthree\nfour\n']],
    ['killed in the middle of a line', ['one\ntw', 'two\nthree\nfour\n']]
  ])('accepted: %s', (_, pieces) => { expect(faultOf(pieces)).toBeUndefined() })
  test.each([
    ['a line between two starts is lost', ['one\n', 'three\nfour\n']],
    ['a start prints a line twice', ['one\ntwo\n', 'two\ntwo\nthree\nfour\n']],
    ['the last does not reach the end', ['one\ntwo\n', 'three\n']],
    ['a start begins in the middle', ['three\nfour\n']],
    ['something else is printed', ['one\n', 'restored\ntwo\n']]
  ])('refused: %s', (_, pieces) => { expect(faultOf(pieces)).toBeDefined() })
})

test.each<[string, Partial<Ended>]>([
  ['another exit code', { code: 70 }],
  ['a signal', { code: null, signal: 'SIGSEGV' }],
  ['too long', { code: null, signal: 'SIGKILL', overdue: true }]
])('the end: %s', (_, ended) => {
  expect(faultOfEnd({ code: 0, signal: null, overdue: false, stdout: '', stderr: '', ...ended })).toBeDefined()
})
