/**
 * The file system as it was when the runtime loaded. A program may replace functions of `fs` (test doubles, graceful-fs);
 * a snapshot is written by Node's own.
 */
import fs from 'node:fs'
import { dirname } from 'node:path'

export const {
  chmodSync, closeSync, existsSync, fstatSync, fsyncSync, linkSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync,
  readlinkSync, readSync, realpathSync, renameSync, rmdirSync, rmSync, statSync, unlinkSync, utimesSync, writeSync
} = fs

/** The code of a system error, `ENOENT`; empty for any other. */
export function errorCode (error: unknown): string {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** Writes all of it: a single write may take less, as on a full disk or beyond 2 GB. */
export function writeFully (fd: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length;) {
    offset += writeSync(fd, bytes, offset, Math.min(bytes.length - offset, 1 << 30))
  }
}

/** Reads `length` bytes at `position`, fewer only at the file's end. */
export function readFully (fd: number, length: number, position: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let offset = 0
  while (offset < length) {
    const count = readSync(fd, bytes, offset, Math.min(length - offset, 1 << 30), position + offset)
    if (count === 0) break
    offset += count
  }
  return offset === length ? bytes : bytes.subarray(0, offset)
}

/** With its parents. Node's own `recursive` never ends where a parent exists and takes no entry, as in /proc. */
export function makeFolders (folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return
    const parent = dirname(folder)
    if (errorCode(error) !== 'ENOENT' || parent === folder || existsSync(parent)) throw error
    makeFolders(parent, mode)
    mkdirSync(folder, { mode })
  }
}

/** Makes a rename or a new name in `directory` survive a power cut. Not every system lets a directory be opened. */
export function fsyncDirectory (directory: string): void {
  let fd: number
  try { fd = openSync(directory, 'r') } catch (error) {
    const code = errorCode(error)
    if (code === 'EISDIR' || code === 'EPERM' || code === 'EACCES') return
    throw error
  }
  try { fsyncSync(fd) } catch (error) {
    if (errorCode(error) !== 'EINVAL') throw error
  } finally { closeSync(fd) }
}

/**
 * Replaces `file` as a whole: a temporary file, fsync, rename, fsync of the directory. Whoever reads `file` sees the old
 * content or the new one, and after this has returned only the new one, even after a power cut. Who replaces many files syncs
 * the directory once, after the last: 'file'. 'process' survives the end of the process, but maybe no power cut.
 */
export function replaceFile (directory: string, file: string, parts: readonly Uint8Array[], survives: 'all' | 'file' | 'process' = 'all'): void {
  const temporary = `${directory}/${file}.${process.pid}.tmp`
  try {
    const fd = openSync(temporary, 'wx', 0o600)
    try {
      for (let index = 0; index < parts.length; index++) writeFully(fd, parts[index])
      if (survives !== 'process') fsyncSync(fd)
    } finally { closeSync(fd) }
    renameSync(temporary, `${directory}/${file}`)
  } catch (error) {
    // A leftover of an earlier process with our pid, or our own after a full disk: either way it is no snapshot.
    try { unlinkSync(temporary) } catch {}
    throw error
  }
  if (survives === 'all') fsyncDirectory(directory)
}
