/** Text to syntax tree, and what kind of module it is. */
import ts from 'typescript'

export type ModuleKind = 'esm' | 'commonjs' | 'script'

export class SourceError extends SyntaxError {}

/** What TypeScript's parser refuses everywhere and sloppy code may say: `010`, `'\101'`, `'\8'`, `08`. V8 judges the rest. */
const LEGAL_IN_SLOPPY_CODE = new Set([1121, 1487, 1488, 1489])

export function parse (text: string, fileName: string): ts.SourceFile {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS)
  const errors = (file as unknown as { parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics
    .filter(diagnostic => diagnostic.category === ts.DiagnosticCategory.Error && diagnostic.code < 8000 && !LEGAL_IN_SLOPPY_CODE.has(diagnostic.code))
  if (errors.length > 0) {
    const { line, character } = file.getLineAndCharacterOfPosition(errors[0].start)
    throw new SourceError(`${fileName}:${line + 1}:${character + 1} ${ts.flattenDiagnosticMessageText(errors[0].messageText, '\n')}`)
  }
  return file
}

export function moduleKindOf (file: ts.SourceFile): ModuleKind {
  const isModule = file.statements.some(statement =>
    ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) || ts.isExportAssignment(statement) ||
    (ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(modifier => modifier.kind === ts.SyntaxKind.ExportKeyword) === true))
  return isModule ? 'esm' : 'commonjs'
}
