/**
 * The differential suite: every fixture in one mode. A test file per mode, so that vitest spreads them over its workers;
 * within a file two programs run at a time.
 *
 *     npm test -- torture -t loops/labels       one fixture in one mode
 *     SEED=123 npm test -- kill                 the same kills again
 *     REPRISE_TEST_SAMPLE=5 npm test -- torture every fifth fixture, which ones by the seed, and few restores of each
 */
import { describe, expect, test } from 'vitest'
import { findFixtures, situationOf, type Fixture, type Mode } from './fixtures.js'
import { runMode, sample } from './modes.js'
import { areAlike, oldest } from './nodes.js'
import { seedOfRun } from '../random.js'

const fixtures = (await findFixtures()).filter((_, index) => sample === undefined || (index + seedOfRun) % sample === 0)

export function differential (mode: Mode): void {
  describe.concurrent(`${mode}${mode === 'kill' ? `, seed ${seedOfRun}` : ''}`, () => {
    for (const [index, fixture] of fixtures.entries()) {
      const reason = reasonToSkip(fixture, mode)
      if (reason !== undefined) {
        test.skip(`${fixture.name}: ${reason}`, () => {})
        continue
      }
      test(`${fixture.name}: ${situationOf(fixture)}`, { timeout: 180_000 }, async () => {
        const { fault } = await runMode(fixture, mode, seedOfRun + index)
        expect(fault).toBeUndefined()
      })
    }
  })
}

function reasonToSkip ({ config }: Fixture, mode: Mode): string | undefined {
  if (config.node !== undefined && oldest < config.node) return `It needs Node ${config.node}.`
  if (config.varies !== undefined && mode === 'kill' && !areAlike) return config.varies
  return config.skip?.[mode]
}
