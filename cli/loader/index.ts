/** The loader, for whoever starts a program in this process. */
import Module from 'node:module'
import { readFileSync, realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import * as abi from '../../runtime/abi.js'
import { isCompiledText } from '../../runtime/code/mark.js'
import { ownFile } from '../../runtime/code/own-files.js'
import { registerTextSupplier, setProgramFiles } from '../../runtime/code/texts.js'
import * as index from '../../runtime/index.js'
import { withoutPolls } from '../../runtime/poll.js'
import { openCache, type CompiledText } from './cache.js'
import { hookCommonJs, runMainCommonJs } from './commonjs.js'
import { createLoader, type LoaderSettings } from './compiled.js'
import { compilerInThread } from './compiler-thread.js'
import { generationCell, withQuery } from './generation.js'
import { createRules, hookModules, registerHooksOfNode, type Rules } from './hooks.js'
import type { HooksData, ReplacementMessage, TextMessage } from './hooks-thread.js'
import { isCode, kindOf } from './kind.js'
import { packageOf } from './packages.js'

export { setGeneration } from './generation.js'

export interface LoaderOptions {
  /** The file that will be started: its package.json names what is excluded, and the cache lies beside it. */
  readonly program: string
  readonly polls?: 'all' | 'sparse'
  readonly strict?: boolean
  readonly quiet?: boolean
}

let isInstalled = false

/** From now on what is imported and required is compiled. Once per thread. */
export function installLoader (options: LoaderOptions): void {
  if (isInstalled) return
  isInstalled = true
  install(options)
}

function install ({ program, polls = 'sparse', strict = false, quiet = false }: LoaderOptions): void {
  const settings: LoaderSettings = {
    polls,
    strict,
    quiet,
    exclude: packageOf(program)?.exclude ?? [],
    cacheFolder: openCache(program),
  }
  const known = new Map<string, CompiledText>()
  const paths: string[] = []
  const remember = (path: string, compiled: CompiledText): void => {
    if (!known.has(path)) paths[paths.length] = path
    note(known, path, compiled)
  }
  const loader = createLoader(settings, compilerInThread(), remember)
  // So that CommonJS can be given them without a wait.
  const namespaces = new Map<string, unknown>([[ownFile('runtime', 'index'), index], [ownFile('runtime', 'abi'), abi]])
  const registerHooks = registerHooksOfNode()
  hookCommonJs(loader, { namespaceOf: path => namespaces.get(path) }, registerHooks !== undefined)
  let received: MessagePort | undefined
  if (registerHooks !== undefined) hookModules(registerHooks, unpolled(createRules(loader)))
  else received = registerThread(settings)
  registerTextSupplier(path => {
    if (received !== undefined) takeTexts(received, remember)
    const compiled = known.get(path)
    if (compiled?.path !== undefined && compiled.text === '') known.set(path, { text: readFileSync(compiled.path, 'utf8'), path: compiled.path })
    return known.get(path)?.text
  })
  setProgramFiles({
    loaded () {
      if (received !== undefined) takeTexts(received, remember)
      return paths
    },
    textToLoad (path) {
      const loaded = loader.load(path)
      if (loaded !== undefined) return isCompiledText(loaded.text) ? loaded.text : undefined
      const text = readFileSync(path, 'utf8')
      return isCompiledText(text) ? text : undefined
    },
    replace (path, text) {
      loader.replace(path, text)
      received?.postMessage({ path, text } satisfies ReplacementMessage)
    }
  })
}

/** What the loader itself does in the program's thread must not ask for a snapshot: the built-ins that it calls may be compiled ones. */
function unpolled ({ before, found, missed, load }: Rules): Rules {
  return {
    before: (specifier, context) => withoutPolls(() => before(specifier, context)),
    found: (resolved, context) => withoutPolls(() => found(resolved, context)),
    missed: (specifier, context, error) => withoutPolls(() => missed(specifier, context, error)),
    load: (url, context) => withoutPolls(() => load(url, context))
  }
}

function registerThread (settings: LoaderSettings): MessagePort {
  const { port1, port2 } = new MessageChannel()
  port1.unref()
  const data: HooksData = { settings, generation: generationCell(), port: port2 }
  Module.register(pathToFileURL(ownFile('cli', 'loader', 'hooks-thread')), { data, transferList: [port2] })
  return port1
}

function takeTexts (port: MessagePort, remember: (path: string, compiled: CompiledText) => void): void {
  for (let received = receiveMessageOnPort(port); received !== undefined; received = receiveMessageOnPort(port)) {
    const { path, compiled } = received.message as TextMessage
    remember(path, compiled)
  }
}

/** Of most files nobody asks for the text; one that is asked for again and again, by captures and traces, is kept. */
function note (known: Map<string, CompiledText>, path: string, compiled: CompiledText): void {
  if (compiled.path === undefined) known.set(path, compiled)
  else if (known.get(path)?.path !== compiled.path) known.set(path, { text: '', path: compiled.path })
}

/**
 * What --enable-source-maps does: traces name the user's own lines. Before the program, and after reprise's own modules, whose maps
 * Node would read and parse.
 */
export function enableSourceMaps (): void { process.setSourceMapsEnabled(true) }

export interface StartOptions {
  /** In torture, the modules' generation. */
  readonly generation?: number
  /** … and whether a newer one has taken over: then it is no matter how this one ends. */
  readonly isAbandoned?: () => boolean
}

/**
 * Starts a program as `node FILE` would; install the loader before. Settles when the main module has been evaluated. What a main
 * module throws is uncaught as under Node: that of CommonJS is thrown from here past the promise, which then never settles;
 * that of an ES module rejects the promise, which is best left unhandled.
 */
export async function startProgram (program: string, { generation = 0, isAbandoned }: StartOptions = {}): Promise<void> {
  enableSourceMaps()
  const path = realpathSync(program)
  if (isCode(path) && kindOf(path, () => readFileSync(path, 'utf8')) === 'esm') {
    const url = pathToFileURL(path).href
    await import(generation === 0 ? url : withQuery(url, generation))
    return
  }
  // Not within a promise's job: there the program's own jobs would run before its ticks. Node's main module is the other way round.
  await new Promise<void>(settle => {
    nextTick(() => {
      // No catch, for an uncaught error must keep the position at which it was thrown.
      ended: try {
        runMainCommonJs(path)
      } finally {
        // eslint-disable-next-line no-unsafe-finally
        if (isAbandoned?.() === true) break ended
      }
      settle()
    })
  })
}

/** Taken before the program, or the runtime for its sake, can replace it. */
const { nextTick } = process
