import type { APIMessage } from 'discord-api-types/v10';
import { PermissionFlagsBits } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../kernel/clock.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { createAsking } from '../../../testing/asking.ts';
import type { TestBot } from '../../../testing/bot.ts';
import { hasEnded } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { staleMarks } from './reaction-store.ts';
import { slowMs } from './reactions.ts';

const timeoutMs = 20_000;
const mention = (bot: TestBot) => `<@${bot.app.discord.self.userId}>`;

interface Reaction {
  message_id: string;
  user_id: string;
  emoji: { id: string | null; name: string };
}

/** What the bot has put on a message and taken away, in order, as everybody in the channel sees it. */
function history(bot: TestBot, message: APIMessage): string[] {
  return bot.olivia.view.dispatches.flatMap(({ t, d }) => {
    const { message_id: messageId, user_id: userId, emoji } = d as Partial<Reaction>;
    if (messageId !== message.id || userId !== bot.app.discord.self.userId || !emoji) return [];
    return t === 'MESSAGE_REACTION_ADD'
      ? [`+${emoji.name}`]
      : t === 'MESSAGE_REACTION_REMOVE'
        ? [`-${emoji.name}`]
        : [];
  });
}

const comesTo = (bot: TestBot, message: APIMessage, ...wanted: string[]) =>
  bot.olivia.until(
    `the marks ${wanted.join(' ')}`,
    () => (history(bot, message).join(' ') === wanted.join(' ') ? true : null),
    timeoutMs,
  );

/** What stands on a message now. */
async function marks(bot: TestBot, message: APIMessage): Promise<string[]> {
  const found = (await bot.olivia.messages(message.channel_id)).find(({ id }) => id === message.id);
  return (found?.reactions ?? []).map(({ emoji }) => emoji.name ?? '');
}

async function reactionRequests(bot: TestBot): Promise<{ route: string; status: number | null }[]> {
  const response = await fetch(`${bot.emulator.origin}/_control/requests?since=0`);
  const requests = (await response.json()) as { route: string; status: number | null }[];
  return requests.filter(({ route }) => route.includes('/reactions/'));
}

const ended = (bot: TestBot, question: APIMessage) =>
  bot.olivia.sees(
    (message) => message.message_reference?.message_id === question.id && message.content !== '' && hasEnded(message),
    { timeoutMs },
  );

/** Real time that a test can stop, so that an answer is quick on a busy machine too. */
function createStoppableClock() {
  let stoppedMs: number | undefined;
  const slow = new Set<() => void>();
  const clock: Clock = {
    ...systemClock,
    now: () => stoppedMs ?? systemClock.now(),
    after: (delayMs, run) => {
      if (stoppedMs === undefined || delayMs !== slowMs) return systemClock.after(delayMs, run);
      slow.add(run);
      return { cancel: () => void slow.delete(run) };
    },
  };
  return {
    clock,
    stop: () => void (stoppedMs = systemClock.now()),
    /** Runs what waited for a question to become slow, however long that took. */
    goOn: () => {
      stoppedMs = undefined;
      for (const run of slow) run();
      slow.clear();
    },
  };
}

describe('a question', () => {
  const time = createStoppableClock();
  const bot = sharedBot({ yaml: 'queue: { maxAttempts: 1, concurrency: { text: 4 } }\n', clock: time.clock });
  const { asks, presses } = createAsking(() => bot);
  const held = async (words: string, room?: string) => {
    bot.providers.answer(words, { text: 'At last.', hold: true });
    return bot.alice.says(room ?? (await bot.newChannel()), `${mention(bot)} ${words}`);
  };

  it('that is answered quickly is not marked', async () => {
    const before = (await reactionRequests(bot)).length;
    time.stop();
    const { question } = await asks(bot.alice, 'quick', { text: 'Done.' });
    time.goOn();
    await bot.idle();
    expect(await marks(bot, question)).toEqual([]);
    expect(await reactionRequests(bot)).toHaveLength(before);
  });

  it('to a slow model is marked as waiting, and as done when there is an answer', async () => {
    const question = await held('slow');
    await comesTo(bot, question, '+👀');
    bot.providers.release();
    await ended(bot, question);
    await comesTo(bot, question, '+👀', '+✅', '-👀');
    expect(await marks(bot, question)).toEqual(['✅']);
  });

  it('that waits for its turn is marked as waiting', async () => {
    const room = await bot.newChannel();
    const first = await held('the first', room);
    bot.providers.answer('the second', { text: 'Your turn.' });
    const second = await bot.bob.says(room, `${mention(bot)} the second`);
    await comesTo(bot, second, '+👀');
    bot.providers.release();
    await Promise.all([first, second].map((question) => comesTo(bot, question, '+👀', '+✅', '-👀')));
  });

  it('whose answer fails is marked, and is marked as done when it is tried again', async () => {
    const { question, shown } = await asks(bot.alice, 'unlucky', { status: 503 });
    await comesTo(bot, question, '+❌');
    bot.providers.answer('unlucky', { text: 'Lucky.' });
    await presses(bot.alice, shown, 'Retry');
    await bot.alice.sees('Lucky.', { timeoutMs });
    await comesTo(bot, question, '+❌', '+✅', '-❌');
  });

  it('whose answer is stopped loses its mark', async () => {
    bot.providers.answer('endless', { reasoning: ['On and on'], text: 'Never.', hold: true });
    const question = await bot.alice.says(await bot.newChannel(), `${mention(bot)} endless`);
    const thinking = await bot.alice.sees(/Thinking/, { in: question.channel_id, timeoutMs });
    await comesTo(bot, question, '+👀');
    await presses(bot.alice, thinking, 'Stop');
    await comesTo(bot, question, '+👀', '-👀');
  });

  it('whose answer another version replaces is not marked again', async () => {
    const { question, shown } = await asks(bot.alice, 'versions', { text: 'One.' });
    bot.providers.answer('versions', { text: 'Two.', hold: true });
    const before = await reactionRequests(bot);
    await presses(bot.alice, shown, 'Regenerate');
    await bot.providers.requested(
      (request) => request.userText.includes('versions') && bot.providers.requests.length > 1,
    );
    bot.providers.release();
    await bot.alice.sees('Two.', { timeoutMs });
    await bot.idle();
    expect(await reactionRequests(bot)).toEqual(before);
    expect(await marks(bot, question)).toEqual([]);
  });

  it('is answered where the bot may not react, without a request for a reaction', async () => {
    const [guild] = bot.emulator.core.world.guilds.values();
    const denied = String(PermissionFlagsBits.AddReactions);
    const overwrites = [{ id: bot.app.discord.self.userId, type: 1, allow: '0', deny: denied }];
    const made = await fetch(`${bot.emulator.origin}/_control/channels`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ guildId: guild?.id, name: 'without-reactions', overwrites }),
    });
    const { id } = (await made.json()) as { id: string };
    for (const person of [bot.alice, bot.olivia]) {
      await person.until('the channel', () => person.view.channels.get(id) ?? null);
    }
    const before = await reactionRequests(bot);
    const { question } = await asks(bot.alice, 'unmarked', { status: 503 }, { in: 'without-reactions' });
    expect(await marks(bot, question)).toEqual([]);
    expect(await reactionRequests(bot)).toEqual(before);
  });

  it('of a member who blocked the bot is answered', async () => {
    await fetch(`${bot.emulator.origin}/_control/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        match: { method: 'PUT', route: '/channels/*/messages/*/reactions/*/@me' },
        times: 9,
        answer: { status: 403, body: { code: 90001, message: 'Reaction was blocked' } },
      }),
    });
    const question = await held('blocked');
    await bot.providers.requested('blocked');
    await expect
      .poll(async () => (await reactionRequests(bot)).at(-1), { timeout: timeoutMs, interval: 10 })
      .toMatchObject({ route: expect.stringContaining(question.id) as string, status: 403 });
    bot.providers.release();
    expect((await ended(bot, question)).content).toContain('At last.');
    expect(await marks(bot, question)).toEqual([]);
  });

  it('keeps no old mark when the bot restarts and ends the answer', async () => {
    const question = await held('mortal');
    await comesTo(bot, question, '+👀');
    await bot.stop();
    bot.providers.reset();
    bot.providers.answer('mortal', { text: 'Reborn.' });
    await bot.start();
    await ended(bot, question);
    await comesTo(bot, question, '+👀', '+✅', '-👀');
  });
});

describe('questions whose marks Discord would not remove', () => {
  const bot = sharedBot({ yaml: 'queue: { maxAttempts: 1, concurrency: { text: 4 } }\n' });

  it('lose their waiting mark after a restart', { timeout: 60_000 }, async () => {
    const rooms = await Promise.all([1, 2, 3, 4].map(() => bot.newChannel()));
    bot.providers.answerByDefault({ text: 'At last.' });
    const asked: APIMessage[] = [];
    for (const room of rooms) {
      bot.providers.answer(`first in ${room}`, { text: 'At last.', hold: true });
      asked.push(await bot.alice.says(room, `${mention(bot)} first in ${room}`));
      for (const person of [bot.bob, bot.milo, bot.olivia]) {
        asked.push(await person.says(room, `${mention(bot)} then I`));
      }
    }
    await Promise.all(asked.map((question) => comesTo(bot, question, '+👀')));
    bot.emulator.core.faults.add({
      match: { method: 'DELETE', route: '/channels/*/messages/*/reactions/*/@me' },
      times: 1000,
      answer: { status: 429, headers: { 'retry-after': '600' }, body: { message: 'Slow down', retry_after: 600 } },
    });
    bot.providers.release();
    await Promise.all(asked.map((question) => comesTo(bot, question, '+👀', '+✅')));
    await bot.stop();
    bot.emulator.core.faults.clear();
    await bot.start();
    await Promise.all(asked.map((question) => comesTo(bot, question, '+👀', '+✅', '-👀')));
    const left = () => staleMarks(bot.database.postgres.db, new Date(), 100);
    await expect.poll(left, { timeout: timeoutMs, interval: 10 }).toEqual([]);
  });
});

describe('questions that wait for one that is being answered', () => {
  const bot = sharedBot({ yaml: 'queue: { maxAttempts: 1 }\nfeatures: { chat: { laterQuestions: merge } }\n' });
  const { presses } = createAsking(() => bot);

  it('lose their mark when they are cancelled', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('the first', { text: 'At last.', hold: true });
    const first = await bot.alice.says(room, `${mention(bot)} the first`);
    const second = await bot.bob.says(room, `${mention(bot)} never mind`);
    await comesTo(bot, second, '+👀');
    const notice = await bot.bob.sees((message) => message.message_reference?.message_id === second.id, { timeoutMs });
    await presses(bot.bob, notice, 'Cancel');
    await comesTo(bot, second, '+👀', '-👀');
    bot.providers.release();
    await comesTo(bot, first, '+👀', '+✅', '-👀');
  });

  it('and are answered together are all marked as done', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('the first', { text: 'At last.', hold: true });
    const first = await bot.bob.says(room, `${mention(bot)} the first`);
    await bot.providers.requested('the first');
    bot.providers.answer('and this', { text: 'Both.' });
    const second = await bot.alice.says(room, `${mention(bot)} what of that`);
    await comesTo(bot, second, '+👀');
    const third = await bot.alice.says(room, `${mention(bot)} and this`);
    await comesTo(bot, third, '+👀');
    bot.providers.release();
    await Promise.all([first, second, third].map((question) => comesTo(bot, question, '+👀', '+✅', '-👀')));
    expect(bot.providers.requests).toHaveLength(2);
  });
});

describe('roles in separate processes', () => {
  const bot = sharedBot({ roles: { gateway: true, queues: [], api: false } });

  it('mark a question together: one while it waits, the other when it is done', async () => {
    bot.providers.answer('anybody', { text: 'Here I am.' });
    const question = await bot.alice.says(await bot.newChannel(), `${mention(bot)} anybody?`);
    await comesTo(bot, question, '+👀');
    const worker = await bot.another({ gateway: false, queues: ['text'], api: false });
    try {
      await comesTo(bot, question, '+👀', '+✅', '-👀');
      await worker.idle();
    } finally {
      await worker.stop();
    }
  });
});

describe('where every question is marked', () => {
  const bot = sharedBot({
    yaml: `
queue: { maxAttempts: 1 }
features:
  chat: { statusReactions: always, waitingEmoji: 🤔, doneEmoji: 👍, failedEmoji: '<:gone:123456789012345678>' }
`,
  });
  const { asks } = createAsking(() => bot);

  it('a quick one is, too, with the emojis of the settings', async () => {
    const { question } = await asks(bot.alice, 'quick', { text: 'Done.' });
    await comesTo(bot, question, '+🤔', '+👍', '-🤔');
  });

  it('an emoji that Discord does not know is left out, and the mark before it goes', async () => {
    const { question } = await asks(bot.alice, 'unlucky', { status: 503 });
    await comesTo(bot, question, '+🤔', '-🤔');
    expect(await marks(bot, question)).toEqual([]);
  });
});

describe('where reactions are off', () => {
  const bot = sharedBot({ yaml: 'queue: { maxAttempts: 1 }\nfeatures: { chat: { statusReactions: off } }\n' });
  const { asks } = createAsking(() => bot);

  it('a failure is not marked', async () => {
    await asks(bot.alice, 'unlucky', { status: 503 });
    expect(await reactionRequests(bot)).toEqual([]);
  });
});
