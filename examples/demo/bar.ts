/** A progress bar with notes above it; where stdout is no terminal, the notes alone and a line each tenth. */
const WIDTH = 50

export class Bar {
  #shown = false
  #lastTenth = -1

  show (part: number, label: string): void {
    const filled = Math.round(part * WIDTH)
    const line = `[${'█'.repeat(filled)}${'·'.repeat(WIDTH - filled)}] ${(100 * part).toFixed(1).padStart(5)} %  ${label}`
    if (process.stdout.isTTY) {
      process.stdout.write(`\r\x1b[K${line}`)
      this.#shown = true
      return
    }
    const tenth = Math.floor(part * 10)
    if (tenth === this.#lastTenth) return
    this.#lastTenth = tenth
    console.log(line)
  }

  note (text: string): void {
    if (this.#shown) process.stdout.write('\r\x1b[K')
    this.#shown = false
    console.log(text)
  }
}
