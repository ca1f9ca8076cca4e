// How the tests run: real processes, at most two at once, one PostgreSQL for all (test/support).
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A list that should be empty is printed whole.
    chaiConfig: { truncateThreshold: 2_000 },
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    reporters: ['default'],
  },
});
