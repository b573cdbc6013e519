/** Time as it was when the runtime loaded: programs replace Date and performance for their tests. */
const bigint = process.hrtime.bigint

/** Milliseconds since 1970. */
export const wallMs = Date.now

/** Milliseconds that never go back, from an arbitrary beginning. */
export const steadyMs = (): number => Number(bigint()) / 1e6
