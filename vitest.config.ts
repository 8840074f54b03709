import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Start whole programs, many bots or much work, and take most of a minute each on a small machine. */
const LONG = [
  'src/testing/oracle/oracle.test.ts',
  'src/app/start.test.ts',
  'src/app/kill-points.test.ts',
  'src/features/chat/answer/recover.test.ts',
  'src/features/chat/soak.test.ts',
  'src/features/chat/answer/faults-writing.test.ts',
  'src/features/chat/answer/limits.test.ts',
  'src/features/chat/view/reactions.test.ts',
  'src/features/chat/turns/killed.test.ts',
  'src/services/ledger/ledger-property.test.ts',
  'src/app/stop.test.ts',
  'src/features/privacy/forget.test.ts',
  'tools/launcher.test.ts',
];
const SHORT_FILES_BETWEEN = 4;

/**
 * Long files start early, so that none is left running alone at the end, and with short ones between, so that few of them
 * run at once. Vitest goes by the size of files, where it has not timed them.
 */
class LongFilesEarly extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((path) => moduleId.endsWith(`/${path}`));
    const place = ({ moduleId }: TestSpecification) => LONG.findIndex((path) => moduleId.endsWith(`/${path}`));
    const long = files.filter(isLong).sort((a, b) => place(a) - place(b));
    const short = (await super.sort(files)).filter((file) => !isLong(file));
    const early = long.flatMap((file, index) => [
      file,
      ...short.slice(index * SHORT_FILES_BETWEEN, (index + 1) * SHORT_FILES_BETWEEN),
    ]);
    return [...early, ...short.slice(long.length * SHORT_FILES_BETWEEN)];
  }
}

export default defineConfig({
  test: {
    include: ['{src,emulator,tools,bench,web}/**/*.test.ts'],
    exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
    environment: 'node',
    // Modules keep nothing that another file could meet, so files share a worker: loading takes longer than most tests.
    isolate: false,
    globalSetup: ['src/testing/global-setup.ts'],
    // They end what hangs. At 20 s, they also ended tests that were only slow, on a machine with other work to do.
    testTimeout: 40_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    // Bots that begin and end leave much behind at once; with room for it, less is copied before it is dropped.
    execArgv: ['--max-semi-space-size=64'],
    // Most tests wait for Discord's pace rather than for the processor.
    maxWorkers: 5,
    sequence: { sequencer: LongFilesEarly },
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
