/** The same command finds its run again; different ones never share a name; every name is a harmless file name. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { fileNameOf, placeOf, runIdOf } from '../../runtime/store/place.js'

const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'reprise-place-')))
afterAll(() => fs.rmSync(root, { recursive: true }))

describe('placeOf', () => {
  test('beside the nearest package.json above the program', () => {
    fs.mkdirSync(path.join(root, 'project/src/deep'), { recursive: true })
    fs.writeFileSync(path.join(root, 'project/package.json'), '{}')
    expect(placeOf(path.join(root, 'project/src/deep/main.ts'))).toEqual({ project: path.join(root, 'project'), store: path.join(root, 'project/.reprise') })
  })
  test('else beside the program; --store wins', () => {
    const program = path.join(root, 'alone', 'main.js')
    // A package.json above the temporary folder would be found first.
    if (!fs.existsSync('/package.json') && !fs.existsSync(path.join(os.tmpdir(), 'package.json'))) {
      expect(placeOf(program).store).toBe(path.join(root, 'alone/.reprise'))
    }
    expect(placeOf(program, '/elsewhere').store).toBe('/elsewhere')
  })
})

describe('runIdOf', () => {
  test.each([
    ['/p', '/p/main.ts', [], 'main.ts'],
    ['/p', '/p/src/main.ts', [], 'src~main.ts'],
    ['/p', '/q/main.ts', [], '%2E%2E~q~main.ts'],
    ['/p', '/p/a b.js', [], 'a%20b.js']
  ])('%s, %s %j: %s', (project, program, argv, id) => {
    expect(runIdOf(project, program, argv)).toBe(id)
  })
  test('arguments tell runs apart', () => {
    const ids = [[], ['a'], ['a', 'b'], ['a b'], ['']].map((argv) => runIdOf('/p', '/p/main.ts', argv))
    expect(new Set(ids).size).toBe(ids.length)
  })
})

test('fileNameOf: different ids, different names, one path segment each', () => {
  fc.assert(fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ minLength: 1, unit: 'grapheme' }), (a, b) => {
    const name = fileNameOf(a)
    expect(name).toMatch(/^[A-Za-z0-9_@+=,%~-][A-Za-z0-9._@+=,%~-]*$/)
    if (a !== b) expect(fileNameOf(b)).not.toBe(name)
  }))
})
