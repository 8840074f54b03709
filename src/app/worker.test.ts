import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { queueBench } from '../testing/queue-bench.ts';
import { defineFeature } from '../sdk/index.ts';
import type { FeatureParts } from '../sdk/index.ts';
import { readRoles } from './roles.ts';
import type { Roles } from './roles.ts';
import { planWorker } from './worker.ts';

const bench = await queueBench();
const concurrency = { text: 2, images: 1 };

const featureOf = (name: string, parts: FeatureParts) => ({
  definition: defineFeature({ name, summary: 'Is tested.', intents: [], settings: z.object({}), setup: () => parts }),
  folder: '',
  parts,
});

function plan(
  parts: FeatureParts,
  { roles = readRoles([], undefined), configured = {} }: { roles?: Roles; configured?: Record<string, number> } = {},
) {
  const started = bench.start();
  const config = {
    queue: { concurrency: { ...concurrency, ...configured }, waitingPerGuild: 9, waitingPerUser: 9, maxAttempts: 3 },
  };
  const features = [featureOf('notes', parts)];
  const worker = planWorker({ ...started, postgres: bench.postgres, config, roles, features, schedules: [] });
  return { ...started, worker };
}

describe('the start', () => {
  it.each([
    [
      { schedules: [{ name: 'tidy', cron: '0 4 * *', run: async () => {} }] },
      /"tidy" of the feature "notes" is wrong: cron/,
    ],
    [
      { schedules: [{ name: 'tidy', everyMs: 5, run: async () => {} }] },
      /"tidy" of the feature "notes" is wrong: everyMs is 5/,
    ],
    [
      { schedules: [{ name: 'Tidy Up', everyMs: 5000, run: async () => {} }] },
      /"Tidy Up".*its name must be lower-case/,
    ],
    [
      { schedules: [1, 2].map(() => ({ name: 'tidy', everyMs: 5000, run: async () => {} })) },
      /"tidy".*another schedule of this name/,
    ],
    [{ queues: { mirror: { concurrency: 0 } } }, /"mirror" of the feature "notes" is wrong/],
    [{ queues: { 'a/b': { concurrency: 1 } } }, /"a\/b" of the feature "notes" is wrong/],
  ] satisfies [FeatureParts, RegExp][])('stops at %j', (parts, message) => {
    expect(() => plan(parts)).toThrow(message);
  });

  it('stops at a queue that no feature has, and lists those there are', () => {
    const roles = readRoles(['worker'], 'notes/miror');
    const parts = { queues: { mirror: { concurrency: 3 } } };
    expect(() => plan(parts, { roles })).toThrow(
      'There is no queue "notes/miror". Queues: text, images, notes/mirror.',
    );
    expect(() => plan(parts, { configured: { txt: 3 } })).toThrow('queue.concurrency.txt: there is no such queue');
  });
});

describe('a queue of a feature', () => {
  /** Begins as many of four jobs as may run at once. */
  async function beginsAtOnce(expected: number, options: Parameters<typeof plan>[1]): Promise<void> {
    const done = Promise.withResolvers<void>();
    let begun = 0;
    const { queue, worker, clock } = plan(
      {
        queues: { mirror: { concurrency: 3 } },
        jobs: {
          copy: () => {
            begun += 1;
            return done.promise;
          },
        },
      },
      options,
    );
    for (let number = 0; number < 4; number += 1) {
      await queue.enqueue(bench.postgres.db, { queue: 'notes/mirror', kind: 'notes/copy', payload: { number } });
    }
    await worker.start();
    await vi.waitFor(() => expect(begun).toBe(expected), { timeout: 5_000 });
    await bench.pass(clock, 2_000);
    expect(begun).toBe(expected);
    done.resolve();
    await queue.idle();
    expect(begun).toBe(expected === 0 ? 0 : 4);
  }

  it('runs as many jobs at once as the feature declares', async () => {
    await beginsAtOnce(3, {});
  });

  it('runs as many as the settings say', async () => {
    await beginsAtOnce(2, { configured: { 'notes/mirror': 2 } });
  });

  it('can be all that a worker works', async () => {
    await beginsAtOnce(3, { roles: readRoles(['worker'], 'notes/mirror') });
  });

  it('is left alone by workers of other queues', async () => {
    await beginsAtOnce(0, { roles: readRoles(['worker'], 'text,images') });
  });
});
