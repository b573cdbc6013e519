// An iterative FFT on doubles: bit reversal and butterflies.
const size = 1 << 15
export function run () {
  const re = new Float64Array(size)
  const im = new Float64Array(size)
  for (let i = 0; i < size; i++) re[i] = (i * 37) % 101
  for (let round = 0; round < 4; round++) transform(re, im)
  let energy = 0
  for (let i = 0; i < size; i++) energy += re[i] * re[i] + im[i] * im[i]
  return Math.round(Math.log(energy) * 1e6)
}
function transform (re, im) {
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i < j) { let t = re[i]; re[i] = re[j]; re[j] = t; t = im[i]; im[i] = im[j]; im[j] = t }
  }
  for (let length = 2; length <= size; length <<= 1) {
    const angle = 2 * Math.PI / length
    const stepRe = Math.cos(angle)
    const stepIm = Math.sin(angle)
    for (let i = 0; i < size; i += length) {
      let wRe = 1
      let wIm = 0
      for (let k = 0; k < length / 2; k++) {
        const a = i + k
        const b = a + length / 2
        const tRe = re[b] * wRe - im[b] * wIm
        const tIm = re[b] * wIm + im[b] * wRe
        re[b] = re[a] - tRe; im[b] = im[a] - tIm
        re[a] += tRe; im[a] += tIm
        const next = wRe * stepRe - wIm * stepIm
        wIm = wRe * stepIm + wIm * stepRe
        wRe = next
      }
    }
  }
}
