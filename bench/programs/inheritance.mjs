// Virtual calls over a small hierarchy, super calls and private fields.
class Shape { #id; constructor (id) { this.#id = id } get id () { return this.#id } area () { return 0 } describe () { return this.area() + this.#id } }
class Square extends Shape { constructor (id, side) { super(id); this.side = side } area () { return this.side * this.side } }
class Circle extends Shape { constructor (id, radius) { super(id); this.radius = radius } area () { return 3 * this.radius * this.radius } }
class Ring extends Circle { constructor (id, radius, hole) { super(id, radius); this.hole = hole } area () { return super.area() - 3 * this.hole * this.hole } }
export function run () {
  const shapes = []
  for (let i = 0; i < 3000; i++) shapes.push(i % 3 === 0 ? new Square(i, i % 10) : i % 3 === 1 ? new Circle(i, i % 7) : new Ring(i, i % 9, i % 4))
  let sum = 0
  for (let round = 0; round < 2000; round++) for (const shape of shapes) sum = (sum + shape.describe() + shape.id) | 0
  return sum
}
