import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/setup.ts'],
    setupFiles: ['test/seeds.ts'],
    // Nothing is timed here: these end what hangs, also on a machine that is busy with other work.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Two cores: one worker for the PGlite-heavy files, one for the rest.
    maxWorkers: 2,
    // `vitest run -u` also rewrites the rendered findings of the rules' pages.
    env: { UPDATE: process.argv.some((a) => a === '-u' || a === '--update') ? '1' : '' },
  },
});
