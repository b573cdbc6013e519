// Functions that call each other, with a table of them.
const even = n => n === 0 ? 1 : odd(n - 1)
function odd (n) { return n === 0 ? 0 : even(n - 1) }
const female = n => n === 0 ? 1 : n - male(female(n - 1))
const male = n => n === 0 ? 0 : n - female(male(n - 1))
export function run () {
  let sum = 0
  for (let i = 0; i < 60_000; i++) sum += even(i % 500)
  for (let i = 0; i < 40; i++) sum += female(i) * male(40 - i)
  return sum
}
