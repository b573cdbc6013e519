/**
 * The plugin for ts-patch, a *program transformer*:
 *
 *     "plugins": [{ "transform": "reprise/transformer", "transformProgram": true }]
 *
 * It wraps `program.emit` and compiles what TypeScript writes. A transformer of syntax trees would see less: under CommonJS the
 * printer substitutes imports and exports, and helpers are printed after the last transformer.
 *
 * ts-patch loads plugins by `require`, hence CommonJS; the compiler is an ES module, which Node requires from 20.19 on.
 */
import type ts from 'typescript'
// eslint-disable-next-line @typescript-eslint/no-require-imports -- the form that a CommonJS file has under verbatimModuleSyntax
import writers = require('./emit-writer.js')

interface Extras {
  readonly ts: typeof ts
}

function transformProgram (program: ts.Program, host: ts.CompilerHost | undefined, options: writers.PluginOptions, { ts }: Extras): ts.Program {
  const emit = program.emit
  program.emit = (sourceFile, writeFile, ...rest) => {
    const write = writeFile ?? (host ?? ts.createCompilerHost(program.getCompilerOptions())).writeFile
    const writer = writers.createWriter(ts, program, options, write)
    const result = emit.call(program, sourceFile, writer.writeFile, ...rest)
    writer.end()
    // Any diagnostic makes the exit code 2, so warnings go to stderr by themselves.
    return writer.errors.length === 0 ? result : { ...result, diagnostics: [...result.diagnostics, ...writer.errors] }
  }
  return program
}

export = { default: transformProgram }
