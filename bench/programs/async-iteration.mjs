// Async generators in for await, and chains of then.
async function * ticks (n) { for (let i = 0; i < n; i++) yield i }
export async function run () {
  let sum = 0
  for await (const x of ticks(15_000)) sum += x
  let chain = Promise.resolve(0)
  for (let i = 0; i < 15_000; i++) chain = chain.then(x => (x + i) | 0)
  return sum + await chain
}
