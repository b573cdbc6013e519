/**
 * The run as a picture. Above: progress over time, a line per process; where one ends in a cross it was killed, and the next
 * begins where its snapshot stood, so the drop between them is the work that was lost. Below: the tour, on the map that its
 * cities make.
 */
import type { Lifetime, Step } from './lifetime.js'

const WIDTH = 960
const CHART = { left: 60, top: 56, width: 860, height: 250 }
const MAP = { left: 20, top: 370, width: 920, height: 430 }

export function drawRun (lives: readonly Lifetime[], undisturbed: Lifetime): string {
  const kills = lives.filter(life => life.killed).length
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${MAP.top + MAP.height + 20}" font-family="system-ui, sans-serif" font-size="12" fill="#333">
<rect width="100%" height="100%" fill="#fff"/>
<text x="20" y="28" font-size="17">One program, ${kills} times kill -9, ${lives.length} processes, the same output as undisturbed</text>
${drawChart(lives, undisturbed)}
<text x="20" y="${MAP.top - 12}" font-size="14">${escape(undisturbed.progress.at(-1)?.line.replace(/^.*tour/, 'What it computed: a tour') ?? '')} through ${citiesOf(undisturbed).length} cities</text>
${drawMap(citiesOf(undisturbed))}
</svg>
`
}

function drawChart (lives: readonly Lifetime[], undisturbed: Lifetime): string {
  const endMs = Math.max(undisturbed.endMs, ...lives.map(life => life.endMs))
  const x = (ms: number): string => (CHART.left + CHART.width * ms / endMs).toFixed(1)
  const y = (part: number): string => (CHART.top + CHART.height * (1 - part)).toFixed(1)
  const path = (steps: readonly Step[]): string => steps.map((step, index) => `${index === 0 ? 'M' : 'L'}${x(step.ms)} ${y(step.part)}`).join('')
  const parts: string[] = []
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    parts.push(`<path d="M${CHART.left} ${y(part)}h${CHART.width}" stroke="#e4e4e4"/><text x="${CHART.left - 8}" y="${Number(y(part)) + 4}" text-anchor="end">${100 * part} %</text>`)
  }
  const stride = endMs > 30_000 ? 10 : 5
  for (let seconds = 0; seconds * 1000 < endMs; seconds += stride) {
    parts.push(`<text x="${x(seconds * 1000)}" y="${CHART.top + CHART.height + 18}" text-anchor="middle">${seconds} s</text>`)
  }
  parts.push(`<path d="${path(undisturbed.progress)}" fill="none" stroke="#aaa" stroke-dasharray="4 3"/>`)
  for (const [index, life] of lives.entries()) {
    const first = life.progress[0]
    const last = life.progress.at(-1)
    const before = lives[index - 1]?.progress.at(-1)
    if (first === undefined || last === undefined) continue
    if (before !== undefined) {
      parts.push(`<path d="M${x(lives[index - 1].endMs)} ${y(before.part)}L${x(first.ms)} ${y(first.part)}" stroke="#c0392b" stroke-dasharray="2 3" fill="none"/>`)
      parts.push(`<circle cx="${x(first.ms)}" cy="${y(first.part)}" r="3.5" fill="#2a7f62"/>`)
    }
    parts.push(`<path d="${path(life.progress)}" fill="none" stroke="#2a7f62" stroke-width="2.5"/>`)
    if (life.killed) parts.push(`<text x="${x(life.endMs)}" y="${Number(y(last.part)) + 5}" fill="#c0392b" font-size="17" text-anchor="middle">✗</text>`)
  }
  parts.push(legend())
  return parts.join('\n')
}

function legend (): string {
  const left = CHART.left + 18
  const top = CHART.top + 18
  return `<path d="M${left} ${top}h26" stroke="#2a7f62" stroke-width="2.5"/><text x="${left + 34}" y="${top + 4}">under reprise, started again by the same command</text>
<path d="M${left} ${top + 20}h26" stroke="#aaa" stroke-dasharray="4 3"/><text x="${left + 34}" y="${top + 24}">plain node, undisturbed</text>
<text x="${left + 13}" y="${top + 46}" fill="#c0392b" font-size="17" text-anchor="middle">✗</text><text x="${left + 34}" y="${top + 44}">kill -9: what is lost is the drop to where the next begins</text>`
}

interface Place { readonly longitude: number, readonly latitude: number }

function citiesOf (life: Lifetime): Place[] {
  return life.stdout.split('\n').map(line => line.split('\t')).filter(cells => cells.length === 4)
    .map(cells => ({ longitude: Number(cells[2]), latitude: Number(cells[3]) }))
}

function drawMap (cities: readonly Place[]): string {
  const x = (place: Place): number => MAP.left + MAP.width * (place.longitude + 180) / 360
  // From 62 degrees south to 78 north: nobody on the tour lives beyond.
  const y = (place: Place): number => MAP.top + MAP.height * (78 - place.latitude) / 140
  const dots = cities.map(place => `M${x(place).toFixed(1)} ${y(place).toFixed(1)}h0`).join('')
  const closed = [...cities, ...cities.slice(0, 1)]
  // A leg over the date line is drawn as two loose ends, not across the whole map.
  const legs = closed.map((place, index) => {
    const jump = index === 0 || Math.abs(place.longitude - closed[index - 1].longitude) > 180
    return `${jump ? 'M' : 'L'}${x(place).toFixed(1)} ${y(place).toFixed(1)}`
  }).join('')
  return `<path d="${legs}" fill="none" stroke="#2a7f62" stroke-width="0.9"/>
<path d="${dots}" stroke="#c9843a" stroke-width="2.2" stroke-linecap="round"/>`
}

function escape (text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
}
