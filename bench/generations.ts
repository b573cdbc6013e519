/**
 * Do size and time stay flat over generations of restore, snapshot and end? `npm run bench:generations -- [COUNT] [--json]`: the last
 * fifth of them against the first, each fifth a mean, as a snapshot's stack differs from one to the next.
 */
import { mean, runGenerations } from './generations/generations.js'

const words = process.argv.slice(2)
const count = Number(words.find(word => /^\d+$/.test(word)) ?? 50)
const generations = runGenerations(count)
const fifth = Math.max(1, Math.floor(count / 5))
// The first compiles.
const first = generations.slice(1, 1 + fifth)
const last = generations.slice(-fifth)
const ratio = (key: 'bytes' | 'wallMs'): number => mean(last.map(of => of[key])) / mean(first.map(of => of[key]))
const result = { generations, bytes: { ratio: ratio('bytes') }, wallMs: { ratio: ratio('wallMs') } }
if (words.includes('--json')) console.log(JSON.stringify(result, null, 2))
else console.log(`${count} generations: last fifth to first, size ${result.bytes.ratio.toFixed(2)}, time ${result.wallMs.ratio.toFixed(2)}; ${Math.round(mean(last.map(({ bytes }) => bytes)))} bytes`)
