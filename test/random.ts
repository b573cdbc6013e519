/** mulberry32: small, seeded, the same everywhere. A test that is random prints its seed, and the seed alone reproduces it. */
export interface Random {
  /** A whole number from 0 to limit - 1. */
  below (limit: number): number
}

export function seededRandom (seed: number): Random {
  let a = seed >>> 0
  const next = (): number => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }
  return { below: limit => next() % limit }
}

/** A seed from the environment, or a new one. */
export const seedOfRun = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
