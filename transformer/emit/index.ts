/**
 * Requires: the analysis. Guarantees: the text of a module that the runtime can take up in a new process, and its source map.
 * Machines, loops and factories stand after the module's own statements, where a reader does not stumble over them.
 */
import { isBuiltin } from 'node:module'
import ts from 'typescript'
import { init, parse as parseExports } from 'cjs-module-lexer'
import { analyzeDigests } from '../analyze/digests.js'
import { hasUseStrict } from '../analyze/scopes.js'
import type { Analysis } from '../analyze/index.js'
import type { ModuleKind } from '../source/parse.js'
import { ClosureEmitter } from './closures.js'
import { ModuleEmitter } from './module.js'
import { Sites } from './sites.js'
import { avoidNames } from './reserved.js'
import type { Code } from './source-map.js'

void init

export const MARK = '/* reprise abi 1 */'

export interface Positions { (at: number): { line: number, column: number } }

export function emitModule (source: ts.SourceFile, analysis: Analysis, kind: ModuleKind, position: Positions): Code {
  const emitter = new ClosureEmitter({ source, ...analysis, commonJs: kind === 'commonjs' }, new Sites(source, analyzeDigests()))
  const module = new ModuleEmitter(emitter)
  const statements = module.emit()
  const declarations = module.declarations()
  const descriptor = module.descriptor(position)
  const variables = module.nestedVariables()
  const nested = variables.length > 0 ? `var ${variables.join(', ')};\n` : ''
  const hashbang = /^#!.*\n?/.exec(source.text)?.[0] ?? ''
  const strict = kind !== 'esm' && hasUseStrict(source.statements) ? '"use strict";\n' : ''
  const body: Code = kind === 'commonjs'
    ? [
        hashbang, MARK, ' (globalThis[Symbol.for("reprise.runtime.1")] ?? require("reprise/runtime")).cjs(module, require, function * (exports, require, module, __filename, __dirname) {\n',
        strict, 'const { flag: $flag, poll: $poll, abi: $ } = globalThis[Symbol.for("reprise.runtime.1")], $this = this, $arguments = arguments, $require = $.require(module, require);\n', nested,
        'const $module = yield ', descriptor, ';\nyield 0;\n', statements, declarations, '}, this, arguments);\n', exportsNote(source.text)
      ]
    : [
        hashbang, MARK, kind === 'esm' ? importsOf(source) : ' const { flag: $flag, poll: $poll, abi: $ } = globalThis[Symbol.for("reprise.runtime.1")];\n',
        strict, nested, `var $module = $.${kind === 'esm' ? 'esm(import.meta, ' : 'script('}`, descriptor, ');\n', statements, '$module.end();\n', declarations
      ]
  return avoidNames(body, analysis.scopes)
}

/**
 * In a cycle of imports a function may be called before its module has begun, when a constant is still in its dead zone. A
 * module that imports no file stands in no cycle: there the flag is a constant, which optimised code reads by its address
 * (mutual recursion 1.2 against 1.8, calls of small methods 1.3 against 1.4).
 */
function importsOf (source: ts.SourceFile): string {
  const isLeaf = source.statements.every(statement => !(ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) || statement.moduleSpecifier === undefined ||
    (ts.isStringLiteral(statement.moduleSpecifier) && isBuiltin(statement.moduleSpecifier.text)))
  return isLeaf
    ? ' import { flag as $shared, poll as $poll, abi as $ } from "reprise/runtime";\nconst $flag = $shared;\n'
    : ' import { flag as $flag, poll as $poll, abi as $ } from "reprise/runtime";\n'
}

/** Node learns a CommonJS module's exported names from its text: what moved into a segment is named again, in code that never runs. */
function exportsNote (text: string): string {
  let names
  try { names = parseExports(text) } catch { return '' }
  const plain = [...new Set(names.exports)].filter(name => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default')
  const quoted = names.exports.filter(name => !plain.includes(name))
  const spread = names.reexports.map(name => `...require(${JSON.stringify(name)})`)
  const note = plain.length + spread.length > 0 ? `0 && (module.exports = { ${[...plain, ...spread].join(', ')} });\n` : ''
  return note + quoted.map(name => `0 && (exports[${JSON.stringify(name)}] = 0);\n`).join('')
}
