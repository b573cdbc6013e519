/**
 * What every store must do. A store is done when it passes this suite; what it can do besides has tests of its own.
 *
 * `open` gives a store on the place made by the last `reset`; opening it again must show what was written before.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { DamagedError, HeldError, type HeldRun, type RunRecord, type SnapshotHeader, type Store } from '../../runtime/store/store.js'

export interface StoreUnderTest {
  reset (): void
  open (): Store
  /** Changes a snapshot's bytes behind the store's back. */
  damage (store: Store, id: string, name: string, change: (bytes: Uint8Array) => Uint8Array): void
}

const START = 1_700_000_000_000

export function header (sequence: number, more: Partial<SnapshotHeader> = {}): SnapshotHeader {
  return {
    runId: 'run', program: '/p/main.ts', argv: ['a', 'b c'], cwd: '/p', time: START + sequence * 1000, sequence, generation: 1,
    elapsedMs: sequence * 1000, position: { file: '/p/main.ts', line: 3, column: 5 }, node: 'v20.20.2', ...more
  }
}

const record: RunRecord = {
  id: 'run', program: '/p/main.ts', argv: ['a', 'b c'], cwd: '/p', command: 'reprise run main.ts a', starts: [{ time: START, from: null }], generation: 1
}

const payload = (length: number, seed = 1): Uint8Array => Uint8Array.from({ length }, (_, index) => index * seed + seed)

export function testStore (name: string, { reset, open, damage }: StoreUnderTest): void {
  describe(name, () => {
    beforeEach(() => reset())

    const sequences = (run: HeldRun): number[] => run.snapshots().map((entry) => entry.sequence)

    test('is empty before anything is written, and looking does not write', () => {
      const store = open()
      expect(store.runs()).toEqual([])
      expect(store.run('run')).toBeUndefined()
      expect(store.remove('run')).toBe(false)
    })

    test.each([0, 1, 255, 70_000])('gives back a snapshot of %i bytes with its header', (length) => {
      const run = open().hold('run')
      const written = run.writeSnapshot(header(1), payload(length))
      const read = run.read(written.name)
      expect(read.header).toEqual(header(1))
      expect([...read.payload]).toEqual([...payload(length)])
      run.release()
    })

    test('what was written is there when it is opened again', () => {
      const run = open().hold('run')
      run.writeRecord(record)
      run.writeSnapshot(header(1), payload(10))
      run.writeCode([{ digest: 'abc', text: 'export {}' }])
      run.release()
      const store = open()
      expect(store.runs().map((found) => found.id)).toEqual(['run'])
      const again = store.hold('run')
      expect(again.record).toEqual(record)
      expect(again.snapshots()[0].header).toEqual(header(1))
      expect(again.readCode('abc')).toBe('export {}')
      expect(again.readCode('other')).toBeUndefined()
      again.release()
    })

    test('lists the newest first', () => {
      const run = open().hold('run')
      for (const sequence of [1, 2, 3]) run.writeSnapshot(header(sequence), payload(3))
      expect(sequences(run)).toEqual([3, 2, 1])
      run.release()
    })

    test('keeps the newest three, and one each of the last minute, hour and day', () => {
      const run = open().hold('run')
      const hour = 3_600_000
      const times = [0, 23 * hour, 24.5 * hour, 24.9 * hour, 24.95 * hour, 25 * hour - 30_000, 25 * hour - 20_000, 25 * hour - 10_000, 25 * hour]
      times.forEach((time, index) => run.writeSnapshot(header(index + 1, { time: START + time }), payload(3)))
      // 2: of the last day; 3: of the last hour; 6: of the last minute; 7 to 9: the newest
      expect(sequences(run)).toEqual([9, 8, 7, 6, 3, 2])
      run.release()
    })

    test('code is kept as long as a snapshot refers to it', () => {
      const run = open().hold('run')
      const uses = (text: string): SnapshotHeader['code'] => [{ id: 'file:///p/main.ts', text, step: -1 }]
      run.writeCode([{ digest: 'first', text: 'one' }])
      run.writeSnapshot(header(1, { time: START - 90_000_000, code: uses('first') }), payload(3))
      run.writeCode([{ digest: 'second', text: 'two' }, { digest: 'first', text: 'one' }])
      for (let sequence = 2; sequence <= 3; sequence++) run.writeSnapshot(header(sequence, { code: uses('second') }), payload(3))
      expect(run.readCode('first')).toBe('one')
      for (let sequence = 4; sequence <= 9; sequence++) run.writeSnapshot(header(sequence, { code: uses('second') }), payload(3))
      expect(run.readCode('first')).toBeUndefined()
      expect(run.readCode('second')).toBe('two')
      run.release()
    })

    test('a hundred snapshots take the room of six', () => {
      const run = open().hold('run')
      for (let sequence = 1; sequence <= 100; sequence++) run.writeSnapshot(header(sequence), payload(3))
      expect(sequences(run).length).toBeLessThanOrEqual(6)
      run.release()
    })

    test('ids do not disturb one another', () => {
      const store = open()
      const a = store.hold('a')
      const b = store.hold('b')
      a.writeSnapshot(header(1), payload(1))
      b.writeSnapshot(header(1), payload(2))
      a.clear()
      expect(b.read(b.snapshots()[0].name).payload.length).toBe(2)
      a.release()
      b.release()
    })

    test('a second holder is refused and told who holds it', () => {
      const store = open()
      const run = store.hold('run')
      run.writeRecord(record)
      let error: unknown
      try { open().hold('run') } catch (caught) { error = caught }
      if (error === undefined) { try { store.hold('run') } catch (caught) { error = caught } }
      expect(error).toBeInstanceOf(HeldError)
      expect((error as HeldError).holder.pid).toBe(process.pid)
      expect((error as HeldError).message).toContain(`process ${process.pid} on `)
      expect(() => store.remove('run')).toThrow(HeldError)
      run.release()
      run.release()
      store.hold('run').release()
    })

    test('clear leaves nothing to go on with, the run can be written again', () => {
      const store = open()
      const run = store.hold('run')
      run.writeRecord(record)
      run.writeSnapshot(header(1), payload(3))
      run.clear()
      expect(run.snapshots()).toEqual([])
      expect(store.run('run')).toBeUndefined()
      run.writeSnapshot(header(2), payload(3))
      expect(sequences(run)).toEqual([2])
      run.release()
    })

    test('remove removes', () => {
      const store = open()
      const run = store.hold('run')
      run.writeSnapshot(header(1), payload(3))
      run.release()
      expect(store.remove('run')).toBe(true)
      expect(store.runs()).toEqual([])
    })

    describe('a damaged snapshot', () => {
      const length = 300
      const damages: Array<{ name: string, change: (bytes: Uint8Array) => Uint8Array }> = [
        { name: 'empty', change: () => new Uint8Array(0) },
        { name: 'torn in its first bytes', change: (bytes) => bytes.slice(0, 20) },
        { name: 'torn in its header', change: (bytes) => bytes.slice(0, 60) },
        { name: 'torn in its payload', change: (bytes) => bytes.slice(0, bytes.length - 1) },
        { name: 'full of zeros', change: (bytes) => new Uint8Array(bytes.length) },
        { name: 'of a later format', change: (bytes) => { bytes[8] = 2; return bytes } },
        { name: 'with a monstrous header length', change: (bytes) => { bytes.fill(255, 12, 16); return bytes } },
        { name: 'with a monstrous payload length', change: (bytes) => { bytes.fill(255, 16, 24); return bytes } }
      ]
      test.each(damages)('$name is recognised', ({ change }) => {
        const store = open()
        const run = store.hold('run')
        const { name } = run.writeSnapshot(header(1), payload(length))
        damage(store, 'run', name, change)
        expect(() => run.read(name)).toThrow(DamagedError)
        expect(run.snapshots()).toHaveLength(1)
        run.release()
      })

      test('with any one bit changed is recognised', () => {
        const store = open()
        const run = store.hold('run')
        const { name, bytes } = run.writeSnapshot(header(1), payload(length))
        for (let bit = 0; bit < bytes * 8; bit += 7) {
          const flip = (stored: Uint8Array): Uint8Array => { stored[bit >> 3] ^= 1 << (bit & 7); return stored }
          damage(store, 'run', name, flip)
          expect(() => run.read(name), `bit ${bit}`).toThrow(DamagedError)
          damage(store, 'run', name, flip)
        }
        expect(run.read(name).payload.length).toBe(length)
        run.release()
      })

      test('set aside, it is no longer listed, and the one before is the newest', () => {
        const store = open()
        const run = store.hold('run')
        run.writeSnapshot(header(1), payload(3))
        const { name } = run.writeSnapshot(header(2), payload(3))
        damage(store, 'run', name, (bytes) => bytes.slice(1))
        expect(run.setAside(name)).toMatch(/\.damaged$/)
        expect(sequences(run)).toEqual([1])
        run.writeSnapshot(header(3), payload(3))
        expect(sequences(run)).toEqual([3, 1])
        run.release()
      })
    })
  })
}
