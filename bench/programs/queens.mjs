// Backtracking: recursion in a loop over bit sets.
function place (all, columns, left, right) {
  if (columns === all) return 1
  let count = 0
  let free = all & ~(columns | left | right)
  while (free !== 0) {
    const bit = free & -free
    free ^= bit
    count += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1)
  }
  return count
}
export function run () { return place((1 << 12) - 1, 0, 0, 0) * 100 + place((1 << 11) - 1, 0, 0, 0) }
