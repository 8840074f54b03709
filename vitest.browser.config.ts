import { defineConfig } from 'vitest/config';

/** `npm run test:browser`: needs a Chromium on the machine, so these files are no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['**/*.browser.test.ts'],
    exclude: ['**/node_modules/**'],
    environment: 'node',
    // A browser, a bot, its database and the emulator at a time are enough for a small machine.
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
