// Runs a TypeScript file of this repository under Node 20, which can't: node scripts/ts.mjs bench/run.ts [ARGS].
// The file and what it imports by relative path become one module below node_modules/.cache; packages stay imports.
import { build } from 'esbuild'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [file, ...args] = process.argv.slice(2)
const outfile = path.resolve('node_modules/.cache/reprise-scripts', file.replace(/[\\/]/g, '-').replace(/\.ts$/, '.mjs'))
await build({ entryPoints: [file], outfile, bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20', sourcemap: 'inline' })
process.setSourceMapsEnabled(true)
process.argv = [process.argv[0], path.resolve(file), ...args]
await import(pathToFileURL(outfile).href)
