/**
 * The fixtures: `fixtures/CONSTRUCT/SITUATION/`, each a program of one or more files whose first line says what it shows,
 * with what plain Node prints beside it. A config.ts is the exception, not the rule.
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from 'esbuild'

export const root = process.cwd()
const folder = join(root, 'fixtures')

export const MODES = ['plain', 'instrumented', 'polls-all', 'torture', 'kill'] as const
export type Mode = typeof MODES[number]

/** The default export of a fixture's config.ts. */
export interface FixtureConfig {
  /** The program's own exit code; 0 if missing. */
  readonly exitCode?: number
  /** Modes in which it is not run, each with the reason. */
  readonly skip?: Partial<Record<Mode, string>>
  /** Torture at every N-th poll; 1 if missing. For programs whose polls are many and alike. */
  readonly tortureEvery?: number
  /** The oldest Node that runs it. */
  readonly node?: number
  /** Values that it holds and no snapshot can keep yet, by what is said of each; any other snapshot that fails is a fault. */
  readonly unsupported?: RegExp
  /** Why plain Nodes differ in what they print; then the Node that runs it says what is expected. */
  readonly varies?: string
}

export interface Fixture {
  /** `construct/situation` */
  readonly name: string
  readonly folder: string
  readonly program: string
  readonly config: FixtureConfig
}

const PROGRAM = /^program\.(mjs|cjs|js|ts|mts|cts)$/

export const expectedFile = (fixture: Fixture): string => join(fixture.folder, 'expected.stdout')
export const expectedStdout = (fixture: Fixture): string => readFileSync(expectedFile(fixture), 'utf8')

/** The comment in the program's first line. */
export function situationOf (fixture: Fixture): string {
  return readFileSync(fixture.program, 'utf8').split('\n', 1)[0].replace(/^\/\/ /, '')
}

export async function findFixtures (): Promise<Fixture[]> {
  const fixtures: Fixture[] = []
  for (const construct of folders(folder)) {
    for (const situation of folders(join(folder, construct))) {
      const at = join(folder, construct, situation)
      const program = readdirSync(at).find(name => PROGRAM.test(name))
      if (program === undefined) continue
      fixtures.push({ name: `${construct}/${situation}`, folder: at, program: join(at, program), config: await configOf(at) })
    }
  }
  return fixtures
}

function folders (at: string): string[] {
  return readdirSync(at).filter(name => statSync(join(at, name)).isDirectory()).sort()
}

async function configOf (at: string): Promise<FixtureConfig> {
  const file = join(at, 'config.ts')
  if (!existsSync(file)) return {}
  // Node 20 imports no TypeScript, and this runs outside vitest too.
  const { code } = transformSync(readFileSync(file, 'utf8'), { loader: 'ts', format: 'esm' })
  const { default: config } = await import(`data:text/javascript,${encodeURIComponent(code)}`) as { default: FixtureConfig }
  return config
}
