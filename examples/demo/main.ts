/**
 * `npm run demo`: examples/tour/tour.mjs, which saves nothing, is started under reprise and killed with SIGKILL again and
 * again; each time the same command goes on. At the same time an undisturbed plain `node` runs it too; in the end both must
 * have printed the same bytes. Leaves a picture of the run. Options: --seed N, --kills N, --picture FILE.
 */
import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Bar } from './bar.js'
import { drawRun } from './picture.js'
import { startProgram, type Lifetime } from './lifetime.js'
import { seededRandom } from '../../test/random.js'

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    kills: { type: 'string', default: '4' },
    picture: { type: 'string', default: 'demo.svg' }
  }
})

const program = 'examples/tour/tour.mjs'
const store = 'node_modules/.cache/reprise-demo'
const command = ['dist/cli/main.js', 'run', '--store', store, program]
const random = seededRandom(Number(options.seed))
const bar = new Bar()

rmSync(store, { recursive: true, force: true })
bar.note(`Undisturbed:  node ${program}`)
bar.note(`Under reprise: npx reprise run ${program}`)
bar.note(`The second is killed with kill -9 up to ${options.kills} times (seed ${options.seed}); nobody kills the first.\n`)

const begin = performance.now()
const undisturbed = startProgram([program], begin)
const lives: Lifetime[] = []
/** What the program has printed, pieced together: a start prints again what the killed one had printed since its snapshot. */
let stdout = ''

for (;;) {
  const mayKill = lives.length < Number(options.kills)
  const killAfterMs = mayKill ? 2000 + random.below(3500) : undefined
  const running = startProgram(command, begin, { killAfterMs, onProgress: part => { bar.show(part, `start ${lives.length + 1}`) } })
  const life = await running.ended
  if (lives.length > 0 && life.stderr !== '') bar.note(`  ${life.stderr.trim().split('\n')[0]}`)
  stdout = join(stdout, life.stdout)
  lives.push(life)
  if (!life.killed) break
  bar.note(`✗ kill -9 at ${percent(life.reached)}`)
}

const last = lives.at(-1)
if (last?.code !== 0) fail(`the last start ended with ${last?.code ?? last?.signal}:\n${last?.stderr ?? ''}`)
bar.show(1, `start ${lives.length}`)
bar.note('')
for (const [index, life] of lives.entries()) {
  if (index > 0) bar.note(`start ${index + 1} went on at ${percent(life.began)}; the kill at ${percent(lives[index - 1].reached)} had cost ${lostSeconds(lives, index).toFixed(1)} s of work`)
}

const plain = await undisturbed.ended
const kills = lives.filter(life => life.killed).length
if (plain.code !== 0) fail(`plain node ended with ${plain.code ?? plain.signal}:\n${plain.stderr}`)
writeFileSync(options.picture, drawRun(lives, plain))
const seconds = (life: Lifetime): string => ((life.endMs - life.beginMs) / 1000).toFixed(1)
bar.note(`\nundisturbed   ${sha256(plain.stdout)}   ${seconds(plain)} s`)
bar.note(`killed ${kills} times ${sha256(stdout)}   ${((lives[lives.length - 1].endMs - lives[0].beginMs) / 1000).toFixed(1)} s`)
if (plain.stdout !== stdout) fail('the outputs differ')
bar.note(`\nByte for byte the same: ${stdout.length} bytes. Picture: ${options.picture}`)
rmSync(store, { recursive: true, force: true })

/**
 * A start prints again what was printed between its snapshot and the kill, perhaps less, if it was killed earlier. Its place
 * is where its first line stands already, or the end; whether nothing is lost or doubled, the comparison with the
 * undisturbed run tells.
 */
function join (all: string, piece: string): string {
  const firstLine = piece.slice(0, piece.indexOf('\n') + 1)
  const at = firstLine === '' ? -1 : all.lastIndexOf(firstLine)
  if (at === -1) return all + piece
  const known = all.slice(at)
  return piece.startsWith(known) ? all + piece.slice(known.length) : all
}

/** The time that the killed start had spent beyond the point at which the next one began. */
function lostSeconds (all: readonly Lifetime[], index: number): number {
  const killed = all[index - 1]
  const passed = killed.progress.findLast(step => step.part <= all[index].began) ?? killed.progress[0]
  return passed === undefined ? 0 : (killed.endMs - passed.ms) / 1000
}

function percent (part: number): string { return `${(100 * part).toFixed(1)} %` }
function sha256 (text: string): string { return createHash('sha256').update(text).digest('hex').slice(0, 16) }

function fail (message: string): never {
  bar.note(`\nThe demo failed: ${message}`)
  process.exit(1)
}
