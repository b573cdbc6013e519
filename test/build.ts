/**
 * Builds dist before the tests if a source is newer: what is tested is what would be published. Type errors are the affair
 * of `npm run types`; the compiler emits in spite of them, and so one unfinished file does not hide all test results.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export default function buildIfStale (): void {
  const newestSource = Math.max(...['transformer', 'runtime', 'cli', 'scripts', 'tsconfig.build.json', 'package.json'].map(newest))
  const built = 'dist/cli/main.js'
  if (existsSync(built) && statSync(built).mtimeMs >= newestSource) return
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) console.error('The build reported errors; testing what it emitted.')
}

function newest (place: string): number {
  const own = statSync(place)
  if (!own.isDirectory()) return own.mtimeMs
  return Math.max(0, ...readdirSync(place).map(name => newest(join(place, name))))
}
