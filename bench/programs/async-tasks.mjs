// Async functions that await values and each other, a few hundred tasks at once.
const leaf = async n => { await n; return n & 15 }
async function task (id, steps) { let sum = 0; for (let i = 0; i < steps; i++) { sum += await leaf(i + id); await null } return sum }
export async function run () {
  const tasks = []
  for (let i = 0; i < 300; i++) tasks.push(task(i, 40))
  let sum = 0
  for (const x of await Promise.all(tasks)) sum += x
  return sum
}
