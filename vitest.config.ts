// How the tests run: real processes, at most two at once, one PostgreSQL for all (test/support).
import { defineConfig } from 'vitest/config';
import LongestFirst from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    // A list that should be empty is printed whole.
    chaiConfig: { truncateThreshold: 2_000 },
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Limits end what hangs. A machine that is merely slow, or busy with something else, never meets them.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    reporters: ['default'],
  },
});
