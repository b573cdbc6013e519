/** The other process: decodes each row's snapshot from a folder and checks it; prints what failed as JSON. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decode } from '../../runtime/encoding/index.js'
import { testNaming } from './sites.js'
import { table } from './table.js'

const failures: Record<string, string> = {}
for (const [index, { name, check }] of table.entries()) {
  try {
    const decoded = decode(readFileSync(join(process.argv[2]!, String(index))), testNaming)
    const early = decoded.root('value')
    decoded.fill()
    if (!Object.is(early, decoded.root('value'))) throw new Error('The identity changed')
    check(early as never)
  } catch (error) {
    failures[name] = String((error as Error).stack)
  }
}
console.log(JSON.stringify(failures))
