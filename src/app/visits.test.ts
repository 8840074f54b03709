import { MessageFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { button, buttons, hasEnded } from '../testing/components.ts';
import { moveElsewhere } from '../testing/elsewhere.ts';
import { createShiftedClock } from '../testing/shifted-clock.ts';
import { sharedBot, sharedBilling } from '../testing/shared-bot.ts';

const waitMs = 20_000;
const shifted = createShiftedClock(Date.now());
/** What waits longer than ten minutes, for the test to call. */
const late = new Set<() => void>();
const clock: typeof shifted = {
  ...shifted,
  after: (delayMs, run) => {
    if (delayMs < 10 * 60_000) return shifted.after(delayMs, run);
    late.add(run);
    return { cancel: () => void late.delete(run) };
  },
};
/** A server that the bot is not in, with Alice, who installed the bot for herself, and Bob. */
let elsewhere = { guildId: '', channelId: '' };

const bot = sharedBot({
  clock,
  paced: false,
  yaml: async (people, emulator) => {
    elsewhere = await moveElsewhere(people, emulator);
    // What that server's own rules would be: nobody asked for them there.
    return `
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
  guilds: { ${elsewhere.guildId}: { commands: [], models: [] } }
budgets: { guilds: { ${elsewhere.guildId}: { dayUsd: 0 } } }
`;
  },
});
const billing = sharedBilling(bot, clock);

const isPrivate = ({ flags }: APIMessage) => ((flags ?? 0) & MessageFlags.Ephemeral) !== 0;
const there = () => ({ in: elsewhere.channelId });
const answered = (text: string | RegExp) =>
  bot.bob.sees(
    (message) =>
      (typeof text === 'string' ? message.content === text : text.test(message.content)) &&
      buttons(message).length > 0 &&
      hasEnded(message),
    { ...there(), timeoutMs: waitMs },
  );
const commandsOf = async () =>
  (
    await bot.alice.request<{ application_commands: { name: string }[] }>('GET', '/users/@me/application-command-index')
  ).application_commands.map(({ name }) => name);

describe('in a server without the bot', () => {
  it('a user who installed it has personal commands and questions, and no server commands', async () => {
    const offered = await commandsOf();
    expect(offered).toEqual(expect.arrayContaining(['ask', 'balance', 'privacy', 'help', 'Ask about this', 'Explain']));
    for (const name of ['clear', 'listen', 'retention', 'server-model', 'Summarise from here']) {
      expect(offered).not.toContain(name);
    }
    await expect(bot.bob.runs('ask', { prompt: 'hello?' }, there())).rejects.toThrow(/offered no command/);
  });

  it('answers a question for all to see, by the interaction alone, paid by the user', async () => {
    bot.providers.answer('why is the sky blue?', { text: 'Because of scattering.' });
    await bot.alice.runs('ask', { prompt: 'why is the sky blue?' }, there());
    const shown = await answered('Because of scattering.');
    expect(shown.interaction_metadata).toMatchObject({
      authorizing_integration_owners: { '1': bot.alice.user.id },
    });
    await bot.bob.sees(/asked:\n> why is the sky blue\?/, there());
    expect(isPrivate(await bot.alice.sees(/answer/i, there()))).toBe(true);
    await bot.idle();
    expect(await billing.callsOf(bot.alice)).toMatchObject([{ step: 'answer', terms: { guildId: null } }]);
    for (const other of [bot.bob, bot.milo, bot.olivia]) expect(await billing.callsOf(other)).toEqual([]);
    expect(JSON.stringify(bot.providers.requests)).not.toContain('Elsewhere');
  });

  it('knows nothing of what was said there before, and remembers nothing for the next question', async () => {
    await bot.bob.says(elsewhere.channelId, 'my secret plans');
    bot.providers.answer('first', { text: 'One.' });
    bot.providers.answer('second', { text: 'Two.' });
    await bot.alice.runs('ask', { prompt: 'first' }, there());
    await answered('One.');
    await bot.alice.runs('ask', { prompt: 'second' }, there());
    await answered('Two.');
    const last = JSON.stringify(bot.providers.requests.at(-1)?.body['messages']);
    expect(last).not.toMatch(/secret plans|first|One\./);
  });

  it('explains the message that it was chosen on, from what Discord sends along', async () => {
    const target = await bot.bob.says(elsewhere.channelId, 'entropy rises');
    bot.providers.answer('Explain', { text: 'Things get messy.' });
    await bot.alice.picks('Explain', target);
    await answered('Things get messy.');
    expect(bot.providers.requests.at(-1)?.userText).toContain('> Bob: entropy rises');
  });

  it('lets the user who installed it use the buttons of an answer, for 15 minutes', async () => {
    bot.providers.answer('a number', { text: 'Seven.' });
    await bot.alice.runs('ask', { prompt: 'a number' }, there());
    const shown = await answered('Seven.');
    await bot.bob.presses(shown, button(shown, '⋯'));
    expect(isPrivate(await bot.bob.sees(/Only <@\d+> can use this here: I'm not a member of this server/))).toBe(true);
    await bot.idle();
    bot.providers.answer('a number', { text: 'Eight.' });
    await bot.alice.presses(shown, button(shown, 'Regenerate'));
    const other = await answered('Eight.');
    await bot.idle();
    shifted.jump(16 * 60_000);
    await bot.alice.presses(other, button(other, 'Regenerate'));
    expect(isPrivate(await bot.alice.sees(/can't change this answer any more/))).toBe(true);
  });

  it('answers personal commands to the caller alone', async () => {
    for (const name of ['balance', 'help', 'privacy']) {
      await bot.alice.runs(name, {}, there());
      await bot.alice.sees(
        (message) => isPrivate(message) && JSON.stringify(message.interaction_metadata).includes(`"name":"${name}"`),
        there(),
      );
    }
  });

  it('ends an answer that takes too long with what was written', async () => {
    bot.providers.answer('a long story', { chunks: ['Once ', 'upon ', 'a time'], hold: 2 });
    await bot.alice.runs('ask', { prompt: 'a long story' }, there());
    await bot.bob.sees(/^Once upon/, { ...there(), timeoutMs: waitMs });
    for (const run of late) run();
    const shown = await answered(/^Once upon/);
    expect(shown.content).not.toContain('a time');
    bot.providers.release();
  });
});

it('answers in direct messages between people, where it is no member either', async () => {
  const { id } = await bot.alice.opensDirectMessages(bot.bob.user.id);
  await bot.bob.until('the direct messages', () => bot.bob.view.channels.get(id) ?? null);
  bot.providers.answer('between us', { text: 'For both of you.' });
  await bot.alice.runs('ask', { prompt: 'between us' }, { in: id });
  await bot.bob.sees('For both of you.', { in: id, timeoutMs: waitMs });
});

it('a user who installed the bot follows the rules of servers that have it', async () => {
  const room = await bot.newChannel();
  bot.providers.answer('at home', { text: 'At home.' });
  bot.providers.answer(({ body }) => JSON.stringify(body).includes('Write a title'), { text: 'Home' });
  await bot.alice.runs('ask', { prompt: 'at home' }, { in: room });
  const shown = await bot.bob.sees((message) => message.content === 'At home.' && hasEnded(message), {
    timeoutMs: waitMs,
  });
  expect(shown.channel_id).not.toBe(bot.alice.channel(room).id);
});
