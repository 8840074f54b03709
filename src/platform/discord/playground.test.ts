import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { discordMigrations } from './create.ts';
import type { Discord } from './index.ts';
import { Playground } from './testing/playground.ts';

let database: TestDatabase;
let playground: Playground;
let discord: Discord;

beforeAll(async () => {
  database = await testDatabase({ migrations: [discordMigrations] });
  playground = await Playground.open();
  discord = await playground.bot(database.postgres);
});

afterAll(async () => {
  await discord.close();
  await playground.emulator.close();
  await database.close();
});

describe('an answer on screen', () => {
  it('grows and ends without a refusal, the final text as soon as it is known', async () => {
    const channelId = playground.channel('general');
    const question = await playground.says('alice', channelId, 'a question');
    const live = discord.actions.live({ channelId, key: `answer/${question}`, replyTo: question });
    let text = '';
    for (let step = 0; step < 25; step += 1) {
      text += 'some words ';
      live.update(text);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const beganMs = performance.now();
    const parts = await live.finish({ content: `${text}and the end.` });
    expect(performance.now() - beganMs).toBeLessThan(1000);
    const [shown] = await playground.as<{ content: string; message_reference: object }[]>(
      'alice',
      'GET',
      `/channels/${channelId}/messages?limit=1`,
    );
    expect(shown).toMatchObject({ content: `${text}and the end.`, message_reference: { message_id: question } });
    expect(parts).toHaveLength(1);
    expect(await playground.tooMany()).toBe(0);
  });

  it('comes in many channels at once without a refusal', async () => {
    const channels = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        playground.control<{ id: string }>('POST', 'channels', { guildId: playground.guildId, name: `c${index}` }),
      ),
    );
    const answers = channels.map(async ({ id }) => {
      const live = discord.actions.live({ channelId: id, key: id });
      live.update('first words');
      await new Promise((resolve) => setTimeout(resolve, 300));
      live.update('first words and more');
      return live.finish({ content: 'first words and all the rest' });
    });
    expect((await Promise.all(answers)).every((parts) => parts.length === 1)).toBe(true);
    expect(await playground.tooMany()).toBe(0);
  });
});
