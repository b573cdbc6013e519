/** When a checkpointer asks its timer thread to wish again: a wish that is lost is the last one of the process. */
import { expect, test } from 'vitest'
import { createCheckpointer, type CheckpointerParts } from '../../runtime/checkpoint/checkpointer.js'
import { NOTHING, SNAPSHOT, type PreparedRun } from '../../runtime/checkpoint/core-contract.js'
import { Pace } from '../../runtime/checkpoint/pace.js'
import { newReport } from '../../runtime/checkpoint/report.js'
import { openMemoryStore } from '../../runtime/store/memory.js'

function start (intervalMs: number, every?: number): { checkpointer: ReturnType<typeof createCheckpointer>, asked: number[] } {
  const asked: number[] = []
  const core: PreparedRun = { encodeState: () => new Uint8Array(8), isIdle: () => true }
  const checkpointer = createCheckpointer({
    run: openMemoryStore().hold('wishes'),
    pace: new Pace(intervalMs),
    report: newReport('wishes'),
    thread: { cells: new Int32Array(9), dueIn (ms) { asked.push(ms) }, stop () {} },
    every,
    torture: undefined,
    header: { runId: 'wishes', program: 'p.js', argv: [], cwd: '/', generation: 1, node: process.version },
    firstSequence: 1,
    elapsedMsBefore: 0,
    wentOnFromTime: undefined,
    endStopped: (() => { throw new Error('not expected') }) as CheckpointerParts['endStopped'],
    stopAfter: undefined
  })
  checkpointer.begin(core, undefined)
  return { checkpointer, asked }
}

test('a wish that comes too early is asked for again, at a poll and from the event loop', () => {
  const { checkpointer, asked } = start(1000)
  expect(asked).toEqual([1000])
  expect(checkpointer.shouldCheckpoint()).toBe(NOTHING)
  expect(asked).toHaveLength(2)
  checkpointer.whenIdle()
  expect(asked).toHaveLength(3)
  for (const ms of asked.slice(1)) {
    expect(ms).toBeGreaterThan(0)
    expect(ms).toBeLessThanOrEqual(1000)
  }
})

test('a wish that is due is fulfilled, and the next one asked for', () => {
  const { checkpointer, asked } = start(0)
  expect(checkpointer.shouldCheckpoint()).toBe(SNAPSHOT)
  expect(asked).toEqual([0])
  checkpointer.takeSnapshot([])
  expect(asked).toHaveLength(2)
})

test('where each poll asks, the thread is left alone', () => {
  const { checkpointer, asked } = start(1000, 1_000_000)
  for (let poll = 0; poll < 10; poll++) expect(checkpointer.shouldCheckpoint()).toBe(NOTHING)
  expect(asked).toEqual([1000])
})
