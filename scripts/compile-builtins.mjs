// The last step of the build: built-ins that call back go through our own compiler, so that their frames can be captured.
// Run after tsc, whose output of these files it replaces: node scripts/compile-builtins.mjs
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { compile } from '../dist/transformer/index.js'

const from = 'runtime/builtins/compiled'
const to = `dist/${from}`

for (const file of readdirSync(from)) {
  const name = file.replace(/\.ts$/, '')
  const { code, diagnostics } = compile(readFileSync(`${from}/${file}`, 'utf8'), { fileName: file, module: 'esm', compilerOptions: { removeComments: true } })
  if (diagnostics.length > 0) throw new Error(`${file}: ${diagnostics.map(String).join('\n')}`)
  writeFileSync(`${to}/${name}.js`, code
    .replace('"reprise/runtime"', '"../../abi.js"')
    .replace('$.esm(import.meta, ', `$.builtins("reprise:builtins/${name}", `))
}
