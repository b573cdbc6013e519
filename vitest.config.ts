import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The command line is tested as it is installed: compiled, in dist.
    globalSetup: ['test/build.ts'],
    testTimeout: 60_000,
    // Programs run in processes of their own; more than two at a time only disturb each other.
    maxWorkers: 2,
    maxConcurrency: 2
  }
})
