/**
 * Writes expected.stdout beside each fixture (or those whose names contain an argument), from two runs of plain Node that
 * must agree: `npm run fixtures:record -- loops/`; for those that need a newer Node, with REPRISE_TEST_NODE. An oracle is never
 * written by what it judges.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expectedFile, findFixtures } from './fixtures.js'
import { faultOfEnd, faultOfStdout } from './judge.js'
import { runNative } from './native.js'
import { areRecorded, oldest } from './nodes.js'

const wanted = process.argv.slice(2)
for (const fixture of await findFixtures()) {
  if (wanted.length > 0 && !wanted.some(part => fixture.name.includes(part))) continue
  const { node, varies } = fixture.config
  if (node !== undefined ? oldest < node : varies !== undefined && !areRecorded) continue
  const first = await runNative(fixture)
  const second = await runNative(fixture)
  const fault = faultOfEnd(first, fixture.config.exitCode) ?? faultOfStdout(second.stdout, first.stdout) ??
    (first.stdout === '' ? 'it prints nothing' : undefined)
  if (fault !== undefined) {
    console.error(`${fixture.name}: ${fault}`)
    process.exitCode = 1
    continue
  }
  const file = expectedFile(fixture)
  if (existsSync(file) && readFileSync(file, 'utf8') === first.stdout) continue
  console.log(`${existsSync(file) ? 'changed' : 'new'}: ${fixture.name}`)
  writeFileSync(file, first.stdout)
}
