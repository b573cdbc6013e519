/** `[native code]`: functions that stand in place of native ones show the text of those. */
import { functionToString, SafeWeakMap } from '../encoding/natives.js'

const texts = new SafeWeakMap<object, string>()

export function showAsNative (fn: object, native: object): void {
  texts.set(fn, functionToString(native as () => void))
}

export const functionMethods = {
  toString (this: unknown): string {
    return (typeof this === 'function' ? texts.get(this) : undefined) ?? functionToString(this as () => void)
  },
}
