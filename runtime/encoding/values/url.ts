/**
 * URL and URLSearchParams of Node: both keep their state in private fields. A URL and its `searchParams` change together,
 * so the one that belongs to a URL of the snapshot comes with it.
 */
import { corrupt } from '../errors.js'
import { defineBuiltinKind } from '../kinds.js'
import { getter, SafeWeakMap, uncurry } from '../natives.js'

const { URL: NativeURL, URLSearchParams: NativeURLSearchParams } = globalThis
const href = getter<URL, string>(URL.prototype, 'href')
const searchParams = getter<URL, URLSearchParams>(URL.prototype, 'searchParams')
const text = uncurry(URLSearchParams.prototype.toString)

let owners = new SafeWeakMap<URLSearchParams, URL>()
export function forgetOwners (): void { owners = new SafeWeakMap() }

function succeeds<Value> (read: (value: Value) => unknown): (value: object) => boolean {
  return value => {
    try {
      read(value as Value)
      return true
    } catch {
      return false
    }
  }
}

defineBuiltinKind<URL>({
  name: 'url',
  prototype: URL.prototype,
  test: succeeds(href),
  hasOwnProperties: true,
  parts: url => [href(url)],
  allocate (parts) {
    const text = parts[0]
    if (typeof text !== 'string') corrupt('a URL is no text')
    return new NativeURL(text)
  },
  encode (url) { owners.set(searchParams(url), url) }
})

defineBuiltinKind<URLSearchParams>({
  name: 'url-search-params',
  prototype: URLSearchParams.prototype,
  test: succeeds(text),
  hasOwnProperties: true,
  late: true,
  parts (params, visit) {
    const owner = owners.get(params)
    return [owner !== undefined && visit.has(owner) ? owner : text(params)]
  },
  allocate (parts) {
    const from = parts[0]
    return typeof from === 'string' ? new NativeURLSearchParams(from) : searchParams(from as URL)
  }
})
