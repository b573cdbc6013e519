// Closures that keep and change variables, made in loops and called many times.
function counter (step) { let n = 0; return { add: k => { n += k * step; return n }, read: () => n } }
const compose = (...fs) => x => { for (const f of fs) x = f(x); return x }
export function run () {
  const counters = []
  for (let i = 0; i < 1000; i++) counters.push(counter(i))
  for (let round = 0; round < 600; round++) for (const c of counters) c.add(round & 3)
  const chain = compose(x => x + 1, x => x * 2, x => x % 1000, x => x ^ 5)
  let x = 0
  for (let i = 0; i < 300_000; i++) x = chain(x)
  let sum = x
  for (const c of counters) sum += c.read()
  return sum
}
