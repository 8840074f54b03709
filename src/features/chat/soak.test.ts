import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seeded } from '../../../bench/lib/seeded.ts';
import { writeSettings } from '../../../bench/lib/settings.ts';
import { table } from '../../../bench/lib/statistics.ts';
import { featureMigrations, featuresFolder, findFeatures } from '../../app/features.ts';
import { platformMigrations } from '../../app/platforms.ts';
import { serviceMigrations } from '../../app/services.ts';
import { longTests, tellCases } from '../../testing/long.ts';
import { testDatabase } from '../../testing/postgres.ts';
import type { TestDatabase } from '../../testing/postgres.ts';
import { playSoak } from '../../testing/soak.ts';
import type { Soak } from '../../testing/soak.ts';
import type { SoakSize } from '../../testing/soak-script.ts';
import { openSoakStage } from '../../testing/soak-stage.ts';
import type { SoakStage } from '../../testing/soak-stage.ts';

const people = { people: 20, channels: 5, direct: 4 };
const sample: SoakSize = {
  ...people,
  messages: 60,
  troubles: { drop: 2, reconnect: 1, invalidate: 1, 'kill a worker': 2, 'kill the gateway': 1 },
};
const whole: SoakSize = {
  ...people,
  messages: 2000,
  troubles: { drop: 25, reconnect: 10, invalidate: 10, 'kill a worker': 25, 'kill the gateway': 8 },
};

const seed = 17;
const size = longTests() ? whole : sample;

let database: TestDatabase;
let stage: SoakStage;
beforeAll(async () => {
  const features = featureMigrations(await findFeatures(featuresFolder));
  database = await testDatabase({ migrations: [...platformMigrations, ...serviceMigrations, ...features] });
  stage = await openSoakStage({ size, database, writeSettings });
});
afterAll(async () => {
  await stage.close();
  await database.close();
});

describe('many people in many places, while connections drop and processes are killed', () => {
  it(
    'have each question answered once, in its own conversation and with nothing of another',
    { timeout: 1_800_000 },
    async () => {
      const soak = await playSoak(stage, seeded(seed), size);
      if (longTests()) console.log(report(soak));
      expect(soak.amiss, `seed ${seed}`).toEqual([]);
      // Otherwise nothing was tried.
      for (const figure of ['questions', 'remarks', 'answers'] as const)
        expect(soak.prompts[figure]).toBeGreaterThan(0);
      expect(soak.screen.answered).toBeGreaterThan(size.messages / 2);
      expect(soak.books.summaries).toBeGreaterThan(size.messages / 100);
      tellCases('conversation', soak.messages);
    },
  );
});

function report({ screen, prompts, books, ...soak }: Soak): string {
  const count = (name: string, value: number) => ({ name, value, unit: 'count' as const });
  const { drop, reconnect, invalidate } = size.troubles;
  return table([
    count('messages', soak.messages),
    count('of them questions', soak.questions),
    count('edited', soak.edited),
    count('deleted', soak.deleted),
    count('delivered more than once', soak.repeated),
    count('connections dropped, sessions kept', drop + reconnect),
    count('sessions lost', invalidate),
    count('processes killed', soak.kills),
    count('answered whole, each once', screen.answered),
    count('stopped', screen.stopped),
    count('answered anew', screen.regenerated),
    count('still marked as waiting', screen.marked),
    count('prompts sent', prompts.sent),
    count('earlier questions in them', prompts.questions),
    count('earlier answers in them', prompts.answers),
    count('remarks of people in them', prompts.remarks),
    count('charges', books.charges),
    count('of them for summaries', books.summaries),
    count('of them for titles', books.titles),
    count('calls lost, on the instance', books.lostCalls),
    { name: 'from the first message to the last answer', value: soak.durationMs, unit: 'ms' },
  ]);
}
