/**
 * When the next snapshot is due.
 *
 * `auto`: the first after a second; then, a snapshot having cost c, 50 c later, so that snapshots cost at most 2 % of the
 * time; but not more often than once a second, which spares the disk, and at most a minute apart, whatever they cost.
 *
 * A fixed interval is what the user wants, unless a snapshot takes longer than that: half of the time is what they get at most,
 * or a program whose state is large would hardly run.
 */
export const AUTO_MS_MIN = 1000
export const AUTO_MS_MAX = 60_000
const COST_SHARE = 0.02

/**
 * Between two attempts on a stack that cannot be captured. Most such moments are short, and a look costs some 20 µs; a deep stack
 * takes 10 ms to be looked at, so looking has a share of the time as well.
 */
const RETRY_MS_MIN = 5
const RETRY_MS_MAX = 250

export class Pace {
  readonly #fixedMs: number | undefined
  #costMs = 0

  constructor (interval: number | 'auto') {
    this.#fixedMs = interval === 'auto' ? undefined : interval
  }

  get intervalMs (): number {
    if (this.#fixedMs !== undefined) return this.#fixedMs < this.#costMs ? this.#costMs : this.#fixedMs
    const wanted = this.#costMs / COST_SHARE
    return wanted < AUTO_MS_MIN ? AUTO_MS_MIN : wanted > AUTO_MS_MAX ? AUTO_MS_MAX : wanted
  }

  /** A single slow one (another program held the disk) fades; a growing state counts at once. */
  took (costMs: number): void {
    const mean = (this.#costMs + costMs) / 2
    this.#costMs = mean > costMs ? mean : costMs
  }

  /** When to look again, the last look having cost so much. */
  retryMs (lookMs: number): number {
    const wanted = lookMs / COST_SHARE
    return wanted < RETRY_MS_MIN ? RETRY_MS_MIN : wanted > RETRY_MS_MAX ? RETRY_MS_MAX : wanted
  }

  /** While no snapshot was taken for so long, the user is told what holds it up. */
  get patienceMs (): number {
    const ten = this.intervalMs * 10
    return ten > 10_000 ? ten : 10_000
  }
}
