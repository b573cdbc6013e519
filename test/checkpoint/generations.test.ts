/**
 * Goal: nothing of a restore stays in the next snapshot.
 * Method: a program whose state turns and does not grow (async tasks, generators, closures, classes, timers, iterators) goes through
 * some processes; sizes are compared, never times. `npm run bench:generations` does fifty.
 */
import { expect, test } from 'vitest'
import { mean, runGenerations } from '../../bench/generations/generations.js'

test('the snapshots of later generations are no larger', { timeout: 240_000 }, () => {
  const sizes = runGenerations(9).map(({ bytes }) => bytes)
  // Stacks differ: single ones lie within a tenth of the mean.
  expect(mean(sizes.slice(-3)), sizes.join(' ')).toBeLessThan(mean(sizes.slice(0, 3)) * 1.15)
})
