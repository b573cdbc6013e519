/**
 * The Nodes that run the fixtures: this one, or those that REPRISE_TEST_NODE names, as PATH names folders. Every mode runs on
 * the first; kill mode takes turns, so that what one has saved another goes on with.
 *
 *     REPRISE_TEST_NODE=/opt/node26/bin/node npm test -- torture
 *     REPRISE_TEST_NODE=/opt/node20/bin/node:/opt/node26/bin/node npm test -- kill
 */
import { spawnSync } from 'node:child_process'
import { delimiter } from 'node:path'

const named = (process.env.REPRISE_TEST_NODE ?? '').split(delimiter).filter(path => path !== '')

export const nodes: readonly string[] = named.length === 0 ? [process.execPath] : named

/** The release line whose plain output stands beside the fixtures. */
const RECORDED_BY = 20

const majors = nodes.map(majorOf)

function majorOf (node: string): number {
  const version = node === process.execPath ? process.version : spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout
  const major = /^v(\d+)\./.exec(version)?.[1]
  if (major === undefined) throw new Error(`${node} tells no version`)
  return Number(major)
}

export const oldest = Math.min(...majors)
export const areAlike = majors.every(major => major === majors[0])
export const areRecorded = majors.every(major => major === RECORDED_BY)
