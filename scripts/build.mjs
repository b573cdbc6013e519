// The build, but for the declarations, which tsc adds: node scripts/build.mjs
//
//   dist/<entry>.js                      what others import, at the place of its source
//   dist/chunks/*.js                     what the entries share: starting a program reads some thirty files and not a hundred
//   dist/runtime/builtins/compiled/      built-ins that call back, compiled by our own compiler, so that their frames can be captured
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const common = { platform: 'node', target: 'node20.19', format: 'esm', outbase: '.', sourcemap: true, packages: 'external', logLevel: 'warning' }

const entries = [
  'cli/main.ts', 'cli/loader/register.ts', 'runtime/index.ts', 'runtime/abi.ts', 'runtime/builtins/specification.ts', 'runtime/builtins/install-compiled.ts',
  'transformer/index.ts', 'transformer/ways-in/emit-writer.ts'
]
/** Threads of their own: what they share with the program's thread is loaded twice anyway. */
const threads = ['cli/loader/hooks-thread.ts', 'cli/loader/compiler-thread.ts']

rmSync('dist', { recursive: true, force: true })
const define = { REPRISE_COMPILER_DIGEST: JSON.stringify(digestOf('transformer', 'cli/loader')) }
for (const entryPoints of [entries, threads]) {
  await build({ ...common, entryPoints, define, bundle: true, splitting: true, outdir: 'dist', chunkNames: 'chunks/[name]-[hash]', external: ['./compiled/*'] })
}
await build({ ...common, entryPoints: ['transformer/ways-in/plugin.cts'], format: 'cjs', outdir: 'dist', outExtension: { '.js': '.cjs' } })
await compileBuiltins('runtime/builtins/compiled')

/** Of all that decides what the compiler makes of a text, but for the version of TypeScript. */
function digestOf (...folders) {
  const hash = createHash('sha256')
  for (const folder of folders) {
    for (const file of readdirSync(folder, { recursive: true }).sort()) if (/\.[cm]?ts$/.test(file)) hash.update(file).update(readFileSync(join(folder, file)))
  }
  return hash.digest('hex').slice(0, 16)
}

/** A module each, by which their frames are known. */
async function compileBuiltins (folder) {
  const { compile } = await import('../dist/transformer/index.js')
  mkdirSync(`dist/${folder}`, { recursive: true })
  for (const file of readdirSync(folder)) {
    const name = file.replace(/\.ts$/, '')
    const { code, diagnostics } = compile(readFileSync(`${folder}/${file}`, 'utf8'), { fileName: file, module: 'esm', compilerOptions: { removeComments: true } })
    if (diagnostics.length > 0) throw new Error(`${file}: ${diagnostics.map(String).join('\n')}`)
    writeFileSync(`dist/${folder}/${name}.js`, code
      .replace('"reprise/runtime"', '"../../abi.js"')
      .replace(/'\.\.\/spec(-\w+)?\.js'/g, '"../specification.js"')
      .replace('$.esm(import.meta, ', `$.builtins("reprise:builtins/${name}", `))
  }
}
