import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeSettings } from '../../../../bench/lib/settings.ts';
import { featureMigrations, featuresFolder, findFeatures } from '../../../app/features.ts';
import { platformMigrations } from '../../../app/platforms.ts';
import { serviceMigrations } from '../../../app/services.ts';
import type { MigrationSource } from '../../../platform/postgres/index.ts';
import { asMember, read, say } from '../../../testing/people.ts';
import { untilKilled } from '../../../testing/kill-rounds.ts';
import { openKillStage } from '../../../testing/kill-stage.ts';
import type { KillStage } from '../../../testing/kill-stage.ts';
import { openSoakStage } from '../../../testing/soak-stage.ts';
import { eventsBehind, untilInSession } from '../../../testing/soak-watch.ts';
import { testDatabase } from '../../../testing/postgres.ts';
import type { TestDatabase } from '../../../testing/postgres.ts';
import { openHolds } from '../../../testing/billing.ts';

const within = { timeout: 45_000, interval: 50 };

let migrations: readonly MigrationSource[];
let database: TestDatabase;
let stage: KillStage;
beforeAll(async () => {
  const features = featureMigrations(await findFeatures(featuresFolder));
  migrations = [...platformMigrations, ...serviceMigrations, ...features];
  database = await testDatabase({ migrations });
  stage = await openKillStage({ writeSettings, databaseUrl: database.url, rounds: 2 });
});
afterAll(async () => {
  await stage.close();
  await database.close();
});

const general = () => stage.place.channels.get('general') ?? '';

const untilNothingIsHeld = ({ postgres }: TestDatabase = database) =>
  vi.waitFor(async () => expect(await openHolds(postgres)).toEqual([]), within);

describe('a bot that dies', { timeout: 90_000 }, () => {
  it('before an answer is stored as shown still offers to answer the edited question', async () => {
    const { place, providers } = stage;
    const crash = { checkpoint: 'shown', time: 1 } as const;
    const dying = await stage.start(crash);
    providers.answer('the first wording', { text: 'To the first wording.', hold: 1 });
    const question = await say(place, 'alice', general(), `<@${place.botId}> the first wording`);
    await providers.requested('the first wording');
    const content = `<@${place.botId}> the second wording`;
    await asMember(place, 'alice', 'PATCH', `/channels/${general()}/messages/${question.id}`, { content });
    // The bot handles what happens in a channel in order.
    await say(place, 'alice', general(), '!ping');
    const isPong = ({ content }: { content: string }) => content.startsWith('Pong!');
    await vi.waitFor(async () => expect((await read(place, 'alice', general())).some(isPong)).toBe(true), within);
    providers.release();
    await untilKilled(dying, crash);
    const alive = await stage.start();
    await vi.waitFor(async () => {
      const ofBot = (await read(place, 'alice', general())).filter(({ author }) => author.id === place.botId);
      const answer = ofBot.find((message) => !isPong(message));
      expect(answer?.content).toBe('To the first wording.');
      expect(JSON.stringify(answer?.components)).toContain('Answer the edited question');
    }, within);
    await untilNothingIsHeld();
    await alive.stop();
  });

  it('while a title is written releases what it held for the title', async () => {
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

describe('a worker that dies', { timeout: 90_000 }, () => {
  it('leaves no message when the question is deleted before another worker starts', async () => {
    const own = await testDatabase({ migrations });
    const troubles = { drop: 0, reconnect: 0, invalidate: 0, 'kill a worker': 0, 'kill the gateway': 0 };
    const size = { messages: 0, people: 1, channels: 1, direct: 0, troubles };
    const stage = await openSoakStage({ size, database: own, writeSettings });
    const { place, channels, providers, workers, core } = stage;
    const id = channels[0]?.id ?? '';
    await untilInSession(stage, 30_000);
    const words = Array.from({ length: 12 }, (_, index) => `word ${index} `);
    providers.answer('to be deleted', { chunks: words, delayMs: 150, hold: 11 });
    const question = await say(place, 'person-1', id, 'to be deleted');
    const shown = () => core.world.messagesOf(id).filter(({ authorId }) => authorId === place.botId);
    // A message is edited only when its id is stored.
    const isEdited = ({ editedTimestamp }: { editedTimestamp: string | null }) => editedTimestamp !== null;
    await vi.waitFor(() => expect(shown().map(isEdited)).toEqual([true]), { timeout: 30_000, interval: 20 });
    for (const worker of workers) await worker.kill();
    await asMember(place, 'person-1', 'DELETE', `/channels/${id}/messages/${question.id}`);
    await vi.waitFor(async () => expect(await eventsBehind(stage)).toBe(0), within);
    for (const worker of workers) worker.start();
    await untilNothingIsHeld(own);
    await vi.waitFor(() => expect(shown()).toEqual([]), within);
    await stage.close();
    await own.close();
  });
});

/** Of the one bot there is. */
async function applicationId(): Promise<string> {
  const { place } = stage;
  const path = `/guilds/${place.guildId}/application-command-index`;
  const { applications } = (await asMember(place, 'alice', 'GET', path)) as { applications: { id: string }[] };
  return applications[0]?.id ?? '';
}
