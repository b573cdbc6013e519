/**
 * What the runtime core and the run's lifecycle ask of each other. The core (poll, capture, encoding, restore) knows no
 * store and no options; the lifecycle (store, lock, interval, signals, messages) knows no frame's insides.
 *
 *     cli run ─▶ startRun(settings, core, program)
 *                   ├─ core.prepareRun({ restoreFrom, torture, checkpointer, … })      before the program's first module
 *                   ├─ program()                                                        imports the main module
 *     a poll's slow path, in the core:
 *                   switch (checkpointer.shouldCheckpoint())
 *                     NOTHING   go on
 *                     SNAPSHOT  inspect the stack: not ok ─▶ checkpointer.postponed(…); ok ─▶ unwind,
 *                               and at the root ─▶ checkpointer.takeSnapshot(stack), then the stack is gone on with
 *                     TORTURE   the same, but at the root encode, drop the heap, rebuild; ─▶ checkpointer.tortured(bytes)
 *
 * All of it is synchronous: a snapshot is taken between two steps of the program.
 */
import type { ModuleUse } from '../code/used-code.js'
import type { Frame } from '../restore/frame.js'

export const NOTHING = 0
export const SNAPSHOT = 1
export const TORTURE = 2
export type Wish = typeof NOTHING | typeof SNAPSHOT | typeof TORTURE

/** Why the stack cannot be captured where it stands, in words for the user, and the frame that holds it up. */
export interface Postponement {
  readonly reason: string
  /** `Array.sort, called at src/main.ts:10:3` or what is known of it. */
  readonly where?: string
}

/** A position in the user's source; `file` is a path. Lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The function's name, as in its site. */
  readonly name?: string
}

/** What the core calls. One per run. */
export interface Checkpointer {
  /** Called by every slow path of a poll. Clears the flag where nothing more is wanted. */
  shouldCheckpoint (): Wish
  /** The stack cannot be captured here; the wish stays and the flag is set again in a moment. */
  postponed (postponement: Postponement): void
  /**
   * Saves the state; the stack has been unwound and is outermost first. Never throws: a snapshot that fails is reported
   * and the program goes on. Does not return where the process was to stop.
   */
  takeSnapshot (stack: readonly Frame[]): void
  /** In torture: the state cannot be put into bytes as it is now, a value that cannot be kept say. */
  tortureFailed (error: unknown): void
  /** The core has rebuilt the state from bytes in torture. */
  tortured (bytes: number): void
  /** `checkpoint()` of the application: the next poll takes a snapshot. */
  request (): void
}

export interface TortureSettings {
  /** At every N-th poll. */
  readonly every: number
  readonly restoresMax: number
  /** How many polls the run will have, where that is known: the restores are then spread over them. */
  readonly pollsExpected?: number
}

/** What compiled code a snapshot's functions may be taken from when the program's text has changed. */
export type CodeChoice = 'new' | 'old' | undefined

/** Compiled code beside the snapshots, once by content. */
export interface CodeStore {
  write (texts: readonly { readonly digest: string, readonly text: string }[]): void
  read (digest: string): string | undefined
}

export interface RunPlan {
  /** The path of the main module, links resolved. */
  readonly program: string
  readonly restoreFrom?: Uint8Array
  /** What its header says of the code that it depends on. */
  readonly restoreCode?: readonly ModuleUse[]
  readonly torture?: TortureSettings
  readonly code: CodeChoice
  readonly codeStore: CodeStore
  readonly checkpointer: Checkpointer
  /** For the user: something about going on. */
  say (line: string): void
  /** The program's modules are being loaded, and it turns out that the snapshot does not fit. Ends the process. */
  refuse (error: RefusedError): never
}

/** What the lifecycle calls; runtime/core.ts exports `prepareRun` with this type. */
export interface PreparedRun {
  /** Frames, tasks and the heap they and the modules reach, as bytes. Throws where a value is unsupported. */
  encodeState (stack: readonly Frame[]): Uint8Array
  /** The code on which the state that has just been encoded depends; it has been written to the store. */
  savedCode? (): readonly ModuleUse[]
  /** True between two tasks: nothing of the program is on the native stack, so `encodeState([])` is the whole state. */
  isIdle (): boolean
  /** What waits besides the running stack, for `reprise show`; `what` in words: `a timer, due in 3 s`. */
  waiting? (): ReadonlyArray<{ readonly what: string, readonly stack: readonly Frame[] }>
}

/**
 * Installs the runtime (built-ins, tasks) and, given bytes, decodes them, so that the modules that are imported next take up
 * where they stood. Throws RefusedError where the snapshot must not be gone on with.
 */
export type PrepareRun = (plan: RunPlan) => PreparedRun | Promise<PreparedRun>

/** The snapshot does not fit the program. Ends the process with exit code 76, nothing run. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  /** `details`: a line for each reason. `choices`: the values of `--code` that would go on. */
  constructor (readonly code: 'RP3105' | 'RP3106' | 'RP3107', readonly details: readonly string[], readonly choices: { readonly old: boolean, readonly new: boolean }) {
    super(details.join('; '))
  }
}
