// Objects that die young and objects that stay: binary trees built and walked.
function build (depth) { return depth === 0 ? { left: null, right: null } : { left: build(depth - 1), right: build(depth - 1) } }
function count (node) { return node.left === null ? 1 : 1 + count(node.left) + count(node.right) }
export function run () {
  let sum = 0
  const kept = build(14)
  for (let i = 0; i < 300; i++) sum += count(build(8))
  return sum + count(kept)
}
