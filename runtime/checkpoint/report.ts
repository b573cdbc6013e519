/** What `REPRISE_REPORT=FILE` gets at the end, also under --quiet: figures for tests, benches and monitoring. */

export interface Report {
  runId: string
  /** Snapshots written to the store. */
  snapshots: number
  /** How often state was rebuilt from bytes. */
  restores: number
  /** How often the slow path of a poll ran. */
  polls: number
  /** How often the stack could not be captured where a snapshot was wanted. */
  postponed: number
  /** Snapshots that failed. */
  failed: number
  /** Of all snapshots written, and of the last one. */
  bytes: number
  lastBytes: number
  /** Work of the process before that had to be done again. */
  lostMs: number
  /** How long the program stood still for snapshots. */
  pausedMs: number
  /** How long it has run in all its processes, and how many these were. */
  elapsedMs: number
  generation: number
  exitCode: number
}

export function newReport (runId: string): Report {
  return {
    runId, snapshots: 0, restores: 0, polls: 0, postponed: 0, failed: 0, bytes: 0, lastBytes: 0,
    lostMs: 0, pausedMs: 0, elapsedMs: 0, generation: 1, exitCode: 0
  }
}
