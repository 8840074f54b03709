import type { APIMessage } from 'discord-api-types/v10';
import { afterEach, describe, expect, it } from 'vitest';
import type { FaultAnswer } from '../../../../emulator/faults.ts';
import { createAsking } from '../../../testing/asking.ts';
import { buttons, hasEnded } from '../../../testing/components.ts';
import { longTests, tellCases } from '../../../testing/long.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';
import { jobCount, storedChat } from '../../../testing/stored.ts';

// All direct messages are one conversation, which would be summarised in the middle of a whole run.
const yaml = `
features: { summaries: { enabled: false } }
queue: { concurrency: { text: 4 } }
prices: { models: { fake/test-model: { inputPerMillion: 10, outputPerMillion: 20 } } }
access:
  roles:
    member: { dailyFreeUsd: 5, requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
`;

const bot = sharedBot({ yaml });
const billing = sharedBilling(bot);
const { asks, presses } = createAsking(() => bot);
const timeoutMs = 25_000;

const isTitling = ({ body }: { body: Record<string, unknown> }) => JSON.stringify(body).includes('Write a title');
const growing = { chunks: ['The beginning', ' and its end.'], hold: 1 };
const whole = 'The beginning and its end.';

/** An answer that waits in the middle, for Alice, who pays for it. */
interface Growing {
  /** The message that shows it. */
  shown: APIMessage;
  channelId: string;
  paidBefore: number;
}

const paid = async () => (await billing.paid(bot.alice)).free;

async function grows(begin: () => Promise<unknown>): Promise<Growing> {
  const paidBefore = await paid();
  await begin();
  const isGrowing = (message: APIMessage) => message.content.includes('The beginning') && !hasEnded(message);
  const shown = await bot.alice.sees(isGrowing, { timeoutMs });
  return { shown, channelId: shown.channel_id, paidBefore };
}

/** Every way in which an answer comes to be written. */
const ways: Record<string, () => Promise<Growing>> = {
  'a mention': async () => {
    const room = await bot.newChannel();
    bot.providers.answer('slowly', growing);
    return grows(() => bot.alice.says(room, `<@${bot.app.discord.self.userId}> slowly`));
  },
  '/ask': async () => {
    const room = await bot.newChannel();
    bot.providers.answer((request) => request.userText.includes('slowly') && !isTitling(request), growing);
    return grows(() => bot.alice.runs('ask', { prompt: 'slowly' }, { in: room }));
  },
  'the menu of a message': async () => {
    const target = await bot.bob.says(await bot.newChannel(), 'a riddle');
    bot.providers.answer('Explain this message.', growing);
    return grows(() => bot.alice.picks('Explain', target));
  },
  'a direct message': async () => {
    const { id } = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
    bot.providers.answer('slowly', growing);
    return grows(() => bot.alice.says(id, 'slowly'));
  },
  Regenerate: async () => {
    const { shown } = await asks(bot.alice, 'slowly', { text: 'Quickly.' });
    bot.providers.answer('slowly', growing);
    return grows(() => presses(bot.alice, shown, 'Regenerate'));
  },
  Continue: async () => {
    const { shown } = await asks(bot.alice, 'slowly', { chunks: ['Once. '], finishReason: 'length' });
    bot.providers.answer((request) => request.userText.startsWith('Your answer was cut off.'), growing);
    return grows(() => presses(bot.alice, shown, 'Continue'));
  },
};

/** Plants it for what the bot writes in a channel from now on. */
function writing(channelId: string, times: number, answer: FaultAnswer): void {
  const { faults } = bot.emulator.core;
  for (const [method, route] of [
    ['POST', `/channels/${channelId}/messages`],
    ['PATCH', `/channels/${channelId}/messages/*`],
  ] as const) {
    faults.add({ match: { method, route }, times, answer });
  }
}

const refusing = (status: number, code: number): FaultAnswer => ({ status, body: { code, message: 'planted' } });
const limited = (scope: 'user' | 'global' | 'shared', told: boolean): FaultAnswer => ({
  status: 429,
  headers: {
    'x-ratelimit-scope': scope,
    ...(told && { 'retry-after': '1' }),
    ...(scope === 'global' && { 'x-ratelimit-global': 'true' }),
  },
  body: { message: 'You are being rate limited.', global: scope === 'global', ...(told && { retry_after: 0.3 }) },
});

/** All direct messages are in one channel: what stands there from before is no part of this. */
const isOf = ({ shown, channelId }: Growing, message: APIMessage) =>
  message.channel_id === channelId && BigInt(message.id) >= BigInt(shown.id);

async function ends(begun: Growing): Promise<APIMessage> {
  const isWhole = (message: APIMessage) => isOf(begun, message) && message.content.endsWith(whole) && hasEnded(message);
  const shown = await bot.alice.sees(isWhole, { timeoutMs });
  await bot.idle();
  return shown;
}

/** What is stored of the version that is shown in a channel, and the messages that show it. */
async function stored(channelId: string) {
  const latest = (await storedChat(bot, channelId, [bot.alice])).exchanges.at(-1);
  return { ...latest?.answers.find(({ isShown }) => isShown), messageIds: latest?.answerMessageIds };
}

const ofBot = async (begun: Growing) =>
  (await bot.alice.messages(begun.channelId)).filter(
    (message) => isOf(begun, message) && message.author.bot && message.content.includes('The beginning'),
  );
const asked = () => bot.providers.requests.filter((request) => !isTitling(request)).length;

const lasting: [string, FaultAnswer][] = [
  ['the bot may not write any more (50013)', refusing(403, 50013)],
  ['the channel is gone (10003)', refusing(404, 10003)],
  ['the thread is archived for good (50083)', refusing(400, 50083)],
  ['the thread is locked (160005)', refusing(400, 160005)],
  ['direct messages are closed (50007)', refusing(403, 50007)],
];

const passing: [string, number, FaultAnswer][] = [
  ['Discord fails twice', 2, { status: 502 }],
  ['it meets a limit of the bot', 1, limited('user', true)],
  ['it meets the global limit', 1, limited('global', true)],
  ['it meets a limit that all share', 1, limited('shared', true)],
  ['it meets a limit that says nothing', 2, limited('user', false)],
  ['an answer of Discord is lost', 1, { drop: true }],
];

/** All of them in the long run; else one for each way, so that every one is met by some way. */
function chosenFor<Fault>(faults: readonly Fault[], wayIndex: number): readonly Fault[] {
  return longTests() ? faults : faults.filter((_, index) => index === wayIndex % faults.length);
}

afterEach(() => tellCases('faults', 1));

describe.each(Object.entries(ways).map(([way, begin], index) => ({ way, begin, index })))(
  'an answer by $way',
  ({ begin, index }) => {
    it.each(chosenFor(lasting, index))(
      'is paid for as far as it was shown when %s, and is shown afterwards',
      async (_, answer) => {
        const begun = await begin();
        const before = asked();
        writing(begun.channelId, 1000, answer);
        bot.emulator.core.faults.add({
          match: { method: 'PATCH', route: `/channels/${begun.channelId}` },
          times: 1000,
          answer: refusing(403, 50013),
        });
        bot.providers.release();
        await bot.idle();
        const code = (answer.body as { code: number }).code;
        expect(await stored(begun.channelId)).toMatchObject({ state: 'failed', error: `discord/${code}` });
        expect(await jobCount(bot, 'dead')).toBe(0);
        expect(await paid()).toBeGreaterThan(begun.paidBefore);
        expect(asked()).toBe(before);
        bot.emulator.core.faults.clear();
        await presses(bot.alice, begun.shown, 'Stop');
        const mended = await bot.alice.sees((message) => message.id === begun.shown.id && hasEnded(message), {
          timeoutMs,
        });
        expect(mended.content).toMatch(/The beginning.*\n\n-# ⚠️ Discord didn't let me show this answer/s);
        expect(buttons(mended).map(({ label }) => label)).toContain('Retry');
      },
    );

    it.each(chosenFor(passing, index))('arrives whole and is paid once when %s', async (_, times, answer) => {
      const begun = await begin();
      const before = asked();
      writing(begun.channelId, times, answer);
      bot.providers.release();
      expect((await ends(begun)).id).toBe(begun.shown.id);
      expect(await ofBot(begun)).toHaveLength(1);
      expect(await paid()).toBeGreaterThan(begun.paidBefore);
      expect(asked()).toBe(before);
    });

    it.runIf(longTests() || index % 2 === 0)(
      'arrives in a new message when Discord takes no more edits of the old one (30046)',
      async () => {
        const begun = await begin();
        const match = { method: 'PATCH', route: `/channels/${begun.channelId}/messages/${begun.shown.id}` };
        bot.emulator.core.faults.add({
          match,
          times: 1000,
          answer: { ...refusing(429, 30046), headers: { 'retry-after': '60' } },
        });
        bot.providers.release();
        const moved = await ends(begun);
        expect(moved.id).not.toBe(begun.shown.id);
        expect((await ofBot(begun)).map(({ id }) => id)).toEqual([moved.id]);
        expect(await stored(begun.channelId)).toMatchObject({ state: 'done', messageIds: [moved.id] });
        expect(await paid()).toBeGreaterThan(begun.paidBefore);
      },
    );

    it.runIf(longTests() || index % 2 === 1)('arrives when the gateway drops in between', async () => {
      const begun = await begin();
      const dropped = await fetch(`${bot.emulator.origin}/_control/gateway`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ action: 'drop', userId: bot.app.discord.self.userId }),
      });
      expect(dropped.status).toBe(200);
      bot.providers.release();
      expect((await ends(begun)).id).toBe(begun.shown.id);
      expect(await ofBot(begun)).toHaveLength(1);
    });
  },
);

describe('an answer that Discord does not take for long', () => {
  it('is paid for as far as it was shown, and is shown when Discord is back', async () => {
    const begun = await ways['a mention']?.();
    if (!begun) throw new Error('No such way.');
    const before = asked();
    writing(begun.channelId, 1000, { status: 503 });
    bot.providers.release();
    await expect.poll(async () => (await stored(begun.channelId)).state, { timeout: 60_000 }).toBe('failed');
    await bot.idle();
    expect(await paid()).toBeGreaterThan(begun.paidBefore);
    expect(asked()).toBe(before);
    bot.emulator.core.faults.clear();
    await presses(bot.alice, begun.shown, 'Stop');
    const mended = await bot.alice.sees((message) => message.id === begun.shown.id && hasEnded(message), { timeoutMs });
    expect(mended.content).toMatch(/^The beginning and its end\.\n\n-# ⚠️ Discord didn't let me show this answer/);
  }, 90_000);
});
