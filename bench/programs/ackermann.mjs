// Deep recursion with a call as an argument of a call.
function ackermann (m, n) {
  if (m === 0) return n + 1
  if (n === 0) return ackermann(m - 1, 1)
  return ackermann(m - 1, ackermann(m, n - 1))
}
export function run () {
  let sum = 0
  for (let i = 0; i < 60; i++) sum += ackermann(2, 200 + i)
  return sum
}
