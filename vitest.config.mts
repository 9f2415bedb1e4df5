import { defineConfig } from 'vitest/config';

/**
 * Forks, not threads: raw-socket is not context aware, so a worker thread cannot load it.
 * Two workers: the live tests measure time, and the smallest machine that is supported has two cores.
 * The global setup bundles `src/` first, since some tests start the real command and its executors.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/fixtures/**', 'node_modules/**'],
    globalSetup: ['scripts/vitest-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 240_000,
    passWithNoTests: false,
  },
});
