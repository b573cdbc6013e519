// Classes with numeric fields: a simulation of bodies.
class Vector { constructor (x, y, z) { this.x = x; this.y = y; this.z = z } }
class Body {
  constructor (x, y, z, vx, vy, vz, mass) { this.position = new Vector(x, y, z); this.speed = new Vector(vx, vy, vz); this.mass = mass }
  move (dt) { this.position.x += dt * this.speed.x; this.position.y += dt * this.speed.y; this.position.z += dt * this.speed.z }
  pull (other, dt) {
    const dx = this.position.x - other.position.x
    const dy = this.position.y - other.position.y
    const dz = this.position.z - other.position.z
    const d2 = dx * dx + dy * dy + dz * dz + 0.01
    const magnitude = dt / (d2 * Math.sqrt(d2))
    this.speed.x -= dx * other.mass * magnitude; this.speed.y -= dy * other.mass * magnitude; this.speed.z -= dz * other.mass * magnitude
    other.speed.x += dx * this.mass * magnitude; other.speed.y += dy * this.mass * magnitude; other.speed.z += dz * this.mass * magnitude
  }
}
export function run () {
  const bodies = []
  for (let i = 0; i < 6; i++) bodies.push(new Body(i, i * i % 5, 3 - i, i % 2, 1 - i % 3, 0.1 * i, 1 + i / 10))
  for (let step = 0; step < 40_000; step++) {
    for (let i = 0; i < bodies.length; i++) for (let j = i + 1; j < bodies.length; j++) bodies[i].pull(bodies[j], 0.001)
    for (const body of bodies) body.move(0.001)
  }
  let sum = 0
  for (const body of bodies) sum += body.position.x + body.speed.y
  return Math.round(sum * 1e6)
}
