/**
 * All messages of reprise: pure data, used by compiler and runtime. A code is never reused or renumbered.
 * RP1xxx compile, RP2xxx capture, RP3xxx restore, RP4xxx store, RP5xxx command line. Sorted by code.
 */
/**
 * input: what we were given is wrong. unsupported: never. not-yet: somebody has to build it. environment: something around
 * the program. bug: our fault.
 */
export type DiagnosticKind = 'input' | 'unsupported' | 'not-yet' | 'environment' | 'bug'

export interface Diagnostic {
  readonly kind: DiagnosticKind
  readonly message: (...details: string[]) => string
  readonly remedy: string
}

export const catalogue = {
  RP1001: {
    kind: 'unsupported',
    message: (text: string) => `Direct eval, "${text}", can reach every variable around it: the outermost function around it is left as it is, and no snapshot is taken while that runs.`,
    remedy: 'Call eval indirectly, (0, eval)(text), or use new Function, whose code sees only globals.'
  },
  RP1002: {
    kind: 'unsupported',
    message: (text: string) => `A with statement, "${text}", makes names unknown before it runs: the outermost function around it is left as it is, and no snapshot is taken while that runs.`,
    remedy: 'Read the properties by name.'
  },
  RP1003: {
    kind: 'unsupported',
    message: () => 'An asm.js module ("use asm") is left as it is, and no snapshot is taken while its functions run.',
    remedy: 'Nothing needs to be done if its calls are short.'
  },
  RP1004: {
    kind: 'not-yet',
    message: (text: string) => `An arrow function calls the parent's constructor, "${text}": the outermost function around it is left as it is, and no snapshot is taken while that runs.`,
    remedy: 'Call super directly in the constructor.'
  },
  RP2101: {
    kind: 'not-yet',
    message: (path: string, what: string) => `A Proxy cannot be kept in a snapshot${what}: ${path}.`,
    remedy: 'Keep the target and make the Proxy again when it is needed.'
  },
  RP2102: {
    kind: 'unsupported',
    message: (path: string, name: string) => `The native function "${name}" cannot be kept in a snapshot: ${path}.`,
    remedy: 'Functions are kept if reprise compiled them or if they are found by a path from a global or a module of Node. Bound functions and functions made by packages that are excluded from compilation are neither.'
  },
  RP2103: {
    kind: 'unsupported',
    message: (path: string, name: string) => `An object of ${name} holds state that only Node can see and cannot be kept in a snapshot: ${path}.`,
    remedy: 'Let go of it before a snapshot is taken, or describe with defineResource how it is made again.'
  },
  RP2104: {
    kind: 'unsupported',
    message: (path: string, what: string) => `${what} cannot be kept in a snapshot: ${path}.`,
    remedy: 'Let go of it before a snapshot is taken.'
  },
  RP2105: {
    kind: 'bug',
    message: (path: string, what: string) => `The encoder was asked to keep ${what}, which it does not know: ${path}.`,
    remedy: 'Please report this with the program that shows it.'
  },
  RP3101: {
    kind: 'environment',
    message: (detail: string) => `The snapshot is damaged: ${detail}.`,
    remedy: 'An earlier snapshot of the run may be whole: choose it with --from, or begin anew with --fresh.'
  },
  RP3102: {
    kind: 'environment',
    message: (version: string, known: string) => `The snapshot's heap has format ${version}, this reprise reads format ${known}.`,
    remedy: 'Go on with the version of reprise that wrote it, or begin anew with --fresh.'
  },
  RP3103: {
    kind: 'input',
    message: (name: string) => `The snapshot refers to "${name}", which this program does not have.`,
    remedy: 'The program, a package that is not compiled, or Node has changed since the snapshot: go on with what it was taken with (--code old, for code that reprise compiled), or begin anew with --fresh.'
  },
  RP3104: {
    kind: 'input',
    message: (key: string, name: string) => `Property "${key}" of "${name}" cannot be put back.`,
    remedy: 'The program has changed since the snapshot: go on with the old code (--code old), or begin anew with --fresh.'
  },
  RP3105: {
    kind: 'input',
    message: (changes: string) => `The program has changed since the snapshot: ${changes}.`,
    remedy: 'Go on with the code as of the snapshot (--code old) or, where that fits, with the new code (--code new); --fresh begins anew.'
  },
  RP3106: {
    kind: 'environment',
    message: (missing: string) => `The program cannot be gone on with as it was: ${missing}.`,
    remedy: 'Go on without --code old, if what has changed allows it, or begin anew with --fresh.'
  },
  RP3107: {
    kind: 'input',
    message: (missing: string) => `The program does not load what it had loaded at the snapshot: ${missing}.`,
    remedy: 'Go on with the code as of the snapshot (--code old), or begin anew with --fresh.'
  },
  RP3199: {
    kind: 'bug',
    message: (name: string, pc: string) => `The machine of "${name}" has no state ${pc}.`,
    remedy: 'Please report this with the program that shows it; --fresh begins anew.'
  },
  RP4001: {
    kind: 'environment',
    message: (id: string, holder: string) => `The run "${id}" is held by ${holder}.`,
    remedy: 'Wait until that process has ended, or stop it: SIGTERM lets it take a snapshot first. Another run of the same program needs another --id.'
  },
  RP4002: {
    kind: 'environment',
    message: (place: string, why: string) => `The store ${place} cannot be written: ${why}.`,
    remedy: 'Make the folder writable, or choose another one with --store.'
  },
  RP4003: {
    kind: 'input',
    message: (id: string, wanted: string, known: string) => `The run "${id}" has no snapshot "${wanted}"; ${known}.`,
    remedy: 'reprise ls lists the snapshots; --from takes a number of that list.'
  },
  RP4004: {
    kind: 'environment',
    message: (sequence: string, id: string, why: string) => `Snapshot ${sequence} of "${id}" is damaged: ${why}.`,
    remedy: 'The snapshot before it is used instead if there is one, and the damaged file is kept. Disks that lose writes, and copies of a store that is being written, are the usual causes.'
  },
  RP4005: {
    kind: 'input',
    message: (sequence: string, age: string) => `Snapshot ${sequence} is ${age} old, more than --max-age allows.`,
    remedy: 'Allow more with --max-age, or begin anew with --fresh.'
  },
  RP4006: {
    kind: 'environment',
    message: (id: string) => `Another process has taken over the run "${id}": this one writes no more snapshots.`,
    remedy: 'The lock was removed, or this machine was silent for so long that another one took it for dead. Let only one of the two go on.'
  },
  RP4007: {
    kind: 'environment',
    message: (count: string, sequence: string, position: string) => `The last ${count} processes went on from snapshot ${sequence} (${position}) and ended without a newer one.`,
    remedy: 'Something after that position ends the program each time. Go on from an earlier snapshot with --from, or begin anew with --fresh.'
  },
  RP5001: {
    kind: 'input',
    message: (what: string) => `${what}.`,
    remedy: 'reprise --help and reprise run --help show how it is called.'
  },
  RP5002: {
    kind: 'input',
    message: (path: string) => `There is no program ${path}.`,
    remedy: 'The path is relative to the current folder, as under node.'
  },
  RP5003: {
    kind: 'input',
    message: (id: string, place: string) => `There is no run "${id}" in ${place}.`,
    remedy: 'reprise ls lists the runs. The store is .reprise beside the nearest package.json, or what --store names.'
  },
  RP5004: {
    kind: 'bug',
    message: (what: string) => `The start failed: ${what}`,
    remedy: 'Please report this with the program that shows it.'
  }
} as const satisfies Record<string, Diagnostic>

export type DiagnosticCode = keyof typeof catalogue
