/** A count of what happened to modules, so that a new process can let it happen in the same order: begins, ends, imports. */
let now = 0

export const nextMoment = (): number => ++now

/** In a new process what comes is later than all that the snapshot knows of. */
export function laterThan (moment: number): void { if (moment > now) now = moment }
