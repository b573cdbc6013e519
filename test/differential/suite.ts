/**
 * The differential suite: every fixture in one mode. A test file per mode, so that vitest spreads them over its workers;
 * within a file two programs run at a time.
 *
 *     npm test -- torture -t loops/labels       one fixture in one mode
 *     SEED=123 npm test -- kill                 the same kills again
 */
import { describe, expect, test } from 'vitest'
import { findFixtures, situationOf, type Mode } from './fixtures.js'
import { runMode } from './modes.js'
import { seedOfRun } from '../random.js'

const fixtures = await findFixtures()

export function differential (mode: Mode): void {
  describe.concurrent(`${mode}${mode === 'kill' ? `, seed ${seedOfRun}` : ''}`, () => {
    for (const [index, fixture] of fixtures.entries()) {
      const reason = fixture.config.skip?.[mode]
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
