/**
 * `node --import reprise/register PROGRAM`: what Node is about to start is compiled and resumable. Options come from the
 * environment (`REPRISE_ID`, `REPRISE_INTERVAL`, …), since the command line is the program's.
 */
import { resolve } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { loadCompiledBuiltins } from '../../runtime/core.js'
import { isCompilerThread } from './compiler-thread.js'
import { enableSourceMaps, installLoader } from './index.js'
import { loaderOptionsFromEnvironment, startFromEnvironment } from './prepare.js'

// Threads of the program's inherit `--import`; they are compiled, but a run is the main thread's.
if (!isCompilerThread()) {
  const program = process.argv[1]
  const isRun = isMainThread && program !== undefined
  if (isRun) await loadCompiledBuiltins()
  installLoader({ program: resolve(program ?? 'index.js'), ...(isRun ? loaderOptionsFromEnvironment() : {}) })
  if (isRun) await startFromEnvironment(resolve(program))
  enableSourceMaps()
}
