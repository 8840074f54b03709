import { MessageFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../../emulator/testing/person.ts';
import { createAsking } from '../../testing/asking.ts';
import { forgets } from '../../testing/forgets.ts';
import { sharedBot } from '../../testing/shared-bot.ts';
import { exportedBy, tablesWith } from '../../testing/stored.ts';

// Without rate limits, which this test isn't about.
const bot = sharedBot({
  paced: false,
  yaml: `
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
features: { chat: { systemPrompt: I am the instance. } }
`,
});

const { asks } = createAsking(() => bot);
const timeoutMs = 20_000;
const isEphemeral = (message: APIMessage) => ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0;

async function runs(person: Person, room: string, command: string, options: Record<string, string>): Promise<string> {
  await person.runs(command, options, { in: room });
  return (await person.sees(isEphemeral, { in: room, timeoutMs })).content;
}

async function toldToModel(person: Person, room: string): Promise<string | undefined> {
  await asks(person, 'what are you?', { text: 'I am.' }, { in: room });
  return (bot.providers.requests.at(-1)?.body['messages'] as { content: string }[])[0]?.content;
}

const exported = async (person: Person) => JSON.stringify(await exportedBy(bot, 'prompts', person));

describe('a prompt that a member wrote', () => {
  it('is encrypted in the database and readable in their export', async () => {
    const room = await bot.newChannel();
    await runs(bot.bob, room, 'save-prompt', { name: 'a secret name', text: 'A secret text.' });
    await runs(bot.bob, room, 'system', { text: 'Another secret.', scope: 'me' });
    const ofBob = await exported(bot.bob);
    for (const text of ['a secret name', 'A secret text.', 'Another secret.']) {
      expect(await tablesWith(bot, text)).toEqual([]);
      expect(ofBob).toContain(text);
    }
    expect(ofBob).toMatch(/"chosenPrompt":\[\{"name":null,"id":"[0-9a-f-]{36}"\}\]/);
  });

  it("is deleted with its author's data everywhere it is used; others' choices apply again", async () => {
    const room = await bot.newChannel();
    await runs(bot.olivia, room, 'system', { text: 'Of Olivia.', scope: 'channel' });
    await runs(bot.milo, room, 'save-prompt', { name: 'host', text: 'Of Milo.', library: 'server' });
    await runs(bot.olivia, room, 'system', { text: 'host' });
    await runs(bot.alice, room, 'system', { text: 'host', scope: 'me' });
    expect(await toldToModel(bot.alice, room)).toBe('Of Milo.');
    expect((await forgets(bot.milo)).embeds[0]?.description).toMatch(/prompts.*: 1 row/);
    await bot.idle();
    expect(await toldToModel(bot.alice, room)).toBe('Of Olivia.');
    expect(await runs(bot.alice, room, 'prompts', { name: 'host' })).toContain('no prompt `host`');
    expect(await toldToModel(bot.alice, await bot.newChannel())).toBe('I am the instance.');
    expect(await exportedBy(bot, 'prompts', bot.alice)).toMatchObject({ chosenPrompt: [] });
  });

  it("is deleted with its author's own choices", async () => {
    const room = await bot.newChannel();
    await runs(bot.alice, room, 'system', { text: 'Mine.', scope: 'me' });
    expect(await toldToModel(bot.alice, room)).toBe('Mine.');
    await forgets(bot.alice);
    await bot.idle();
    expect(await toldToModel(bot.alice, room)).toBe('I am the instance.');
  });
});

describe("with a guild's retention", () => {
  it("a conversation's text is deleted with its last turn; libraries and other choices stay", async () => {
    const [room, other] = [await bot.newChannel(), await bot.newChannel()];
    await runs(bot.bob, room, 'system', { text: 'reset', scope: 'me' });
    await runs(bot.olivia, room, 'system', { text: 'Of a conversation.' });
    await runs(bot.olivia, other, 'system', { text: 'Of a channel.', scope: 'channel' });
    await runs(bot.olivia, room, 'save-prompt', { name: 'kept', text: 'Kept.', library: 'server' });
    await asks(bot.bob, 'hello', { text: 'Hello.' }, { in: room });
    const expire = (days: number) => {
      const beforeMs = Date.now() - days * 86_400_000;
      return bot.database.postgres.transaction(async (tx) => {
        let rows = 0;
        for (const { parts: own } of bot.app.features) {
          rows += (await own.expire?.(tx, { beforeMs, guilds: { allBut: [] } })) ?? 0;
        }
        return rows;
      });
    };
    expect(await expire(1)).toBe(0);
    expect(await toldToModel(bot.bob, room)).toBe('Of a conversation.');
    expect(await expire(-1)).toBeGreaterThan(1);
    expect(await toldToModel(bot.bob, room)).toBe('I am the instance.');
    expect(await toldToModel(bot.bob, other)).toBe('Of a channel.');
    expect(await runs(bot.olivia, room, 'prompts', { name: 'kept' })).toContain('Kept.');
  });
});

describe('when the bot leaves a server', () => {
  it('its library and the choices there are deleted', async () => {
    const room = await bot.newChannel();
    await runs(bot.olivia, room, 'save-prompt', { name: 'host', text: 'Of the server.', library: 'server' });
    await runs(bot.olivia, room, 'system', { text: 'host', scope: 'server' });
    await runs(bot.olivia, room, 'system', { text: 'Of a conversation.' });
    await runs(bot.alice, room, 'save-prompt', { name: 'mine', text: 'Of Alice.' });
    await runs(bot.alice, room, 'system', { text: 'mine', scope: 'me' });
    const guildId = bot.alice.channel(room).guildId ?? '';
    await bot.olivia.request('DELETE', `/guilds/${guildId}/members/${bot.app.discord.self.userId}`);
    await expect
      .poll(() => exported(bot.olivia), { timeout: timeoutMs })
      .not.toMatch(/Of the server|Of a conversation/);
    const { id } = bot.alice.channel(room);
    for (const place of [guildId, id]) {
      expect(await tablesWith(bot, place)).not.toContainEqual(expect.stringMatching(/^prompts_/));
    }
    expect(await exportedBy(bot, 'prompts', bot.alice)).toMatchObject({
      prompts: [{ name: 'mine', text: 'Of Alice.' }],
      chosenPrompt: [{ name: null }],
    });
  });
});
