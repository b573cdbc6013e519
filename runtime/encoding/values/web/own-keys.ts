/** Node keeps state of its classes under symbols of the instances; they are no properties of the program's. */
import { getOwnPropertySymbols, ownKeys, SafeSet, symbolDescription } from '../../natives.js'

export class NodeSymbols {
  private readonly symbols = new SafeSet<symbol>()

  /** Learns the symbols of fresh instances. */
  constructor (...samples: object[]) {
    for (let index = 0; index < samples.length; index++) {
      const own = getOwnPropertySymbols(samples[index])
      for (let position = 0; position < own.length; position++) this.symbols.add(own[position])
    }
  }

  named (description: string): symbol | undefined {
    let found: symbol | undefined
    this.symbols.forEach(symbol => { if (symbolDescription(symbol) === description) found = symbol })
    return found
  }

  /** The keys of an instance without them. */
  keysOf (value: object): (string | symbol)[] {
    const keys = ownKeys(value)
    const own: (string | symbol)[] = []
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]
      if (typeof key === 'string' || !this.symbols.has(key)) own[own.length] = key
    }
    return own
  }
}

/** A state of Node's under a symbol. */
export function stateOf (value: object, symbol: symbol | undefined): unknown {
  return symbol === undefined ? undefined : (value as Record<symbol, unknown>)[symbol]
}
