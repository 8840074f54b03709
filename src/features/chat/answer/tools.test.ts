import type { APIMessage } from 'discord-api-types/v10';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { UserError } from '../../../kernel/errors.ts';
import { defineFeature, defineTool } from '../../../sdk/index.ts';
import { createAsking } from '../../../testing/asking.ts';
import { buttons } from '../../../testing/components.ts';
import { testFeature } from '../../../testing/features.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';

const ran: string[] = [];
afterEach(() => ran.splice(0));
let hold: Promise<void> | undefined;

const dice = testFeature(
  defineFeature({
    ...{ name: 'dice', summary: 'Rolls dice.', intents: [], settings: z.strictObject({}) },
    setup: () => ({
      tools: [
        defineTool({
          ...{ name: 'roll', description: 'Rolls a die.', access: 'everyone' },
          input: z.strictObject({ sides: z.int().min(2).max(100) }),
          run: async ({ sides }, { turn }) => {
            ran.push(`roll ${sides} for ${turn.asker.name}`);
            await hold;
            if (sides === 13) throw new UserError('unlucky', 'unlucky');
            if (sides === 66) throw new Error('a secret of the program');
            return { content: `It shows ${sides}.`, receipt: `rolled a d${sides}` };
          },
        }),
        defineTool({
          ...{ name: 'buy', description: 'Buys a die.', access: 'everyone' },
          input: z.strictObject({ dollars: z.number() }),
          confirm: ({ dollars }) => `Buy a die for $${dollars}?`,
          run: ({ dollars }, { charge }) =>
            charge({ micros: dollars * 1_000_000 }, () => {
              ran.push(`buy ${dollars}`);
              const result = { content: 'Bought.' };
              return Promise.resolve({ result, used: { micros: dollars * 500_000 } });
            }),
        }),
        defineTool({
          ...{ name: 'cheat', description: 'For moderators.', access: 'moderator' },
          input: z.strictObject({}),
          run: () => Promise.resolve({ content: 'Cheated.' }),
        }),
      ],
    }),
  }),
  { unlucky: 'Nobody rolls a d13.', tools: { buy: { title: 'Buy a die' } } },
);

const bot = sharedBot({
  paced: false,
  features: [dice],
  testModel: { tools: true },
  yaml: `
prices:
  models:
    fake/test-model: { inputPerMillion: 10, outputPerMillion: 20 }
access:
  roles:
    member: { dailyFreeUsd: 5, requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
`,
});
const billing = sharedBilling(bot);
const { asks } = createAsking(() => bot);
const timeoutMs = 20_000;

const rolls = (sides: number) => ({ calls: [{ name: 'roll', input: JSON.stringify({ sides }) }] });
const latest = () => bot.providers.requests.at(-1);

describe('an answer with tools', () => {
  it('runs what the model calls, tells it the result, and shows a receipt below the answer', async () => {
    bot.providers.answer((request) => request.toolResults.length > 0, { text: 'A six it is.' });
    const { question, shown } = await asks(bot.alice, 'roll for me', { text: 'Rolling.', ...rolls(6) });
    expect(shown.content).toBe('Rolling.\n\nA six it is.\n-# 🔧 rolled a d6');
    expect(ran).toEqual(['roll 6 for Alice']);
    expect(latest()?.toolResults).toMatchObject([{ text: 'It shows 6.' }]);
    expect((await billing.calls(question)).map(({ step, state }) => [step, state])).toEqual([
      ['answer', 'settled'],
      ['answer', 'settled'],
    ]);
  });

  it('offers only what the asker may use', async () => {
    await asks(bot.alice, 'hello as Alice', { text: 'Hello.' });
    expect(latest()?.toolNames).toEqual(['roll', 'buy']);
    await asks(bot.milo, 'hello as Milo', { text: 'Hello.' });
    expect(latest()?.toolNames).toEqual(['roll', 'buy', 'cheat']);
  });

  it.each([
    ['a tool that there is not', { name: 'cheat', input: '{}' }, 'There is no tool called "cheat".'],
    ['input that is no JSON', { name: 'roll', input: '{"sides":' }, 'The input is not JSON.'],
    ['input that is wrong', { name: 'roll', input: '{"sides":1}' }, /The input is wrong\. sides: /],
    ['what the tool refuses', { name: 'roll', input: '{"sides":13}' }, 'Nobody rolls a d13.'],
    ['a tool that fails', { name: 'roll', input: '{"sides":66}' }, 'The tool failed.'],
  ])('goes on after %s', async (what, call, result) => {
    bot.providers.answer((request) => request.toolResults.length > 0, { text: 'Never mind.' });
    const { shown } = await asks(bot.alice, `go on after ${what}`, { calls: [call] });
    expect(shown.content).toContain('Never mind.');
    const told =
      latest()
        ?.toolResults.map(({ text }) => text)
        .join() ?? '';
    if (typeof result === 'string') expect(told).toBe(result);
    else expect(told).toMatch(result);
  });

  it('answers with what it knows after eight steps of calls', async () => {
    for (let step = 1; step < 8; step += 1) {
      bot.providers.answer((request) => request.toolResults.length === step, rolls(step + 2));
    }
    bot.providers.answer((request) => request.toolResults.length === 8, { text: 'Enough.' });
    const { shown } = await asks(bot.alice, 'roll on and on', rolls(2));
    expect(shown.content).toContain('Enough.');
    expect(ran).toHaveLength(8);
    expect(latest()?.body['tool_choice']).toBe('none');
  });

  it('goes on where a process ended: nothing is asked for, charged or run again', { timeout: 60_000 }, async () => {
    hold = new Promise(() => {});
    const room = await bot.newChannel();
    bot.providers.answer('roll and be stopped', { text: 'Rolling.', ...rolls(4) });
    bot.providers.answer((request) => request.toolResults.length > 0, { text: 'Who knows.' });
    const question = await bot.alice.says(room, `<@${bot.app.discord.self.userId}> roll and be stopped`);
    await expect.poll(() => ran, { timeout: timeoutMs }).toHaveLength(1);
    await bot.stop();
    hold = undefined;
    await bot.start();
    const isWhole = (message: APIMessage) => message.content.includes('Who knows.');
    const shown = await bot.alice.sees(isWhole, { in: room, timeoutMs });
    expect(shown.content).toContain('Rolling.\n\nWho knows.');
    expect(ran).toHaveLength(1);
    expect(latest()?.toolResults).toMatchObject([{ text: expect.stringContaining('outcome is unknown') as string }]);
    await bot.idle();
    const charged = (await billing.calls(question)).filter(({ state }) => state === 'settled');
    expect(charged).toHaveLength(2);
  });
});

describe('a tool that asks first', () => {
  const buys = { calls: [{ name: 'buy', input: '{"dollars":1}' }] };
  const begin = async (words: string) => {
    const room = await bot.newChannel();
    bot.providers.answer(words, buys);
    const question = await bot.alice.says(room, `<@${bot.app.discord.self.userId}> ${words}`);
    const asked = await bot.alice.sees((message) => buttons(message).some(({ label }) => label === 'Allow'), {
      in: room,
      timeoutMs,
    });
    const press = (person: typeof bot.alice, label: string) =>
      person.presses(asked, buttons(asked).find((one) => one.label === label)?.customId ?? '');
    return { room, question, asked, press };
  };
  const after = (text: string) => bot.providers.answer((request) => request.toolResults.length > 0, { text });

  it('runs when the asker allows it, and charges what it used', async () => {
    after('It is yours.');
    const { room, question, asked, press } = await begin('buy me a die');
    expect(asked.content).toBe(`<@${bot.alice.user.id}>, may I use **Buy a die**?\nBuy a die for $1?`);
    await press(bot.alice, 'Allow');
    await bot.alice.sees(/It is yours/, { in: room, timeoutMs });
    await bot.idle();
    expect(ran).toEqual(['buy 1']);
    const [paid] = (await billing.calls(question)).filter(({ step }) => step === 'tool:buy');
    expect(paid).toMatchObject({ state: 'settled', charged: { micros: 500_000 } });
    const now = (await bot.alice.messages(room)).find(({ id }) => id === asked.id);
    expect(now?.content).toContain('✅ Allowed.');
    expect(now?.components).toEqual([]);
  });

  it('does not run when the asker denies it; nobody else decides', async () => {
    after('Then not.');
    const { room, press } = await begin('buy me another die');
    await press(bot.milo, 'Allow');
    await bot.milo.sees(/Only .* can decide this/, { in: room, timeoutMs });
    await press(bot.alice, 'Deny');
    await bot.alice.sees(/Then not/, { in: room, timeoutMs });
    await bot.idle();
    expect(ran).toEqual([]);
    expect(latest()?.toolResults).toMatchObject([{ text: 'The member did not allow this call.' }]);
  });

  it('is over when the answer is stopped', async () => {
    const { room, question, asked } = await begin('buy me nothing');
    await bot.alice.deletes(question);
    const isOver = (message: APIMessage) => message.id === asked.id && message.content.includes('🚫 Not allowed.');
    await bot.alice.sees(isOver, { in: room, timeoutMs });
    await bot.idle();
    expect(ran).toEqual([]);
  });
});
