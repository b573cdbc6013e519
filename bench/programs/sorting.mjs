// Sorting with a comparer, and a quicksort by hand.
function quicksort (a, low, high) {
  while (low < high) {
    const pivot = a[(low + high) >> 1]
    let i = low
    let j = high
    while (i <= j) {
      while (a[i] < pivot) i++
      while (a[j] > pivot) j--
      if (i <= j) { const t = a[i]; a[i] = a[j]; a[j] = t; i++; j-- }
    }
    if (j - low < high - i) { quicksort(a, low, j); low = i } else { quicksort(a, i, high); high = j }
  }
}
export function run () {
  const rows = []
  for (let i = 0; i < 20_000; i++) rows.push({ key: (i * 7919) % 10_007, name: 'n' + i })
  rows.sort((a, b) => a.key - b.key || (a.name < b.name ? -1 : 1))
  const numbers = []
  for (let i = 0; i < 150_000; i++) numbers.push((i * 7919) % 100_003)
  quicksort(numbers, 0, numbers.length - 1)
  return rows[100].key + numbers[1000]
}
