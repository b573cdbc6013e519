/** What stack-traces.ts wants to know of errors; a file of its own, since that one reads the driver's stack. */
import type { Frame } from './frame.js'

/** An error leaves the frame at the top; `stack` waits below, outermost first. */
export type OnLeft = (error: unknown, stack: readonly Frame[]) => void
/** An error ends an async frame after an await. */
export type OnAwaited = (error: unknown, frame: Frame) => void

export const errorHooks: { left: OnLeft, awaited: OnAwaited } = { left () {}, awaited () {} }
