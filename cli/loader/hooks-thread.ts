/**
 * The hooks for Node before 22.15, which runs them in a thread of its own. It compiles in this thread, and tells the program's
 * thread which text it has given for which file.
 */
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import type { CompiledText } from './cache.js'
import { createLoader, type LoaderSettings } from './compiled.js'
import type { CompileNow } from './compiler-thread.js'
import { shareGeneration } from './generation.js'
import { createRules, type LoadContext, type LoadedSource, type ResolveContext, type Resolved, type Rules } from './hooks.js'

export interface HooksData {
  readonly settings: LoaderSettings
  readonly generation: Int32Array<SharedArrayBuffer>
  readonly port: MessagePort
}

export interface TextMessage {
  readonly path: string
  readonly compiled: CompiledText
}

/** The program's thread wants this text for the file. */
export interface ReplacementMessage {
  readonly path: string
  readonly text: string
}

type Next<Args extends unknown[], Result> = (...args: Args) => Result | Promise<Result>

let rules: Rules
let takeReplacements: () => void
let compileNow: CompileNow | undefined

/** What is missing from the cache cannot be compiled before the compiler is loaded, which takes an `await`. */
class CompilerNeeded extends Error {}

export function initialize ({ settings, generation, port }: HooksData): void {
  shareGeneration(generation)
  const loader = createLoader(settings, request => {
    if (compileNow === undefined) throw new CompilerNeeded()
    return compileNow(request)
  }, (path, compiled) => {
    // A file that the cache holds need not be sent.
    const message: TextMessage = { path, compiled: compiled.path === undefined ? compiled : { text: '', path: compiled.path } }
    port.postMessage(message)
  })
  takeReplacements = () => {
    for (let received = receiveMessageOnPort(port); received !== undefined; received = receiveMessageOnPort(port)) {
      const { path, text } = received.message as ReplacementMessage
      loader.replace(path, text)
    }
  }
  rules = createRules(loader)
}

export async function resolve (specifier: string, context: ResolveContext, next: Next<[string, ResolveContext], Resolved>): Promise<Resolved> {
  takeReplacements()
  const before = rules.before(specifier, context)
  if (before !== undefined) return before
  let resolved: Resolved
  try {
    resolved = await next(specifier, context)
  } catch (error) {
    return rules.missed(specifier, context, error)
  }
  return rules.found(resolved, context)
}

export async function load (url: string, context: LoadContext, next: Next<[string, LoadContext], object>): Promise<object> {
  return await loadCompiled(url, context) ?? await next(url, context)
}

async function loadCompiled (url: string, context: LoadContext): Promise<LoadedSource | undefined> {
  takeReplacements()
  try {
    return rules.load(url, context)
  } catch (error) {
    if (!(error instanceof CompilerNeeded)) throw error
    compileNow ??= (await import('./compile-text.js')).compileText
    return rules.load(url, context)
  }
}
