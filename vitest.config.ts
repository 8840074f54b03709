import { defineConfig } from 'vitest/config';

/** Keep nothing in their modules that another file could meet, so that files may share a worker: that halves their time. */
const SHARING = [
  'emulator/**/*.test.ts',
  'tools/**/*.test.ts',
  'bench/**/*.test.ts',
  'web/src/**/*.test.ts',
  'src/{kernel,services,features}/**/*.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'sharing', include: SHARING, isolate: false } },
      { extends: true, test: { name: 'isolated', include: ['src/**/*.test.ts'], exclude: SHARING } },
    ],
    exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
    environment: 'node',
    globalSetup: ['src/testing/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Most tests wait for Discord's pace rather than for the processor.
    maxWorkers: 4,
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
