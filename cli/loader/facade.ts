/**
 * A TypeScript file in CommonJS form, imported by an ES module. Node finds the names that a CommonJS file exports by reading the
 * file itself, and finds none in TypeScript's text. So what is imported is a small ES module that requires the file.
 */
import { parse, type Exports } from 'cjs-module-lexer'

/** `text` is the JavaScript that the file became. */
export function facadeOf (path: string, text: string): string {
  const { exports, reexports } = namesIn(text)
  const names = [...new Set(exports)].filter(name => name !== 'default' && name !== '__esModule')
  return [
    // As Node's own loader does it: the file was required by nobody.
    "import Module from 'node:module'",
    `const $exports = Module._load(${JSON.stringify(path)}, undefined, false)`,
    ...reexports.map(specifier => `export * from ${JSON.stringify(specifier)}`),
    ...names.flatMap((name, index) => [`const $${index} = $exports[${JSON.stringify(name)}]`, `export { $${index} as ${JSON.stringify(name)} }`]),
    'export default $exports',
    '',
  ].join('\n')
}

function namesIn (text: string): Exports {
  try {
    return parse(text)
  } catch {
    return { exports: [], reexports: [] }
  }
}
