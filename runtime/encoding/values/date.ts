/** Date: its time value; NaN for an invalid one. */
import { corrupt } from '../errors.js'
import { defineBuiltinKind } from '../kinds.js'
import { isDate, uncurry } from '../natives.js'

const getTime = uncurry(Date.prototype.getTime)
const setTime = uncurry(Date.prototype.setTime)

const NativeDate = Date

export const dateKind = defineBuiltinKind<Date>({
  name: 'date',
  test: isDate,
  allocate: () => new NativeDate(NaN),
  encode: (date, out) => { out.value(getTime(date)) },
  fill (date, input) {
    const time = input.value()
    if (typeof time !== 'number') corrupt('the time of a date is no number')
    setTime(date, time)
  }
})
