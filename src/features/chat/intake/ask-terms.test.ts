import { MessageFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { beforeEach, describe, expect, it } from 'vitest';
import { hasEnded } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const waitMs = 20_000;

const yaml = `
access:
  roles:
    member: { requestsPerMinute: 2, requestsPerHour: null, tokensPerWeek: null }
`;
const bot = sharedBot({ yaml, otherModels: ['other-model'] });
beforeEach(() => {
  bot.providers.answerByDefault({ text: 'Well.' });
});

const ephemeral = (message: APIMessage) => ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
const answered = (channelId?: string) =>
  bot.alice.sees(
    (message) =>
      message.content === 'Well.' && hasEnded(message) && (channelId === undefined || message.channel_id === channelId),
    { timeoutMs: waitMs },
  );

describe('/ask', () => {
  it('has the model answer that was asked for, then and later in the thread; then a limit refuses before all is seen', async () => {
    const room = await bot.newChannel();
    expect(await bot.alice.completes('ask', { prompt: 'x', model: 'other' }, 'model')).toEqual([
      { name: 'fake/other-model', value: 'fake/other-model' },
    ]);
    await bot.alice.runs('ask', { prompt: 'who are you?', model: 'fake/other-model' }, { in: room });
    const { channel_id: thread } = await answered();
    await bot.idle();
    await bot.alice.says(thread, 'and who are you now?');
    await answered(thread);
    expect(bot.providers.requests.map(({ model }) => model)).toEqual(['other-model', 'other-model', 'other-model']);

    const before = await bot.olivia.messages(room);
    await bot.alice.runs('ask', { prompt: 'once more?' }, { in: room });
    const refusal = await bot.alice.sees((message) => ephemeral(message) && /<t:\d+:T>/.test(message.content));
    expect(refusal.channel_id).toBe(bot.alice.channel(room).id);
    await bot.idle();
    expect(await bot.olivia.messages(room)).toHaveLength(before.length);
    expect(bot.providers.requests).toHaveLength(3);
  });
});
