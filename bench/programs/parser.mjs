// A tokenizer and a recursive descent parser for JSON-like text.
class Parser {
  constructor (text) { this.text = text; this.at = 0 }
  skip () { for (;;) { const c = this.text.charCodeAt(this.at); if (c === 32 || c === 10) this.at++; else return } }
  value () {
    this.skip()
    const c = this.text[this.at]
    if (c === '{') return this.object()
    if (c === '[') return this.array()
    if (c === '"') return this.string()
    return this.number()
  }
  object () {
    const result = {}
    this.at++
    for (this.skip(); this.text[this.at] !== '}'; this.skip()) {
      const key = this.string()
      this.skip(); this.at++
      result[key] = this.value()
      this.skip()
      if (this.text[this.at] === ',') this.at++
      this.skip()
    }
    this.at++
    return result
  }
  array () {
    const result = []
    this.at++
    for (this.skip(); this.text[this.at] !== ']'; this.skip()) { result.push(this.value()); this.skip(); if (this.text[this.at] === ',') this.at++ }
    this.at++
    return result
  }
  string () { const begin = ++this.at; while (this.text.charCodeAt(this.at) !== 34) this.at++; return this.text.slice(begin, this.at++) }
  number () { let n = 0; for (;;) { const c = this.text.charCodeAt(this.at); if (c < 48 || c > 57) return n; n = n * 10 + c - 48; this.at++ } }
}
const text = JSON.stringify(Array.from({ length: 1500 }, (_, i) => ({ id: i, name: 'name' + i, tags: ['a' + i % 7, 'b'], nested: { x: i * 3, list: [i, i + 1, [i]] } })))
export function run () {
  let sum = 0
  for (let round = 0; round < 4; round++) { const rows = new Parser(text).value(); for (const row of rows) sum += row.nested.x + row.tags.length + row.nested.list[2][0] }
  return sum
}
