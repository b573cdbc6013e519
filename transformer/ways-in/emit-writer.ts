/**
 * Stands between TypeScript's emit and the disk. TypeScript writes x.js.map before x.js: the map is kept until the text has come,
 * then both are compiled and written in the same order.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type ts from 'typescript'
import { compileEmitted } from './emitted.js'
import type { PlacedDiagnostic } from './placed.js'

/** Beside `transform` in tsconfig.json. */
export interface PluginOptions {
  readonly strict?: boolean
  readonly polls?: 'all' | 'sparse'
}

export interface EmitWriter {
  readonly writeFile: ts.WriteFileCallback
  readonly errors: readonly ts.Diagnostic[]
  /** Writes maps whose text has not come. */
  end (): void
}

type WriteArguments = Parameters<ts.WriteFileCallback>

export function createWriter (ts: typeof import('typescript'), program: ts.Program, options: PluginOptions, write: ts.WriteFileCallback): EmitWriter {
  const maps = new Map<string, WriteArguments>()
  const errors: ts.Diagnostic[] = []

  function writeFile (...call: WriteArguments): void {
    const [fileName, text, byteOrderMark, onError, sourceFiles, data] = call
    if (/\.[cm]?js\.map$/.test(fileName)) {
      maps.set(fileName, call)
      return
    }
    if (!/\.[cm]?js$/.test(fileName)) return write(...call)
    const map = maps.get(`${fileName}.map`)
    maps.delete(`${fileName}.map`)
    const module = moduleOf(ts, program, fileName, text, sourceFiles)
    const compiled = compileOrReport(fileName, text, map?.[1], module, sourceFiles)
    if (map !== undefined) write(map[0], compiled?.map ?? map[1], ...rest(map))
    if (compiled === undefined) return write(...call)
    write(fileName, compiled.text, byteOrderMark, onError, sourceFiles, withMapPosition(data, compiled.text))
  }

  function compileOrReport (fileName: string, text: string, map: string | undefined, module: ModuleKind, sourceFiles: WriteArguments[4]): ReturnType<typeof compileEmitted> {
    try {
      const compiled = compileEmitted({ text, map }, { fileName, module, strict: options.strict, polls: options.polls })
      for (const diagnostic of compiled?.diagnostics ?? []) {
        if (diagnostic.severity === 'error') errors.push(asError(ts, diagnostic, sourceFiles))
        else say(diagnostic.text)
      }
      return compiled
    } catch (error) {
      // TypeScript emits in spite of errors of syntax, and there may be one in the compiler; the text stays TypeScript's.
      say(`reprise: ${fileName} is left uncompiled: ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    }
  }

  function end (): void {
    for (const call of maps.values()) write(...call)
    maps.clear()
  }

  return { writeFile, errors, end }
}

const rest = ([, , ...others]: WriteArguments): [WriteArguments[2], WriteArguments[3], WriteArguments[4], WriteArguments[5]] =>
  [others[0], others[1], others[2], others[3]]

/** Watch and incremental builds hash the text without its last line; they are told where that begins. */
function withMapPosition (data: WriteArguments[5], text: string): WriteArguments[5] {
  if (data === undefined || !('sourceMapUrlPos' in data) || data.sourceMapUrlPos === undefined) return data
  const position = text.lastIndexOf('//# sourceMappingURL=')
  return { ...data, sourceMapUrlPos: position === -1 ? undefined : position } as WriteArguments[5]
}

type ModuleKind = 'esm' | 'commonjs' | 'script'

/** What Node will take the written text for. */
function moduleOf (ts: typeof import('typescript'), program: ts.Program, fileName: string, text: string, sourceFiles: WriteArguments[4]): ModuleKind {
  if (fileName.endsWith('.mjs')) return 'esm'
  if (fileName.endsWith('.cjs')) return 'commonjs'
  const options = program.getCompilerOptions()
  // One file of several modules, for a loader that is not Node's.
  if (options.outFile !== undefined) return 'script'
  const { getEmitModuleFormatOfFile } = program as { getEmitModuleFormatOfFile?: (file: ts.SourceFile) => number }
  const source = sourceFiles?.[0]
  const kind = source !== undefined ? getEmitModuleFormatOfFile?.call(program, source) ?? options.module : options.module
  const { CommonJS, ES2015, ESNext } = ts.ModuleKind
  if (kind === CommonJS) return 'commonjs'
  if (kind !== undefined && kind >= ES2015 && kind <= ESNext && source !== undefined && ts.isExternalModule(source)) return 'esm'
  if (/^(?:import|export)\b/m.test(text)) return 'esm'
  return packageTypeOf(fileName) === 'module' ? 'esm' : 'commonjs'
}

function packageTypeOf (fileName: string): unknown {
  for (let folder = dirname(fileName); ; folder = dirname(folder)) {
    const path = join(folder, 'package.json')
    if (existsSync(path)) {
      try {
        return (JSON.parse(readFileSync(path, 'utf8')) as { type?: unknown }).type
      } catch {
        return undefined
      }
    }
    if (dirname(folder) === folder) return undefined
  }
}

/** `strict`: as TypeScript's own errors, in the source file where the map leads to it. */
function asError (ts: typeof import('typescript'), diagnostic: PlacedDiagnostic, sourceFiles: WriteArguments[4]): ts.Diagnostic {
  const file = sourceFiles?.find(({ fileName }) => resolve(fileName) === resolve(diagnostic.fileName))
  return {
    category: ts.DiagnosticCategory.Error,
    code: Number(diagnostic.code.replace(/\D/g, '')),
    source: 'reprise',
    file,
    start: file === undefined ? undefined : ts.getPositionOfLineAndCharacter(file, diagnostic.line - 1, diagnostic.column - 1),
    length: file === undefined ? undefined : 1,
    messageText: file === undefined ? diagnostic.text : `${diagnostic.code}: ${diagnostic.message}`,
  }
}

function say (line: string): void {
  process.stderr.write(`${line}\n`)
}
