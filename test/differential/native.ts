/**
 * The oracle: the fixture under plain Node. JavaScript runs as it stands; TypeScript is transpiled by TypeScript itself,
 * file by file, into a copy of the folder. Nothing of reprise takes part.
 */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { getTsconfig, parseTsconfig } from 'get-tsconfig'
import ts from 'typescript'
import { start, type Ended } from './start.js'
import { root, type Fixture } from './fixtures.js'

const TYPESCRIPT = /\.([mc]?)ts$/

export async function runNative (fixture: Fixture): Promise<Ended> {
  if (!TYPESCRIPT.test(fixture.program)) return await start([fixture.program], { cwd: root })
  const copy = mkdtempSync(join(tmpdir(), 'reprise-native-'))
  try {
    cpSync(fixture.folder, copy, { recursive: true })
    writeFileSync(join(copy, 'package.json'), '{ "type": "module" }\n')
    const compilerOptions = optionsOf(fixture)
    for (const name of readdirSync(copy, { recursive: true, encoding: 'utf8' })) {
      if (TYPESCRIPT.test(name)) writeFileSync(join(copy, plainName(name)), transpile(join(copy, name), compilerOptions))
    }
    return await start([join(copy, plainName(relative(fixture.folder, fixture.program)))], { cwd: root })
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

const plainName = (name: string): string => name.replace(TYPESCRIPT, '.$1js')

/** The nearest tsconfig.json's options: decorators of the older kind, for one, are switched on there. */
function optionsOf (fixture: Fixture): ts.CompilerOptions {
  const found = getTsconfig(fixture.folder)
  const json = found === null ? {} : parseTsconfig(found.path).compilerOptions ?? {}
  const { options, errors } = ts.convertCompilerOptionsFromJson({ ...json, sourceMap: false, noEmit: false }, fixture.folder)
  if (errors.length > 0) throw new Error(ts.flattenDiagnosticMessageText(errors[0].messageText, '\n'))
  return options
}

function transpile (file: string, compilerOptions: ts.CompilerOptions): string {
  const module = file.endsWith('.cts') ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext
  return ts.transpileModule(readFileSync(file, 'utf8'), { fileName: file, compilerOptions: { ...compilerOptions, module } }).outputText
}
