import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,emulator,tools,bench,web}/**/*.test.ts'],
    exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
    environment: 'node',
    // Modules keep nothing that another file could meet, so files share a worker: loading takes longer than most tests.
    isolate: false,
    globalSetup: ['src/testing/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Most tests wait for Discord's pace rather than for the processor.
    maxWorkers: 4,
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
