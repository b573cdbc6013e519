/** The bench's picture: a bar per program, its ratio to plain Node, the physical limit marked at 1. */
import { writeFileSync } from 'node:fs'

interface Bar { readonly program: string, readonly ratio: number }

export function drawOverhead (file: string, bars: readonly Bar[], geomean: number): void {
  const left = 150
  const width = 720
  const rowHeight = 18
  const top = 44
  const height = top + bars.length * rowHeight + 34
  const widest = Math.max(2, ...bars.map(bar => bar.ratio)) * 1.1
  const x = (ratio: number): number => Math.round(left + (width - left - 20) * ratio / widest)
  const rows = [...bars].sort((a, b) => a.ratio - b.ratio).map((bar, index) => {
    const y = top + index * rowHeight
    return `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${bar.program}</text>` +
      `<rect x="${left}" y="${y + 2}" width="${x(bar.ratio) - left}" height="13" fill="${bar.ratio <= 1.2 ? '#3b8f8a' : '#c9843a'}"/>` +
      `<text x="${x(bar.ratio) + 4}" y="${y + 12}">${bar.ratio.toFixed(2)}</text>`
  })
  const bottom = top + bars.length * rowHeight + 4
  writeFileSync(file, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11">
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="12" y="22" font-size="14">Time under reprise, plain Node = 1; geometric mean ${geomean.toFixed(3)}</text>
${rows.join('\n')}
<path d="M${x(1)} ${top - 6}V${bottom}" stroke="#222" stroke-dasharray="3 3"/>
<text x="${x(1)}" y="${bottom + 16}" text-anchor="middle">plain Node</text>
</svg>
`)
}
