// Generators in for-of loops, piped, and by yield* over a tree.
function * range (from, to) { for (let i = from; i < to; i++) yield i }
function * filter (source, test) { for (const x of source) if (test(x)) yield x }
function * walk (node) { if (node !== null) { yield * walk(node.left); yield node.value; yield * walk(node.right) } }
const build = (low, high) => low > high ? null : { value: (low + high) >> 1, left: build(low, ((low + high) >> 1) - 1), right: build(((low + high) >> 1) + 1, high) }
export function run () {
  let sum = 0
  for (let round = 0; round < 5; round++) for (const x of filter(range(0, 60_000), x => x % 3 === 0)) sum = (sum + x) | 0
  for (const x of walk(build(0, 4000))) sum += x
  return sum
}
