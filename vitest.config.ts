import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'web/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', 'test/slow/**'],
    pool: 'forks',
    // Real processes on a shared machine stall now and then: CI asks twice more before it says no, and the report names what was asked again.
    retry: process.env['CI'] === 'true' ? 2 : 0,
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
});
