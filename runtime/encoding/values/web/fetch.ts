/**
 * Headers, FormData of texts, Request and Response of fetch. A body is a stream of Node's; what was read is gone, so a
 * response whose body has been read (or that has none) comes back with its body used. One that still must be read cannot be kept.
 */
import { corrupt } from '../../errors.js'
import { isFetchLoaded } from '../../intrinsics.js'
import { defineBuiltinKind, defineLazyKinds, type ContentReader, type ContentWriter } from '../../kinds.js'
import { dataDescriptor, defineOwn, getOwnPropertyNames, getter, SafeWeakMap, uncurry } from '../../natives.js'
import { derivesFrom } from './event-target.js'

type Listing = Headers | FormData
type EachPair = (this: Listing, each: (value: unknown, key: string) => void) => void
type Append = (this: Listing, key: string, value: unknown) => void
type Message = Request | Response

defineLazyKinds(['headers', 'form-data', 'request', 'response'], isFetchLoaded, () => {
  defineListing('headers', globalThis.Headers)
  defineListing('form-data', globalThis.FormData)
  const { Request: NativeRequest, Response: NativeResponse } = globalThis
  defineMessage('response', NativeResponse as new (...rest: never[]) => Response, ['status', 'statusText', 'url', 'type', 'redirected'], values => {
    const status = values.status as number
    return new NativeResponse(null, { status: status >= 200 && status <= 599 ? status : 200, statusText: values.statusText as string })
  })
  defineMessage('request', NativeRequest as new (...rest: never[]) => Request, ['url', 'method', 'mode', 'credentials', 'cache', 'redirect', 'referrer', 'integrity', 'keepalive'], values => new NativeRequest(values.url as string, { method: values.method as string }))
})

function isInstance (Class: { prototype: unknown }, read: (value: never) => unknown): (value: object) => boolean {
  return value => {
    try {
      return derivesFrom(value, Class.prototype as object) && read(value as never) !== undefined
    } catch {
      return false
    }
  }
}

function defineListing (name: string, Class: new () => Listing): void {
  const each = uncurry((Class.prototype as unknown as { forEach: EachPair }).forEach)
  const append = uncurry((Class.prototype as unknown as { append: Append }).append)
  const has = uncurry((Class.prototype as unknown as { has: (this: Listing, key: string) => boolean }).has)
  defineBuiltinKind<Listing>({
    name,
    prototype: Class.prototype as object,
    test: isInstance(Class, (value: Listing) => has(value, 'a')),
    allocate: () => new Class(),
    encode (listing, out, visit) {
      let count = 0
      each(listing, () => { count++ })
      out.count(count)
      each(listing, (value, key) => {
        if (typeof value !== 'string') visit.refuse(listing, 'A form with a file')
        out.value(key)
        out.value(value)
      })
    },
    fill (listing, input) { fillListing(listing, input, append) },
    ownKeys: getOwnPropertyNames
  })
}

function fillListing (listing: Listing, input: ContentReader, append: (listing: Listing, key: string, value: unknown) => void): void {
  for (let count = input.countOf(2); count > 0; count--) {
    const key = input.value()
    const value = input.value()
    if (typeof key !== 'string' || typeof value !== 'string') corrupt('a header is no text')
    append(listing, key, value)
  }
}

/** What a restored one was made of: its own getters do not tell. */
const restored = new SafeWeakMap<Message, unknown[]>()

/** Fields that no constructor takes are defined on the instance. */
function defineMessage (name: string, Class: new (...rest: never[]) => Message, fields: readonly string[], make: (values: Record<string, unknown>) => Message): void {
  const prototype = Class.prototype as object
  const read: ((message: Message) => unknown)[] = []
  for (let index = 0; index < fields.length; index++) read[index] = getter<Message, unknown>(prototype, fields[index])
  const body = getter<Message, object | null>(prototype, 'body')
  const bodyUsed = getter<Message, boolean>(prototype, 'bodyUsed')
  const headersOf = getter<Message, Headers>(prototype, 'headers')
  const setHeader = uncurry(Headers.prototype.append)
  const eachHeader = uncurry(Headers.prototype.forEach as EachPair)
  defineBuiltinKind<Message>({
    name,
    prototype,
    test: isInstance(Class, bodyUsed),
    parts (message, visit) {
      const known = restored.get(message)
      if (known !== undefined) return known
      if (!bodyUsed(message) && body(message) !== null) visit.refuse(message, `A ${name} whose body has not been read`)
      const parts: unknown[] = [bodyUsed(message)]
      for (let index = 0; index < fields.length; index++) parts[index + 1] = read[index](message)
      return parts
    },
    allocate (parts) {
      const [used, ...values] = parts
      const known: Record<string, unknown> = { __proto__: null } as never
      for (let index = 0; index < fields.length; index++) known[fields[index]] = values[index]
      if (name === 'request' ? typeof known.url !== 'string' || typeof known.method !== 'string' : typeof known.status !== 'number') corrupt(`a ${name} has no head`)
      const message = make(known)
      for (let index = 0; index < fields.length; index++) {
        if (read[index](message) !== values[index]) defineOwn(message, fields[index], dataDescriptor(values[index], 4))
      }
      if (used === true) defineOwn(message, 'bodyUsed', dataDescriptor(true, 4))
      restored.set(message, parts)
      return message
    },
    encode (message, out: ContentWriter) {
      let count = 0
      eachHeader(headersOf(message), () => { count++ })
      out.count(count)
      eachHeader(headersOf(message), (value, key) => {
        out.value(key)
        out.value(value)
      })
    },
    fill (message, input) { fillListing(headersOf(message), input, (headers, key, value) => { setHeader(headers as Headers, key, value as string) }) },
    ownKeys: () => []
  })
}
