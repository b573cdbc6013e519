// One counted loop over numbers: where a poll in each iteration would show.
export function run () {
  let a = 1
  let hash = 0
  for (let i = 0; i < 5_000_000; i++) {
    a = (a * 1103515245 + 12345) & 0x7fffffff
    hash = (hash ^ a) + i | 0
  }
  return hash
}
