// Started plain, and under reprise: imports one program, runs it until the time is over, prints the times and its result.
import { argv, stdout } from 'node:process'

const [, , program, secondsMax] = argv
const { run } = await import(`./programs/${program}.mjs`)
const now = () => Number(process.hrtime.bigint()) / 1e6
const times = []
let result
for (const begin = now(); times.length < 8 || now() - begin < Number(secondsMax) * 1000;) {
  const started = now()
  result = await run()
  times.push(now() - started)
}
stdout.write(JSON.stringify({ times, result }) + '\n')
