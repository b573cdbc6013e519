/**
 * Goal: each character of rendered text maps where the rope says, and two maps in a row lead to the first text.
 * Method: our digits are read back by an independent reader of source maps; random ropes against a model that maps each character.
 */
import { eachMapping, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { composeMaps, render, type Code, type SourceMap } from '../../transformer/emit/source-map.js'

const read = (map: SourceMap): TraceMap => new TraceMap(map as ConstructorParameters<typeof TraceMap>[0])
const source = 'function foo () {\n  return bar(1, 2)\n}\nclass X {}\n'

describe('render', () => {
  it('text after a nested piece belongs to the outer one again', () => {
    const { text, map } = render([{ at: 20, code: ['a', { at: 27, code: 'b' }, 'c'] }, 'd'], source, 'x.js')
    expect(text).toBe('abcd')
    const columns = [0, 1, 2, 3].map(column => originalPositionFor(read(map), { line: 1, column }))
    expect(columns.map(({ line, column }) => [line, column])).toEqual([[2, 2], [2, 9], [2, 2], [null, null]])
  })
  it('a slice maps words and brackets to themselves', () => {
    const { text, map } = render(['/* before */', { from: 0, to: source.length }], source, 'x.js')
    expect(text).toBe('/* before */' + source)
    expect(originalPositionFor(read(map), { line: 2, column: 9 })).toMatchObject({ line: 2, column: 9 })
    expect(originalPositionFor(read(map), { line: 2, column: 12 })).toMatchObject({ line: 2, column: 12 })
    expect(originalPositionFor(read(map), { line: 4, column: 6 })).toMatchObject({ line: 4, column: 6 })
  })
  it('a name stands at the beginning of its piece only', () => {
    const { map } = render({ at: 0, name: 'foo', code: ['foo$resume', { at: 18, code: 'x' }] }, source, 'x.js')
    const names: (string | null)[] = []
    eachMapping(read(map), ({ name }) => { names.push(name) })
    expect(names).toEqual(['foo', null])
  })
  it('a rope as deep as the heap allows', () => {
    let code: Code = 'x'
    for (let depth = 0; depth < 200_000; depth++) code = [code]
    expect(render(code, '', 'x.js').text).toBe('x')
  })
  it('numbers of many digits', () => {
    const far = 'x'.repeat(100_000) + '\n'.repeat(70_000) + 'y'
    const { map } = render([{ at: 99_999, code: 'a' }, { at: far.length - 1, code: 'b' }, { at: 0, code: 'c' }], far, 'x.js')
    expect([0, 1, 2].map(column => originalPositionFor(read(map), { line: 1, column })).map(({ line, column }) => [line, column])).toEqual([[1, 99_999], [70_001, 0], [1, 0]])
  })
  it('random ropes agree with a model', () => {
    const { rope } = fc.letrec<{ rope: Code }>(tie => ({
      rope: fc.oneof({ maxDepth: 5 },
        fc.constantFrom('', 'a', 'bc', '\n', 'd\ne', '\n\nf'),
        fc.record({ at: fc.nat(source.length - 1), code: tie('rope') }),
        fc.array(tie('rope'), { maxLength: 5 }))
    }))
    fc.assert(fc.property(rope, code => {
      const { text, map } = render(code, source, 'x.js')
      const model = characters(code, -1)
      expect(text).toBe(model.map(({ char }) => char).join(''))
      const trace = read(map)
      let line = 1
      let column = 0
      for (const { char, at } of model) {
        if (char === '\n') { line++; column = 0; continue }
        const found = originalPositionFor(trace, { line, column: column++ })
        const before = source.slice(0, at).split('\n')
        expect([found.line, found.column]).toEqual(at === -1 ? [null, null] : [before.length, before[before.length - 1].length])
      }
    }))
  })
})

function characters (code: Code, at: number): { char: string, at: number }[] {
  if (typeof code === 'string') return [...code].map(char => ({ char, at }))
  if ('code' in code) return characters(code.code, code.at)
  if ('from' in code) throw new Error('no slices here')
  return (code as readonly Code[]).flatMap(piece => characters(piece, at))
}

describe('two maps in a row', () => {
  const first = render([{ at: 0, name: 'foo', code: 'function foo' }, '() { return ', { at: 27, code: 'bar' }, ' }'], source, 'first.js')
  const second: Code = ['/* 2 */ ', { from: 0, to: first.text.length }]
  it('sources stay as the inner map names them, wherever the text lay', () => {
    const inner = { ...first.map, sources: ['../src/a b.ts'], sourceRoot: 'root' }
    expect(composeMaps(render(second, first.text, '/home/someone/dist/x.js').map, inner)).toMatchObject({ sources: ['../src/a b.ts'], sourceRoot: 'root' })
  })
  it('composed afterwards or while rendering, they lead to the first text', () => {
    const afterwards = composeMaps(render(second, first.text, 'second.js').map, first.map)
    const meanwhile = render(second, first.text, 'second.js', first.map).map
    const at = first.text.indexOf('bar') + '/* 2 */ '.length
    for (const map of [afterwards, meanwhile]) {
      expect(map.sources).toEqual(['first.js'])
      expect(map.sourcesContent).toEqual([source])
      expect(originalPositionFor(read(map), { line: 1, column: at })).toMatchObject({ source: 'first.js', line: 2, column: 9 })
      expect(originalPositionFor(read(map), { line: 1, column: '/* 2 */ '.length })).toMatchObject({ line: 1, column: 0, name: 'foo' })
    }
  })
})
