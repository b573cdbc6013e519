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

test('a fixed interval stays, but snapshots take at most half of the time', () => {
  const pace = new Pace(20)
  pace.took(10)
  expect(pace.intervalMs).toBe(20)
  pace.took(100)
  expect(pace.intervalMs).toBe(100)
})

test('the user is told after ten intervals and ten seconds', () => {
  expect(new Pace(20).patienceMs).toBe(10_000)
  expect(new Pace(5000).patienceMs).toBe(50_000)
})

test('a stack that cannot be captured is looked at again soon, a deep one later', () => {
  const pace = new Pace('auto')
  expect(pace.retryMs(0.02)).toBe(5)
  expect(pace.retryMs(1)).toBe(50)
  expect(pace.retryMs(100)).toBe(250)
})
