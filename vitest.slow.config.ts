import { defineConfig } from 'vitest/config';

/** Suites too slow for `npm test`: the tutorial, real applications, kill-at-every-step against real processes. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
