/**
 * Whether a file is an ES module or CommonJS: as Node decides for JavaScript, and as TypeScript and Node together would for the
 * JavaScript that a TypeScript file becomes.
 *
 *     extension              | decided by
 *     .mjs .mts / .cjs .cts  | the extension
 *     .js .jsx .ts .tsx      | "type" of the nearest package.json; without one:
 *       .js .jsx             |   its syntax, as Node's detection
 *       .ts .tsx             |   `module` of the nearest tsconfig.json where that says CommonJS, else its syntax
 */
import { extname } from 'node:path'
import { compileFunction } from 'node:vm'
import { packageOf } from './packages.js'
import { tsconfigOf } from './tsconfig.js'

export type Kind = 'esm' | 'commonjs'

const BY_EXTENSION: Readonly<Record<string, Kind | 'by package'>> = {
  '.mjs': 'esm',
  '.mts': 'esm',
  '.cjs': 'commonjs',
  '.cts': 'commonjs',
  '.js': 'by package',
  '.jsx': 'by package',
  // A program's executable file.
  '': 'by package',
  '.ts': 'by package',
  '.tsx': 'by package',
}

export const TYPESCRIPT_EXTENSIONS = ['.ts', '.tsx', '.cts', '.mts', '.jsx'] as const

/** Declarations hold no code. */
export const isTypeScript = (path: string): boolean => (TYPESCRIPT_EXTENSIONS as readonly string[]).includes(extname(path))

export const isCode = (path: string): boolean => extname(path) in BY_EXTENSION

/** `readSource` is called only where the file's syntax decides. */
export function kindOf (path: string, readSource: () => string): Kind {
  const extension = extname(path)
  const kind = BY_EXTENSION[extension]
  if (kind === 'esm' || kind === 'commonjs') return kind
  const type = packageOf(path)?.type
  if (type !== undefined) return type === 'module' ? 'esm' : 'commonjs'
  if (extension === '.ts' || extension === '.tsx') {
    const module = String(tsconfigOf(path)?.compilerOptions.module ?? '').toLowerCase()
    if (module === 'commonjs' || module.startsWith('node')) return 'commonjs'
    return TYPESCRIPT_MODULE.test(readSource()) ? 'esm' : 'commonjs'
  }
  if (extension === '.jsx') return TYPESCRIPT_MODULE.test(readSource()) ? 'esm' : 'commonjs'
  return hasModuleSyntax(readSource()) ? 'esm' : 'commonjs'
}

/** At the beginning of a line: `import` as a statement (not `import x = require()`), `export` (not `export =`), top-level await. */
const TYPESCRIPT_MODULE =
  /^(?:[ \t]*import[ \t]*(?:["'{*]|(?!type[ \t]+[\w$]+[ \t]*=)[\w$][^=\n(]*(?:\n|,|from\b))|[ \t]*export[ \t]+(?!=|import\b|as\b)[\w{*@]|(?:const [\w$]+ = )?await[ \t])/m

/** Words of a module, or a declaration that may clash with a name of the wrapper. Parsing every package's files at each start costs more than all else here. */
const WORTH_PARSING =
  /\b(?:import|export|await)\b|\b(?:const|let|class)\b[^;]*\b(?:require|module|exports|__filename|__dirname)\b(?!\s*[(.[])/

/** The messages by which Node itself tells an ES module that was parsed as CommonJS (lib/internal/modules/helpers.js, src/node_contextify.cc). */
const ESM_MESSAGES = [
  'Cannot use import statement outside a module',
  "Unexpected token 'export'",
  "Cannot use 'import.meta' outside a module",
]
/** Errors that the CommonJS wrapper causes: then Node parses the text as a module, and takes it for one if that succeeds. */
const WRAPPER_MESSAGES = [
  "Identifier '__filename' has already been declared",
  "Identifier '__dirname' has already been declared",
  "Identifier 'module' has already been declared",
  "Identifier 'exports' has already been declared",
  "Identifier 'require' has already been declared",
  'await is only valid in async functions and the top level bodies of modules',
]

function hasModuleSyntax (source: string): boolean {
  if (!WORTH_PARSING.test(source)) return false
  const failure = syntaxErrorOf(source, ['exports', 'require', 'module', '__filename', '__dirname'])
  if (failure === undefined) return false
  if (ESM_MESSAGES.some(message => failure.includes(message))) return true
  if (!WRAPPER_MESSAGES.some(message => failure.includes(message))) return false
  // An async function's body allows what a module's does here; its own import statements have been asked for above.
  return syntaxErrorOf(`return async () => {\n${source}\n}`, []) === undefined
}

function syntaxErrorOf (source: string, parameters: string[]): string | undefined {
  try {
    compileFunction(source.replace(/^#!/, '//'), parameters)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
