// Counting with Map and Set, by numbers, strings and objects.
export function run () {
  const counts = new Map()
  for (let i = 0; i < 400_000; i++) { const key = (i * 7919) % 5003; counts.set(key, (counts.get(key) ?? 0) + 1) }
  const words = new Map()
  for (let i = 0; i < 100_000; i++) { const key = 'k' + (i % 1009); const list = words.get(key); if (list === undefined) words.set(key, [i]); else list.push(i) }
  const seen = new Set()
  for (const [key, list] of words) if (list.length > 98) seen.add(key)
  let sum = seen.size
  for (const [key, count] of counts) sum += key * count % 13
  counts.forEach((count, key) => { if (seen.has('k' + key)) sum += count })
  return sum
}
