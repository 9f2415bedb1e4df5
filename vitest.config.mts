import { defineConfig } from 'vitest/config';

/** Those that start guests: a QEMU for each processor, for minutes. */
const WITH_GUESTS = ['test/vm/guest-executor.test.ts', 'test/cli/matrix.live.test.ts'];
const NONE = ['test/fixtures/**', 'node_modules/**'];

/**
 * Forks, not threads: raw-socket is not context aware, so a worker thread cannot load it.
 * Two workers: the live tests measure time, and the smallest machine that is supported has two cores. Guests come when
 * all others are done: beside them whatever starts processes takes five times as long.
 * The global setup bundles `src/` first, since some tests start the real command and its executors.
 */
export default defineConfig({
  test: {
    globalSetup: ['scripts/vitest-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 240_000,
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'host',
          include: ['test/**/*.test.ts'],
          exclude: [...NONE, ...WITH_GUESTS],
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'guests', include: WITH_GUESTS, exclude: NONE, sequence: { groupOrder: 1 } } },
    ],
  },
});
