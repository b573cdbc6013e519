/** node:sqlite where this Node has it: its functions call back from C++. */
interface Database {
  function (name: string, callback: () => unknown): void
  prepare (sql: string): { get (): unknown }
}

const load = process.getBuiltinModule as unknown as (name: string) => { DatabaseSync: new (path: string) => Database } | undefined
let found: (new (path: string) => Database) | undefined
try { found = load('node:sqlite')?.DatabaseSync } catch { /* not in this Node */ }
export const DatabaseSync = found
