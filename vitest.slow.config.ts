import { defineConfig } from 'vitest/config';

/** Suites too slow for `npm test`: the tutorial, real applications, kill-at-every-step against real processes. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts'],
    pool: 'forks',
    // Real processes on a shared machine stall now and then: CI asks twice more before it says no, and the report names what was asked again.
    retry: process.env['CI'] === 'true' ? 2 : 0,
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
