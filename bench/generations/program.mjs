// A state that turns and does not grow: whatever makes its snapshots larger from process to process is a leak of ours.
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))
const settings = new Map([['a', 1], ['b', 2], ['c', 3]])
const seen = new Set([1, 2, 3, 4])
let rounds = 0

class Counter {
  #count = 0
  listeners = new Set()
  up () { this.#count = (this.#count + 1) % 1000; for (const listener of this.listeners) listener(this.#count) }
  get count () { return this.#count }
}
class Named extends Counter { constructor (name) { super(); this.name = name } }

const counters = ['x', 'y'].map(name => new Named(name))
let last = 0
for (const counter of counters) counter.listeners.add(count => { last = count })

function * walk (depth) {
  for (let turn = 0; ; turn = (turn + 1) % 3) {
    if (depth > 0) yield * firstOf(walk(depth - 1), 3)
    else yield turn
  }
}
function * firstOf (source, count) { for (let index = 0; index < count; index++) yield source.next().value }
const walker = walk(3)

function turn (depth) {
  if (depth > 0) return turn(depth - 1) + 1
  let sum = 0
  for (let index = 0; index < 20; index++) { sum += walker.next().value; counters[index % 2].up() }
  return sum
}

async function task (id) {
  const entries = () => [settings.entries(), seen.values()]
  let iterators = entries()
  for (;;) {
    await sleep(1)
    if (iterators[0].next().done) iterators = entries()
    iterators[1].next()
    try { if (id % 2 === 0) throw new Error(`round of ${id}`) } catch (error) { await Promise.reject(error).catch(() => {}) }
    turn(id)
    rounds = (rounds + 1) % 100_000
  }
}
async function * ticks () { for (;;) { await sleep(1); yield rounds } }
async function follow () { for await (const round of ticks()) last = round }

const beat = setInterval(() => { last = (last + 1) % 1000 }, 2)
process.on('exit', () => clearInterval(beat))
await Promise.all([task(1), task(2), task(3), follow(), Promise.race([task(4), sleep(100_000_000)])])
