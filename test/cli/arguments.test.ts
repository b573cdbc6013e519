/** What of a command line is reprise's and what is the program's; what options mean, on the command line and in the environment. */
import { describe, expect, test } from 'vitest'
import { splitRunWords } from '../../cli/arguments.js'
import { goOnCommand, quote, type Invocation } from '../../runtime/checkpoint/command.js'
import { optionsFromEnvironment, parseDuration, parseSettings, RUN_OPTIONS, UsageError } from '../../runtime/checkpoint/settings.js'

describe('splitRunWords', () => {
  const table: Array<{ words: string[], values?: Record<string, string>, program?: string, argv?: string[] }> = [
    { words: ['main.ts'], program: 'main.ts' },
    { words: ['main.ts', '--fresh', '-x', '--', 'a'], program: 'main.ts', argv: ['--fresh', '-x', '--', 'a'] },
    { words: ['--fresh', 'main.ts', '--keep'], values: { fresh: '1' }, program: 'main.ts', argv: ['--keep'] },
    { words: ['--id', 'night', '--every=5', 'main.ts'], values: { id: 'night', every: '5' }, program: 'main.ts' },
    { words: ['--id=a=b', 'main.ts'], values: { id: 'a=b' }, program: 'main.ts' },
    { words: ['--', '--odd.ts', 'x'], program: '--odd.ts', argv: ['x'] },
    { words: ['--torture', '7', '--torture-max', '3', '--torture-process', 'm.js'], values: { torture: '7', 'torture-max': '3', 'torture-process': '1' }, program: 'm.js' },
    { words: [] }
  ]
  test.each(table)('$words', ({ words, values = {}, program, argv = [] }) => {
    const split = splitRunWords(words)
    expect(Object.fromEntries(split.values)).toEqual(values)
    expect(split.program).toBe(program)
    expect(split.argv).toEqual(argv)
  })
  test.each([['--unknown', 'a.js'], ['--id'], ['--fresh=1', 'a.js'], ['-x', 'a.js']])('refuses %s', (...words) => {
    expect(() => splitRunWords(words)).toThrow(UsageError)
  })
})

describe('settings', () => {
  const parse = (values: Record<string, string>): ReturnType<typeof parseSettings> => parseSettings(new Map(Object.entries(values)))

  test('defaults', () => {
    expect(parse({})).toMatchObject({ interval: 'auto', tortureMax: 10_000, fresh: false, keep: false, quiet: false, tortureProcess: false })
  })
  test.each([['20ms', 20], ['1s', 1000], ['1.5s', 1500], ['30m', 1_800_000], ['24h', 86_400_000], ['2d', 172_800_000]])('the time %s is %i ms', (text, ms) => {
    expect(parseDuration('interval', text)).toBe(ms)
  })
  test.each<Record<string, string>>([
    { interval: '20' }, { interval: 'soon' }, { every: '0' }, { every: '1.5' }, { torture: 'x' }, { code: 'newest' }, { 'max-age': '3 days' },
    { fresh: '1', from: '3' }, { 'torture-process': '1' }
  ])('refuses %j', (values) => {
    expect(() => parse(values)).toThrow(UsageError)
  })
  test('each option has an environment name', () => {
    const environment = Object.fromEntries(RUN_OPTIONS.map(({ name }) => [`REPRISE_${name.toUpperCase().replaceAll('-', '_')}`, 'x']))
    expect([...optionsFromEnvironment(environment).keys()]).toEqual(RUN_OPTIONS.map(({ name }) => name))
  })
  test('a switch in the environment is off for 0, false and nothing', () => {
    expect(optionsFromEnvironment({ REPRISE_FRESH: '0', REPRISE_KEEP: 'false', REPRISE_QUIET: '' }).size).toBe(0)
  })
})

describe('the command that goes on', () => {
  const invocation: Invocation = {
    program: '/p/main.ts', argv: ['in put', '--all'], starter: ['npx', 'reprise', 'run'], options: ['--fresh', '--from', '3', '--from=4', '--id', 'a b', '--keep'], typed: 'main.ts'
  }
  test('leaves out what holds for one start', () => {
    expect(goOnCommand(invocation, {})).toBe("npx reprise run --id 'a b' --keep main.ts 'in put' --all")
    expect(goOnCommand(invocation, {}, [{ name: 'from', value: '2' }])).toBe("npx reprise run --id 'a b' --keep --from 2 main.ts 'in put' --all")
    expect(goOnCommand(invocation, {}, [{ name: 'id', value: 'c' }, { name: 'fresh' }])).toBe("npx reprise run --keep --id c --fresh main.ts 'in put' --all")
  })
  test('names what the environment says, unless the command line says it too', () => {
    const environment = { REPRISE_ID: 'x', REPRISE_STORE: '/a b', REPRISE_FRESH: '1', REPRISE_REPORT: 'r.json' }
    expect(goOnCommand(invocation, environment)).toBe("REPRISE_STORE='/a b' npx reprise run --id 'a b' --keep main.ts 'in put' --all")
  })
  test('where Node starts the program all options stand in the environment', () => {
    const started: Invocation = { ...invocation, starter: ['node', '--import', 'reprise/register'], options: 'environment' }
    expect(goOnCommand(started, { REPRISE_ID: 'x' }, [{ name: 'code', value: 'old' }, { name: 'fresh' }]))
      .toBe("REPRISE_ID=x REPRISE_CODE=old REPRISE_FRESH=1 node --import reprise/register main.ts 'in put' --all")
  })
  test.each([["it's", "'it'\\''s'"], ['', "''"], ['~', "'~'"], ['a=b', 'a=b']])('quotes %s', (word, quoted) => {
    expect(quote(word)).toBe(quoted)
  })
})
