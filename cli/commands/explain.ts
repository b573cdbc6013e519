/** `reprise explain CODE`: what a code means, from the catalogue. */
import { catalogue, type Diagnostic } from '../../runtime/diagnostics/catalogue.js'
import { EXIT } from '../../runtime/checkpoint/choose.js'
import { RepriseError } from '../../runtime/diagnostics/error.js'
import { colors, failWith, printJson, printLine } from '../output.js'

const KINDS: Readonly<Record<Diagnostic['kind'], string>> = {
  input: 'What reprise was given is wrong.',
  unsupported: 'This cannot be done, now or later.',
  'not-yet': 'This is not supported yet.',
  environment: 'Something around the program stands in the way.',
  bug: 'This is a bug of reprise.'
}

const AREAS: Readonly<Record<string, string>> = { 1: 'compile', 2: 'capture', 3: 'restore', 4: 'store', 5: 'command line' }

export function explain (code: string | undefined, options: { json?: boolean }): void {
  const all: ReadonlyArray<[string, Diagnostic]> = Object.entries(catalogue)
  const wanted = code?.toUpperCase()
  const chosen = wanted === undefined ? all : all.filter(([name]) => name === wanted)
  if (wanted !== undefined && chosen.length === 0) failWith(EXIT.usage, new RepriseError('RP5001', [`There is no code ${wanted}; reprise explain lists all`]))
  const explained = chosen.map(([name, diagnostic]) => ({
    code: name, area: AREAS[name[2]], kind: diagnostic.kind, message: messageOf(diagnostic), remedy: diagnostic.remedy
  }))
  if (options.json === true) {
    printJson(wanted === undefined ? explained : explained[0])
    return
  }
  for (const { code: name, area, kind, message, remedy } of explained) {
    printLine(`${colors.bold(name)}  ${message}`)
    if (wanted === undefined) continue
    printLine(`\n  ${KINDS[kind]} (${area})`)
    printLine(`  ${remedy}`)
  }
}

/** With its details left open, as `DETAIL`; their names in the catalogue are for its authors. */
function messageOf ({ message }: Diagnostic): string {
  return message(...Array.from({ length: message.length }, () => '…'))
}
