// Spread, rest, destructuring, templates and optional chaining in a loop: what modern code is full of.
const points = Array.from({ length: 500 }, (_, i) => ({ id: i, at: [i, i * 2], style: i % 3 === 0 ? { color: 'c' + i % 5 } : undefined }))
const scale = ({ id, at: [x, y = 0], ...rest }, factor = 2) => ({ ...rest, id, at: [x * factor, y * factor] })
export function run () {
  let hash = 0
  for (let round = 0; round < 60; round++) {
    for (const point of points) {
      const { id, at: [x, y], style } = scale(point, round)
      const name = `${id}:${style?.color ?? 'none'}`
      hash = (Math.imul(hash, 31) + x + y + name.length) | 0
    }
  }
  return hash
}
