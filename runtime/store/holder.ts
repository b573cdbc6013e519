/**
 * Which process holds a run, and whether it still lives.
 *
 * A pid alone says little: it is used again, and in a container the program is pid 1 each time. The kernel's start time of
 * the process, in ticks since boot, and the boot's id make it unique on one machine. Of a process on another machine only its
 * signs of life can be seen: its timer thread touches the lock.
 */
import os from 'node:os'
import type { Holder } from './store.js'
import { readFileSync } from './own-fs.js'

/** How long a holder on another machine may be silent before it counts as dead. */
export const SILENCE_MS_MAX = 30_000

function readText (file: string): string {
  try { return readFileSync(file, 'latin1') } catch { return '' }
}

/**
 * Field 22 of /proc/PID/stat; empty if there is no such process, or if it is dead and only its parent has not asked yet (field 3:
 * in a container whose first process does not care it stays so for good). The second field is the command in parentheses, which
 * may hold spaces and parentheses.
 */
export function processStartTime (pid: number): string {
  const stat = readText(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? '' : fields[19] ?? ''
}

export function thisHolder (): Holder {
  return {
    host: os.hostname(),
    bootId: readText('/proc/sys/kernel/random/boot_id').trim(),
    pid: process.pid,
    startTime: processStartTime(process.pid),
    since: Date.now()
  }
}

/** `silenceMs`: how long ago its last sign of life was, by the clock of the place where the lock lies. */
export function isAlive (holder: Holder, silenceMs: number, self: Holder = thisHolder()): boolean {
  if (holder.host !== self.host) return silenceMs < SILENCE_MS_MAX
  if (holder.bootId !== self.bootId) return false
  const startTime = processStartTime(holder.pid)
  if (self.startTime !== '') return startTime !== '' && startTime === holder.startTime
  // No /proc: the pid must do.
  try {
    process.kill(holder.pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

export function describeHolder (holder: Holder): string {
  const since = new Date(holder.since).toISOString().replace('T', ' ').slice(0, 19)
  return `process ${holder.pid} on ${holder.host}, since ${since} UTC`
}
