/**
 * TypeScript (and JSX) to the plain modern JavaScript that the compiler reads, by TypeScript itself.
 *
 * Guarantees: the text holds no types, enums, namespaces, decorators, JSX, `using` or anything else above ES2022; its module
 * syntax is what was asked for. A file is lowered by itself, as under `isolatedModules`: no type of another file is known.
 *
 * The target is always ES2022, whatever the user's is: Node runs no decorators yet, and lower targets would turn classes and
 * async functions into forms that the compiler would take for the user's own. What the user's target decides besides syntax,
 * the meaning of class fields, is kept.
 */
import type ts from 'typescript'
import type { SourceMap } from '../emit/source-map.js'

export interface LoweredTypeScript {
  code: string
  map: SourceMap
  /** Errors of syntax; errors of types are not looked for. */
  diagnostics: readonly ts.Diagnostic[]
}

type Ts = typeof ts

export const isTypeScriptName = (fileName: string): boolean => /\.(?:[cm]?ts|tsx|jsx)$/i.test(fileName)

/** What decides about emitted text; all else in a tsconfig.json is about checking, or about files that we do not write. */
const KEPT = [
  'jsx', 'jsxFactory', 'jsxFragmentFactory', 'jsxImportSource', 'reactNamespace',
  'experimentalDecorators', 'emitDecoratorMetadata', 'useDefineForClassFields',
  'verbatimModuleSyntax', 'esModuleInterop', 'allowSyntheticDefaultImports', 'preserveConstEnums',
  'alwaysStrict', 'strict', 'strictNullChecks', 'removeComments',
] as const

/**
 * `options.module`: CommonJS makes CommonJS with `import()` as a `require`; NodeNext CommonJS that keeps `import()`; anything
 * else an ES module.
 */
export function lowerTypeScript (ts: Ts, source: string, fileName: string, options: ts.CompilerOptions): LoweredTypeScript {
  const result = ts.transpileModule(source, { ...inputFor(ts, source, fileName, options), reportDiagnostics: true })
  const map = JSON.parse(result.sourceMapText ?? '') as SourceMap
  map.sources = [fileName]
  delete map.file
  delete map.sourceRoot
  return {
    code: withoutMapComment(result.outputText),
    map,
    // Diagnostics without a file are about options: an old `moduleResolution` is no reason not to run the program.
    diagnostics: (result.diagnostics ?? []).filter(diagnostic => diagnostic.file !== undefined),
  }
}

function inputFor (ts: Ts, source: string, fileName: string, options: ts.CompilerOptions): ts.TranspileOptions {
  const kept: ts.CompilerOptions = {}
  for (const name of KEPT) kept[name] = options[name] as undefined
  const { CommonJS, ESNext, NodeNext } = ts.ModuleKind
  const isCommonJs = options.module === CommonJS || options.module === NodeNext
  // It forbids `import` in what becomes CommonJS; there the file's own syntax then decides what is elided.
  if (isCommonJs && /^[ \t]*(?:import|export)\s+(?!=)[\w${*]/m.test(source)) kept.verbatimModuleSyntax = undefined
  // `import x = require('y')` in an ES module becomes `createRequire` under NodeNext only.
  const requires = !isCommonJs && /^[ \t]*(?:export\s+)?import\s+(?!type\b)[\w$]+\s*=\s*require\b/m.test(source)
  return {
    // Under NodeNext the name decides what the text becomes.
    fileName: requires ? fileName.replace(/\.ts$/, '.mts') : isCommonJs ? fileName.replace(/\.mts$/, '.cts') : fileName,
    compilerOptions: {
      ...kept,
      // Without a target a program of today means fields as the language has them.
      useDefineForClassFields: kept.useDefineForClassFields ?? (options.target ?? ts.ScriptTarget.ES2022) >= ts.ScriptTarget.ES2022,
      esModuleInterop: kept.esModuleInterop ?? true,
      module: isCommonJs ? options.module : requires ? NodeNext : ESNext,
      moduleDetection: isCommonJs ? ts.ModuleDetectionKind.Auto : ts.ModuleDetectionKind.Force,
      target: ts.ScriptTarget.ES2022,
      jsx: jsxFor(ts, options.jsx),
      sourceMap: true,
      inlineSources: true,
      importHelpers: false,
      noEmitHelpers: false,
      newLine: ts.NewLineKind.LineFeed,
    },
  }
}

/** Node cannot run JSX that is preserved for another tool. */
function jsxFor (ts: Ts, jsx: ts.JsxEmit | undefined): ts.JsxEmit {
  if (jsx === undefined || jsx === ts.JsxEmit.Preserve || jsx === ts.JsxEmit.ReactNative) return ts.JsxEmit.React
  return jsx
}

function withoutMapComment (text: string): string {
  const at = text.lastIndexOf('//# sourceMappingURL=')
  return at === -1 ? text : text.slice(0, at)
}
