/** Replacing built-ins by ours, so that nobody sees the difference. */
import { showAsNative } from '../builtins/native-text.js'
import { defineProperty, getOwnPropertyDescriptor } from './intrinsics.js'

let installed = false
/** False where compiled code was started without reprise: then nothing is recorded, and built-ins are Node's own. */
export const isInstalled = (): boolean => installed
export function markInstalled (): void { installed = true }

/** Replaces those of `methods` that the owner has, each with the native one's attributes, name and length. */
export function replaceMethods (owner: object, methods: Record<string, unknown>): void {
  for (const name of Object.keys(methods)) replaceMethod(owner, name, methods[name] as object)
}

export function replaceMethod (owner: object, name: string | symbol, method: object): void {
  const descriptor = getOwnPropertyDescriptor(owner, name)
  if (descriptor === undefined || typeof descriptor.value !== 'function') return
  for (const key of ['name', 'length']) {
    const own = getOwnPropertyDescriptor(descriptor.value as object, key)
    if (own !== undefined) defineProperty(method, key, own)
  }
  showAsNative(method, descriptor.value as object)
  defineProperty(owner, name, { ...descriptor, value: method })
}
