/** Files of the runtime, as call sites name them: by URL or by path. The compiled built-ins among them are like a program's. */
import { fileURLToPath } from 'node:url'
import { uncurry } from '../encoding/natives.js'

const startsWith = uncurry(String.prototype.startsWith)
const runtimeUrl = new URL('..', import.meta.url).href
const runtimePath = fileURLToPath(runtimeUrl)
const builtinsUrl = new URL('../builtins/compiled/', import.meta.url).href
const builtinsPath = fileURLToPath(builtinsUrl)

export const BUILTIN_IDS = 'reprise:builtins/'

/** Built-ins that call back, compiled by our compiler: their frames are ordinary ones, and no user's. */
export const isBuiltinFile = (file: string): boolean => startsWith(file, builtinsUrl) || startsWith(file, builtinsPath)
export const isBuiltinId = (id: string): boolean => startsWith(id, BUILTIN_IDS)

export function isRuntimeFile (file: string): boolean {
  return (startsWith(file, runtimeUrl) || startsWith(file, runtimePath)) && !isBuiltinFile(file)
}
