import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeSettings } from '../../../../bench/lib/settings.ts';
import { featureMigrations, featuresFolder, findFeatures } from '../../../app/features.ts';
import { platformMigrations } from '../../../app/platforms.ts';
import { serviceMigrations } from '../../../app/services.ts';
import { untilKilled } from '../../../testing/kill-rounds.ts';
import { openKillStage } from '../../../testing/kill-stage.ts';
import type { KillStage } from '../../../testing/kill-stage.ts';
import { asMember, read, say } from '../../../testing/people.ts';
import { testDatabase } from '../../../testing/postgres.ts';
import type { TestDatabase } from '../../../testing/postgres.ts';

const within = { timeout: 20_000, interval: 50 };

let database: TestDatabase;
let stage: KillStage;
beforeAll(async () => {
  const features = featureMigrations(await findFeatures(featuresFolder));
  database = await testDatabase({ migrations: [...platformMigrations, ...serviceMigrations, ...features] });
  stage = await openKillStage({ writeSettings, databaseUrl: database.url, rounds: 2 });
});
afterAll(async () => {
  await stage.close();
  await database.close();
});

const general = () => stage.place.channels.get('general') ?? '';

const untilNothingIsHeld = () =>
  vi.waitFor(async () => {
    const open = database.postgres.db.selectFrom('ledger_hold').select('key').where('state', '=', 'open');
    expect(await open.execute()).toEqual([]);
  }, within);

describe('a bot that dies', { timeout: 90_000 }, () => {
  it('before an answer counts as shown offers the question that was edited while it wrote to be answered again', async () => {
    const { place, providers } = stage;
    const crash = { checkpoint: 'shown', time: 1 } as const;
    const dying = await stage.start(crash);
    providers.answer('the first wording', { text: 'To the first wording.', hold: 1 });
    const question = await say(place, 'alice', general(), `<@${place.botId}> the first wording`);
    await providers.requested('the first wording');
    const content = `<@${place.botId}> the second wording`;
    await asMember(place, 'alice', 'PATCH', `/channels/${general()}/messages/${question.id}`, { content });
    const edits = database.postgres.db.selectFrom('chat_question').select('id').where('edited_at', 'is not', null);
    await vi.waitFor(async () => expect(await edits.execute()).toHaveLength(1), within);
    providers.release();
    await untilKilled(dying, crash);
    const alive = await stage.start();
    await vi.waitFor(async () => {
      const [answer] = (await read(place, 'alice', general())).filter(({ author }) => author.id === place.botId);
      expect(answer?.content).toBe('To the first wording.');
      expect(JSON.stringify(answer?.components)).toContain('Answer the edited question');
    }, within);
    await untilNothingIsHeld();
    await alive.stop();
  });

  it('while a title is written holds nothing for it any more', async () => {
    const { place, providers } = stage;
    const alive = await stage.start();
    providers.answer(({ body }) => JSON.stringify(body).includes('Write a title'), { hang: true });
    providers.answer('asked apart', { text: 'Answered apart.' });
    await asMember(place, 'alice', 'POST', '/interactions', {
      type: 2,
      application_id: await applicationId(),
      guild_id: place.guildId,
      channel_id: general(),
      session_id: 'a-session',
      nonce: '1',
      data: { name: 'ask', type: 1, options: [{ name: 'prompt', type: 3, value: 'asked apart' }] },
    });
    await providers.requested(({ body }) => JSON.stringify(body).includes('Write a title'));
    await alive.kill();
    const next = await stage.start();
    await untilNothingIsHeld();
    await next.stop();
  });
});

/** Of the one bot there is. */
async function applicationId(): Promise<string> {
  const { place } = stage;
  const path = `/guilds/${place.guildId}/application-command-index`;
  const { applications } = (await asMember(place, 'alice', 'GET', path)) as { applications: { id: string }[] };
  return applications[0]?.id ?? '';
}
