/** TextDecoder.prototype.decode that tells the encoder whether a decoder stands between two pieces of a text. */
import { noteDecode } from '../encoding/values/text-coding.js'
import { replaceMethod } from '../tasks/install.js'
import { apply, isObject } from '../tasks/intrinsics.js'

const nativeDecode = TextDecoder.prototype.decode

const methods = {
  decode (this: InstanceType<typeof TextDecoder>, input?: unknown, options?: { stream?: unknown }): string {
    const text = apply(nativeDecode as (...rest: unknown[]) => string, this, [input, options])
    noteDecode(this, isObject(options) && Boolean(options.stream))
    return text
  }
}

export function installTextDecoder (): void {
  replaceMethod(TextDecoder.prototype, 'decode', methods.decode)
}
