/** All that the compiled built-ins import, as one module: they are built apart from the runtime (scripts/build.mjs). */
export * from './spec.js'
export * from './spec-iteration.js'
export * from './spec-json.js'
export * from './spec-text.js'
export * from './spec-typed.js'
