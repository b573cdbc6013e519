// Sieve of Eratosthenes: short and long strided loops over bytes.
export function run () {
  const limit = 3_000_000
  const composite = new Uint8Array(limit + 1)
  let count = 0
  for (let i = 2; i <= limit; i++) {
    if (composite[i] === 1) continue
    count++
    for (let k = i * i; k <= limit; k += i) composite[k] = 1
  }
  return count
}
