// The work sits in callbacks of array methods.
export function run () {
  const list = Array.from({ length: 2000 }, (_, i) => (i * 7919) % 2003)
  let sum = 0
  for (let round = 0; round < 150; round++) {
    sum += list.map(x => x * 2 + round).filter(x => x % 3 !== 0).reduce((a, x) => (a + x) | 0, 0)
    list.forEach((x, i) => { if (x > 1990) sum += i })
    if (list.some(x => x === -1) || !list.every(x => x >= 0)) sum = NaN
  }
  return sum
}
