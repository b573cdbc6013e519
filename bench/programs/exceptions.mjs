// try, catch and finally on the hot path; an error now and then.
function check (i) { if (i % 200 === 0) throw new RangeError('at ' + i); return i & 7 }
function guarded (i, totals) {
  try { return check(i) } catch (error) { totals.caught++; return error.message.length } finally { totals.all++ }
}
export function run () {
  const totals = { caught: 0, all: 0 }
  let sum = 0
  for (let i = 1; i < 600_000; i++) sum += guarded(i, totals)
  return sum + totals.caught + totals.all
}
