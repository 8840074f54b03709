import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seeded } from '../../bench/lib/seeded.ts';
import { writeSettings } from '../../bench/lib/settings.ts';
import { imageCheckpoints, imageCrash, imageRound, paintingSettings } from '../testing/kill-images.ts';
import { openKillStage } from '../testing/kill-stage.ts';
import type { KillStage } from '../testing/kill-stage.ts';
import { longTests, tellCases } from '../testing/long.ts';
import { testDatabase } from '../testing/postgres.ts';
import type { TestDatabase } from '../testing/postgres.ts';
import { featureMigrations, featuresFolder, findFeatures } from './features.ts';
import { platformMigrations } from './platforms.ts';
import { serviceMigrations } from './services.ts';

const random = seeded(11);
const nth = (index: number) => imageCheckpoints[index % imageCheckpoints.length] ?? 'admitted';
/** Every checkpoint in turn, or one of them where only a sample runs. */
const plan = longTests()
  ? Array.from({ length: 50 }, (_, index) => imageCrash(nth(index), random()))
  : [imageCrash(nth(Math.floor(random() * imageCheckpoints.length)), random())];

let database: TestDatabase;
let stage: KillStage;
beforeAll(async () => {
  const features = featureMigrations(await findFeatures(featuresFolder));
  database = await testDatabase({ migrations: [...platformMigrations, ...serviceMigrations, ...features] });
  const more = paintingSettings;
  stage = await openKillStage({ writeSettings, databaseUrl: database.url, rounds: plan.length, more });
});
afterAll(async () => {
  await stage.close();
  await database.close();
});

describe('a bot that kills itself between two steps of drawings, and is started again', () => {
  it.each(plan.map((crash, index) => ({ ...crash, number: index + 1, crash })))(
    '$number at $checkpoint:$time',
    { timeout: 300_000 },
    async ({ number, crash }) => {
      const { images, charges, gifts } = await imageRound(stage, `i${number}`, crash);
      expect(charges + gifts).toBe(images);
      // Only who is killed with an image stored and not yet charged gives it away.
      if (!['stored', 'written'].includes(crash.checkpoint)) expect(gifts).toBeLessThanOrEqual(2);
      tellCases('kill-images', 1);
    },
  );
});
