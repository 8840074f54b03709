import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeSettings } from '../../../../bench/lib/settings.ts';
import { featureMigrations, featuresFolder, findFeatures } from '../../../app/features.ts';
import { platformMigrations } from '../../../app/platforms.ts';
import { serviceMigrations } from '../../../app/services.ts';
import { watchInstance } from '../../../testing/kill-money.ts';
import { answersTo, ask } from '../../../testing/kill-questions.ts';
import { settleUp, untilAnswered, untilKilled } from '../../../testing/kill-rounds.ts';
import { openKillStage } from '../../../testing/kill-stage.ts';
import type { KillStage } from '../../../testing/kill-stage.ts';
import { testDatabase } from '../../../testing/postgres.ts';
import type { TestDatabase } from '../../../testing/postgres.ts';

let database: TestDatabase;
let stage: KillStage;

beforeAll(async () => {
  const features = featureMigrations(await findFeatures(featuresFolder));
  database = await testDatabase({ migrations: [...platformMigrations, ...serviceMigrations, ...features] });
  await watchInstance(database.postgres);
  stage = await openKillStage({ writeSettings, databaseUrl: database.url, rounds: 1 });
});
afterAll(async () => {
  await stage.close();
  await database.close();
});

it(
  'a bot that dies while questions wait in one conversation answers each once afterwards, in their order',
  { timeout: 120_000 },
  async () => {
    const crash = { checkpoint: 'streaming', time: 4 } as const;
    const dying = await stage.start(crash, { wait: true });
    const channelId = stage.place.channels.get('general') ?? '';
    const questions = [await ask(stage, 'alice', channelId, { name: 'one', delayMs: 200 })];
    questions.push(await ask(stage, 'bob', channelId, { name: 'two', delayMs: 20 }));
    questions.push(await ask(stage, 'alice', channelId, { name: 'three', delayMs: 20 }));
    await untilKilled(dying, crash);
    const heir = await stage.start(undefined, { wait: false });
    await untilAnswered(stage, heir, questions);
    const answers: bigint[] = [];
    for (const question of questions) {
      const [only] = await answersTo(stage, question);
      answers.push(BigInt(only?.id ?? 0));
    }
    expect(answers).toEqual(answers.toSorted((one, other) => (one < other ? -1 : 1)));
    const { charges } = await settleUp(stage, heir, questions, { crashes: 1, refusable: false });
    expect(charges).toBe(3);
    await heir.stop();
  },
);
