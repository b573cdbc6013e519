/**
 * The programs of capture.test.ts, each run in a process of its own: torture drops whatever is in flight, and that would be
 * the test runner's, too. Prints what the undisturbed run and each captured one have printed.
 *
 *     program(name, start, what it must print)
 */
import { asyncIterator, newPromise } from '../../runtime/tasks/index.js'
import { asyncFn, asyncGeneratorFn, awaiting, call, captures, end, generatorFn, go, nested, poll, prepare, print, syncFunction, torture, yielding } from './machines.js'

interface Program { start: () => void, expected: string[] }
export const programs = new Map<string, Program>()
const program = (name: string, start: () => void, expected: string[]): void => { programs.set(name, { start, expected }) }

const worker = asyncFn('worker', ['name', 'count'], {
  0: l => { l.i = 0; return go(1) },
  1: l => l.i < l.count ? call(2, poll) : end(l.name),
  2: l => awaiting(3, l.i),
  3: l => { print(l.name + l.i); l.i++; return go(1) },
})

{ // async functions
  const main = asyncFn('main', [], {
    0: () => call(1, () => worker('a', 3)),
    1: (l, a) => { l.a = a; return call(2, () => worker('b', 3)) },
    2: (l, b) => { l.b = b; return call(3, poll) },
    3: l => awaiting(4, Promise.all([l.a, l.b])),
    4: (l, all) => { print(all); return end() },
  })
  program('in their first part and after an await', () => { void main() }, ['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'a,b'])

  const failing = asyncFn('failing', ['depth'], {
    0: () => call(1, poll),
    1: l => { if (l.depth === 0) throw new Error('deep'); return call(2, () => failing(l.depth - 1)) },
    2: (l, inner) => awaiting(3, inner),
    3: () => end('no'),
    4: (l, error) => { l.error = error; print(`${l.depth} ${(error as Error).message}`); return call(5, poll) },
    5: l => { throw l.error },
    catch: 4,
  })
  const catching = asyncFn('catching', [], {
    0: () => call(1, () => failing(2)),
    1: (l, promise) => awaiting(2, promise),
    2: () => end(),
    3: (l, error) => { print(`caught ${(error as Error).message}`); return end() },
    catch: 3,
  })
  program('with errors', () => { void catching() }, ['0 deep', '1 deep', '2 deep', 'caught deep'])

  const awaitingThenables = asyncFn('awaitingThenables', [], {
    0: () => call(1, poll),
    1: () => awaiting(2, newPromise(executor)),
    2: (l, value) => { print(value); return call(3, poll) },
    3: () => { print('end'); return end() },
  })
  program('that await what is resolved in an executor', () => { void awaitingThenables() }, ['resolved', 'end'])
}

const executor = syncFunction('executor', ['resolve'], {
  0: () => call(1, poll),
  1: l => { l.resolve('resolved'); return call(2, poll) },
  2: () => { throw new Error('too late') },
})

{ // promises
  const handler = syncFunction('handler', ['value'], {
    0: l => { print(l.value); return call(1, poll) },
    1: l => end(`${l.value}+`),
  })
  const rejecting = syncFunction('rejecting', ['value'], {
    0: () => call(1, poll),
    1: l => { throw l.value },
  })
  const quiet = syncFunction('quiet', [], {
    0: () => { print('finally'); return call(1, poll) },
    1: () => end(),
  })
  const reacting = syncFunction('reacting', [], {
    0: () => call(1, () => newPromise(executor)),
    1: (_locals, promise) => {
      void (promise as Promise<unknown>).then(handler).then(handler)
      void Promise.resolve('x').then(rejecting).catch(handler).finally(quiet).then(handler)
      return end()
    },
  })
  program('in reactions', () => { reacting() }, ['resolved', 'resolved+', 'x', 'finally', 'x+'])

  const readThen = syncFunction('readThen', ['resolve'], {
    0: () => call(1, poll),
    1: l => { l.resolve('from then'); return end() },
  })
  program('in the `then` of a thenable', () => { void Promise.resolve({ then: readThen }).then(handler) }, ['from then'])

  const combining = syncFunction('combining', [], {
    0: l => { l.workers = []; return go(1) },
    1: l => l.workers.length < 4 ? call(2, () => worker('abcd'[l.workers.length], l.workers.length === 2 ? 1 : 2)) : go(3),
    2: (l, promise) => { l.workers.push(promise); return go(1) },
    3: ({ workers: [a, b, c, d] }) => {
      void Promise.allSettled([a, Promise.reject(new Error('r')), 3]).then(handlerOfSettled)
      void Promise.race([b, c]).then(handler)
      void Promise.any([Promise.reject(new Error('q')), d]).then(handler)
      return end()
    },
  })
  program('combinators in flight', () => { combining() }, ['a0', 'b0', 'c0', 'd0', 'a1', 'b1', 'd1', 'c', 'fulfilled:a rejected: fulfilled:3', 'd'])
}

const handlerOfSettled = syncFunction('handlerOfSettled', ['all'], {
  0: () => call(1, poll),
  1: l => { print((l.all as { status: string, value?: unknown }[]).map(({ status, value }) => `${status}:${value ?? ''}`).join(' ')); return end() },
})

{ // generators
  const counting = generatorFn('counting', ['count'], {
    0: l => { l.i = 0; return go(1) },
    1: l => l.i < l.count ? call(2, poll) : end('end'),
    2: l => yielding(3, l.i),
    3: (l, sent) => { if (sent !== undefined) print(`sent ${sent}`); l.i++; return go(1) },
    4: () => { print('closed'); return call(5, poll) },
    5: () => end('returned'),
    return: 4,
  })
  const looping = asyncFn('looping', [], {
    0: l => { l.iterator = counting(3); return go(1) },
    1: l => call(2, () => l.iterator.next(l.sent)),
    2: (l, step) => { l.step = step; print(JSON.stringify(step)); l.sent = 's'; return l.step.done ? go(4) : call(3, poll) },
    3: () => awaiting(1, null),
    4: l => { l.second = counting(9); return call(5, () => l.second.next()) },
    5: l => call(6, () => l.second.return('r')),
    6: (l, step) => { print(JSON.stringify(step)); print(JSON.stringify(l.second.next())); return end() },
  })
  program('captured in a step', () => { void looping() }, [
    '{"value":0,"done":false}', 'sent s', '{"value":1,"done":false}', 'sent s', '{"value":2,"done":false}', 'sent s', '{"value":"end","done":true}',
    'closed', '{"value":"returned","done":true}', '{"done":true}',
  ])

  const producing = asyncGeneratorFn('producing', ['name', 'count'], {
    0: l => { l.i = 0; return go(1) },
    1: l => l.i < l.count ? call(2, poll) : end('end'),
    2: l => call(3, () => l.i % 2 === 0 ? l.i : worker(`${l.name}w`, 1)),
    3: (l, operand) => awaiting(4, operand),
    4: () => call(5, poll),
    5: l => yielding(6, l.name + l.i),
    6: l => { l.i++; return go(1) },
    7: () => { print('closed'); return call(8, poll) },
    8: () => awaiting(9, 0),
    9: () => end('returned'),
    return: 7,
  })
  const consuming = asyncFn('consuming', ['name'], {
    0: l => { l.iterator = producing(l.name, 3); return go(1) },
    1: l => call(2, () => l.iterator.next()),
    2: (l, promise) => awaiting(3, promise),
    3: (l, step) => { l.step = step; print(JSON.stringify(step)); return l.step.done ? end() : go(1) },
  })
  program('async ones, captured in the first part and later', () => { void consuming('p') }, [
    '{"value":"p0","done":false}', 'pw0', '{"value":"p1","done":false}', '{"value":"p2","done":false}', '{"value":"end","done":true}',
  ])

  const requests = asyncFn('requests', [], {
    0: l => { l.iterator = producing('q', 9); return go(1) },
    1: l => { l.kinds = ['next', 'next', 'return', 'next']; return go(2) },
    2: l => l.kinds.length > 0 ? call(3, () => l.iterator[l.kinds[0]]('r')) : call(4, poll),
    3: (l, promise) => { void (promise as Promise<unknown>).then(printStep); l.kinds.shift(); return go(2) },
    4: () => end(),
  })
  const printStep = syncFunction('printStep', ['step'], {
    0: () => call(1, poll),
    1: l => { print(JSON.stringify(l.step)); return end() },
  })
  program('with a queue of requests', () => { void requests() }, [
    '{"value":"q0","done":false}', 'qw0', '{"value":"q1","done":false}', 'closed', '{"value":"returned","done":true}', '{"done":true}',
  ])

  const overSync = asyncFn('overSync', [], {
    0: l => { l.iterator = asyncIterator(counting(2)); return go(1) },
    1: l => call(2, () => l.iterator.next()),
    2: (l, promise) => awaiting(3, promise),
    3: (l, step) => { l.step = step; print(JSON.stringify(step)); return l.step.done ? go(4) : go(1) },
    4: l => l.done ? end() : call(5, () => worker('v', 1)),
    5: (l, promise) => { l.done = true; l.iterator = asyncIterator([7, promise]); return go(1) },
  })
  program('for await over sync iterators', () => { void overSync() }, [
    '{"value":0,"done":false}', '{"value":1,"done":false}', '{"value":"end","done":true}',
    'v0', '{"value":7,"done":false}', '{"value":"v","done":false}', '{"done":true}',
  ])
}

{ // timers, ticks and microtasks
  const note = syncFunction('note', ['text'], {
    0: l => { print(l.text); return call(1, poll) },
    1: l => { queueMicrotask(inMicrotask); process.nextTick(note2, `tick of ${l.text}`); return call(2, poll) },
    2: () => end(),
  })
  const note2 = syncFunction('note2', ['text'], {
    0: () => call(1, poll),
    1: l => { print(l.text); return end() },
  })
  const inMicrotask = syncFunction('inMicrotask', [], {
    0: () => call(1, poll),
    1: () => { print('microtask'); return end() },
  })
  program('in callbacks, with others pending', () => {
    setImmediate(note, 'immediate')
    setTimeout(note, 30, 'late')
    setTimeout(note, 10, 'early')
    process.nextTick(note, 'first')
  }, [
    'first', 'tick of first', 'microtask', 'immediate', 'tick of immediate', 'microtask', 'early', 'tick of early', 'microtask', 'late', 'tick of late', 'microtask',
  ])

  const every = syncFunction('every', ['state'], {
    0: l => { print(`interval ${++l.state.count}`); return call(1, poll) },
    1: l => { if (l.state.count === 3) clearInterval(l.state.timer); return end() },
  })
  program('an interval that clears itself', () => {
    const state: { count: number, timer?: NodeJS.Timeout } = { count: 0 }
    state.timer = setInterval(every, 5, state)
  }, ['interval 1', 'interval 2', 'interval 3'])

  const cancelling = asyncFn('cancelling', [], {
    0: l => {
      l.timer = setTimeout(print, 1, 'cancelled timer')
      l.immediate = setImmediate(print, 'cancelled immediate')
      return call(1, poll)
    },
    1: l => { clearTimeout(l.timer); clearImmediate(l.immediate); print('cancelled'); return end() },
  })
  program('are cancelled after a restore', () => { void cancelling() }, ['cancelled'])
}

export interface Result { name: string, expected: string[], undisturbed: string[], captured: string[][], captures: number, nested: number }

prepare()
const results: Result[] = []
for (const [name, { start, expected }] of programs) {
  const before = captures
  const { expected: undisturbed, runs } = await torture(start)
  results.push({ name, expected, undisturbed, captured: runs, captures: captures - before, nested })
}
process.stdout.write(JSON.stringify(results))
process.exit(0)
