/** When snapshots are due, as arithmetic. */
import { expect, test } from 'vitest'
import { Pace } from '../../runtime/checkpoint/pace.js'

const after = (...costs: number[]): number => {
  const pace = new Pace('auto')
  costs.forEach((cost) => pace.took(cost))
  return pace.intervalMs
}

test('auto: the first after a second, then at most 2 % of the time, at most a minute apart', () => {
  expect(after()).toBe(1000)
  expect(after(1)).toBe(1000)
  expect(after(100)).toBe(5000)
  expect(after(1000)).toBe(50_000)
  expect(after(5000)).toBe(60_000)
})

test('auto: a growing state counts at once, a single slow snapshot fades', () => {
  expect(after(40, 400)).toBe(20_000)
  expect(after(400, 40)).toBe(11_000)
  expect(after(400, 40, 40, 40, 40, 40, 40)).toBeLessThan(2500)
})

test('a fixed interval stays', () => {
  const pace = new Pace(20)
  pace.took(1000)
  expect(pace.intervalMs).toBe(20)
})

test('the user is told after ten intervals and ten seconds', () => {
  expect(new Pace(20).patienceMs).toBe(10_000)
  expect(new Pace(5000).patienceMs).toBe(50_000)
})

test('attempts on a stack that cannot be captured become rarer, until one succeeds', () => {
  const pace = new Pace('auto')
  const first = pace.nextRetryMs()
  let last = first
  for (let attempt = 0; attempt < 20; attempt++) last = pace.nextRetryMs()
  expect(first).toBeLessThan(10)
  expect(last).toBeGreaterThan(100)
  pace.took(1)
  expect(pace.nextRetryMs()).toBe(first)
})
