/**
 * The file store keeps the contract, and what only a disk has: modes, locks of dead processes, leftovers, failures of
 * single operations.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { buildSync } from 'esbuild'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openFileStore } from '../../runtime/store/file.js'
import { processStartTime, SILENCE_MS_MAX, thisHolder } from '../../runtime/store/holder.js'
import { HeldError, StoreError, type Holder } from '../../runtime/store/store.js'
import { header, testStore } from './conformance.js'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'reprise-store-'))
let count = 0
let place = ''
const reset = (): void => { place = path.join(root, `${++count}`, '.reprise') }
afterAll(() => fs.rmSync(root, { recursive: true }))

testStore('file store', {
  reset,
  open: () => openFileStore(place),
  damage (store, id, name, change) {
    const file = path.join(store.place, id, name)
    fs.writeFileSync(file, change(new Uint8Array(fs.readFileSync(file))))
  }
})

describe('file store, on the disk', () => {
  beforeEach(reset)
  const lockFile = (): string => path.join(place, 'run', 'lock.1.other')
  const locks = (): string[] => fs.readdirSync(path.join(place, 'run')).filter((name) => name.startsWith('lock.'))
  const writeLock = (holder: Partial<Holder>): void => {
    fs.mkdirSync(path.join(place, 'run'), { recursive: true })
    fs.writeFileSync(lockFile(), JSON.stringify({ ...thisHolder(), ...holder, holds: true }))
  }
  const hold = (): void => openFileStore(place).hold('run').release()

  test('is for its owner alone and keeps itself out of repositories', () => {
    const run = openFileStore(place).hold('run')
    const { name } = run.writeSnapshot(header(1), new Uint8Array(5))
    expect(fs.statSync(place).mode & 0o777).toBe(0o700)
    expect(fs.statSync(path.join(place, 'run')).mode & 0o777).toBe(0o700)
    expect(fs.statSync(path.join(place, 'run', name)).mode & 0o777).toBe(0o600)
    expect(fs.readFileSync(path.join(place, '.gitignore'), 'utf8')).toBe('*\n')
    run.release()
  })

  test('a place that cannot be written is a StoreError that says where', () => {
    fs.mkdirSync(path.dirname(place), { recursive: true })
    fs.writeFileSync(place, 'a file in the way')
    expect(hold).toThrow(StoreError)
    expect(hold).toThrow(place)
  })

  test('what a killed writer left is removed, and is no snapshot', () => {
    fs.mkdirSync(path.join(place, 'run'), { recursive: true })
    fs.writeFileSync(path.join(place, 'run', '00000007.snapshot.99.tmp'), 'half')
    const run = openFileStore(place).hold('run')
    expect(run.snapshots()).toEqual([])
    expect(fs.readdirSync(path.join(place, 'run'))).toEqual(locks())
    run.release()
  })

  test('a released run without snapshots leaves no folder', () => {
    hold()
    expect(fs.existsSync(path.join(place, 'run'))).toBe(false)
  })

  test('the lock of a living process holds', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    writeLock({ pid: child.pid, startTime: processStartTime(child.pid ?? 0) })
    expect(hold).toThrow(HeldError)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(hold).not.toThrow()
  })

  test('a killed process that its parent has not asked for yet holds nothing', async () => {
    // `exec` leaves a parent that waits for no child.
    const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'])
    const [line] = await once(parent.stdout, 'data') as [Buffer]
    const pid = Number(String(line))
    const startTime = processStartTime(pid)
    writeLock({ pid, startTime })
    expect(hold).toThrow(HeldError)
    process.kill(pid, 'SIGKILL')
    await vi.waitUntil(() => fs.readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z '))
    expect(hold).not.toThrow()
    parent.kill('SIGKILL')
    await once(parent, 'exit')
  })

  test.each<[string, Partial<Holder>]>([
    ['whose pid lives, as another process', { startTime: '1' }],
    ['of an earlier boot', { bootId: 'another' }],
    ['whose pid is free', { pid: 4_194_304 }]
  ])('the lock of a process %s does not hold', (_, holder) => {
    writeLock(holder)
    expect(hold).not.toThrow()
  })

  test('a process on another machine holds while it gives signs of life', () => {
    writeLock({ host: 'elsewhere', bootId: 'another' })
    expect(hold).toThrow(/on elsewhere.*another machine/)
    const silent = (Date.now() - SILENCE_MS_MAX - 1000) / 1000
    fs.utimesSync(lockFile(), silent, silent)
    const run = openFileStore(place).hold('run')
    expect(run.lastSignOfLife).toBeCloseTo(silent * 1000, -1)
    run.release()
  })

  test('a run that another process took over is not written any more', () => {
    const run = openFileStore(place).hold('run')
    fs.unlinkSync(path.join(place, 'run', locks()[0]))
    const other = openFileStore(place).hold('run')
    expect(() => run.writeSnapshot(header(1), new Uint8Array(1))).toThrow(StoreError)
    run.release()
    expect(locks()).toHaveLength(1)
    other.release()
  })

  test('a snapshot whose folder has gone is an error, and no temporary file stays', () => {
    const run = openFileStore(place).hold('run')
    const { name } = run.writeSnapshot(header(1), new Uint8Array(1))
    // A folder of the snapshot's name lets everything succeed up to the rename.
    fs.mkdirSync(path.join(place, 'run', '00000002.snapshot', 'full'), { recursive: true })
    expect(() => run.writeSnapshot(header(2), new Uint8Array(1))).toThrow()
    expect(fs.readdirSync(path.join(place, 'run')).filter((file) => file.endsWith('.tmp'))).toEqual([])
    expect(run.read(name).header.sequence).toBe(1)
    run.release()
  })

  test('of many processes that start at once, one holds', async () => {
    // Each finds the lock of a dead process: taking that away is where two could both succeed.
    const script = path.join(root, 'contend.mjs')
    buildSync({ entryPoints: ['runtime/store/lock.ts'], bundle: true, platform: 'node', format: 'esm', outfile: path.join(root, 'lock.mjs') })
    fs.writeFileSync(script, `
      import { takeLock } from './lock.mjs'
      process.stdout.write('ready')
      process.stdin.once('data', () => {
        try { takeLock(process.argv[2], 'run'); process.stdout.write('held') } catch (error) { process.stdout.write(error.code) }
        // Whoever ends frees the run: all stay until the test has seen them all.
        process.stdin.once('end', () => process.exit())
      })`)
    writeLock({ startTime: '1' })
    const children = Array.from({ length: 6 }, () => spawn(process.execPath, [script, path.join(place, 'run')]))
    const outputs = children.map((child) => {
      let output = ''
      child.stdout.on('data', (data: Buffer) => { output += data.toString() })
      return async () => { await once(child, 'close'); return output }
    })
    await Promise.all(children.map(async (child) => await once(child.stdout, 'data')))
    for (const child of children) child.stdin.write('go')
    const answered = children.map(async (child) => await once(child.stdout, 'data'))
    await Promise.all(answered)
    for (const child of children) child.stdin.end()
    const results = await Promise.all(outputs.map(async (finished) => await finished()))
    expect(results.sort()).toEqual(['readyRP4001', 'readyRP4001', 'readyRP4001', 'readyRP4001', 'readyRP4001', 'readyheld'])
  })
})
