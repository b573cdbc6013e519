/**
 * Formatters and collators of Intl: what `resolvedOptions` tells makes an equal one. `Intl.Locale` is its text. The bound
 * functions that `format` and `compare` give belong to their object and cannot be kept by themselves.
 */
import { corrupt } from '../errors.js'
import { defineBuiltinKind } from '../kinds.js'
import { ownKeys, uncurry } from '../natives.js'

type Options = Record<string, unknown>
interface Formatter { resolvedOptions (): Options }
type FormatterClass = new (locale: string, options: Options) => Formatter

for (const name of ['NumberFormat', 'DateTimeFormat', 'Collator', 'PluralRules', 'RelativeTimeFormat', 'ListFormat', 'DisplayNames', 'Segmenter', 'DurationFormat']) {
  const Class = (Intl as unknown as Record<string, FormatterClass | undefined>)[name]
  if (Class !== undefined) define(name, Class)
}

function define (name: string, Class: FormatterClass): void {
  const resolvedOptions = uncurry((Class.prototype as Formatter).resolvedOptions)
  defineBuiltinKind<Formatter>({
    name: `intl-${name}`,
    prototype: Class.prototype as object,
    test (value) {
      try {
        return typeof resolvedOptions(value as Formatter).locale === 'string'
      } catch {
        return false
      }
    },
    parts (formatter) {
      const options = resolvedOptions(formatter)
      const keys = ownKeys(options) as string[]
      const parts: unknown[] = [options.locale]
      for (let index = 0; index < keys.length; index++) {
        const value = options[keys[index]]
        if (keys[index] === 'locale' || value === undefined || typeof value === 'object') continue
        parts[parts.length] = keys[index]
        parts[parts.length] = value
      }
      return parts
    },
    hasOwnProperties: true,
    allocate ([locale, ...rest]) {
      if (typeof locale !== 'string') corrupt('a formatter has no locale')
      const options = { __proto__: null } as unknown as Options
      for (let index = 0; index + 1 < rest.length; index += 2) options[rest[index] as string] = rest[index + 1]
      try {
        return new Class(locale, options)
      } catch (error) {
        return corrupt(`the options of an Intl.${name}: ${String(error)}`)
      }
    }
  })
}

const localeText = uncurry(Intl.Locale.prototype.toString)
const NativeLocale = Intl.Locale

defineBuiltinKind<Intl.Locale>({
  name: 'intl-Locale',
  prototype: Intl.Locale.prototype,
  test (value) {
    try {
      return typeof localeText(value as Intl.Locale) === 'string'
    } catch {
      return false
    }
  },
  parts: locale => [localeText(locale)],
  hasOwnProperties: true,
  allocate ([text]) {
    if (typeof text !== 'string') corrupt('a locale is no text')
    return new NativeLocale(text)
  }
})
