import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ControlState } from '../control/state.ts';
import { startEmulator, type Emulator } from '../index.ts';
import { connectPerson, type Person } from '../testing/person.ts';
import { answers, chose, form, found, ids, sawReaction, spoke, wrote } from './bot.ts';
import type { ForeignBot, ForeignLibrary } from './bot.ts';

const ephemeral = 64;

/**
 * Drives the bot of a library as Alice, over the wire only. Discord's rate limits are on: the library has to keep them.
 * Tests take turns with the channels, so that no budget makes them wait.
 */
export function describeLibrary(library: ForeignLibrary): void {
  let emulator: Emulator;
  let alice: Person;
  let bot: ForeignBot;

  const control = async <T>(name: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${emulator.origin}/_control/${name}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return (await response.json()) as T;
  };
  const isAnswer = (message: APIMessage, question: APIMessage): boolean =>
    message.message_reference?.message_id === question.id;
  const asks = async (channel: string, text: string): Promise<APIMessage> => {
    const question = await alice.says(channel, text);
    return alice.sees((message) => isAnswer(message, question));
  };

  beforeAll(async () => {
    emulator = await startEmulator({ port: 0, dataDir: null });
    const { application, guilds } = await control<ControlState>('state');
    alice = await connectPerson(emulator.origin, 'alice', { timeoutMs: 10_000 });
    bot = await library.start({
      api: `${emulator.origin}/api`,
      cdn: `${emulator.origin}/cdn`,
      token: application?.botToken ?? '',
      applicationId: application?.id ?? '',
      guildId: guilds[0]?.id ?? '',
    });
  });

  afterEach(() => expect(bot.failures.splice(0)).toEqual([]));

  afterAll(async () => {
    await bot.close();
    await alice.close();
    await emulator.close();
  });

  describe(library.name, () => {
    it('logs in once and knows the guild, its channels and its roles', async () => {
      expect(bot.sessions).toMatchObject({ began: 1, wentOn: 0 });
      const guild = await bot.guild();
      expect(guild.name).toBe('Playground');
      expect(guild.channels).toEqual(expect.arrayContaining(['general', 'bot-chat', 'art', 'memes', 'voice']));
      expect(guild.roles).toEqual(expect.arrayContaining(['@everyone', 'Moderator', 'Familiar']));
    });

    it('hears a message and replies to it', async () => {
      expect((await asks('#general', '!reply')).content).toBe(answers.reply);
    });

    it('writes in private and is answered there', async () => {
      await alice.says('#general', '!dm');
      const first = await alice.sees(answers.direct);
      expect(alice.channel(first.channel_id)).toMatchObject({ guildId: null, type: 1 });
      expect((await asks(first.channel_id, '!reply')).content).toBe(answers.reply);
    });

    it('sends a file and reads one', async () => {
      await alice.says('#art', '!file');
      const { attachments } = await alice.sees(({ attachments }) => attachments.length > 0, { in: '#art' });
      expect(attachments[0]).toMatchObject({ filename: answers.file.name, size: answers.file.text.length });
      expect(await (await fetch(attachments[0]?.url ?? '')).text()).toBe(answers.file.text);

      const file = { name: 'note with spaces é.txt', data: 'quiet words', type: 'text/plain' };
      await alice.says('#art', 'read this', { files: [file] });
      expect((await alice.sees('QUIET WORDS')).channel_id).toBe(alice.channel('#art').id);
    });

    it('reacts and hears reactions', async () => {
      const message = await alice.says('#memes', '!react');
      await alice.hears<{ message_id: string; emoji: { name: string } }>(
        'MESSAGE_REACTION_ADD',
        ({ message_id: id, emoji }) => id === message.id && emoji.name === answers.reaction,
      );
      await alice.reacts(message, '🎉');
      await alice.sees(sawReaction('🎉'), { in: '#memes' });
    });

    it('starts a thread on a message and writes in it', async () => {
      const message = await alice.says('#memes', '!thread');
      const inThread = await alice.sees(answers.thread);
      expect(inThread.channel_id).toBe(message.id);
      expect(alice.channel(inThread.channel_id)).toMatchObject({ name: answers.threadName, type: 11 });
    });

    it('speaks through a webhook under another name and is told which message that was', async () => {
      const question = await alice.says('#bot-chat', '!webhook');
      const squawk = await alice.sees(answers.webhook);
      expect(squawk.author.username).toBe(answers.webhookName);
      const reply = await alice.sees((message) => isAnswer(message, question));
      expect(reply.content).toBe(spoke(squawk.id));
    });

    it('updates its message when a button is pressed and when a value is chosen', async () => {
      await alice.says('#bot-chat', '!menu');
      const menu = await alice.sees(answers.menu);
      await alice.presses(menu, ids.button);
      expect((await alice.sees(answers.pressed)).id).toBe(menu.id);
      await alice.selects(menu, ids.menu, ['blue']);
      expect((await alice.sees(chose('blue'))).id).toBe(menu.id);
    });

    it('defers a command, edits its answer and follows up', async () => {
      await alice.runs('slow');
      const answer = await alice.sees(answers.slow);
      expect(answer.interaction_metadata?.user.id).toBe(alice.user.id);
      const followUp = await alice.sees(answers.followUp);
      const metadata = followUp.interaction_metadata as { original_response_message_id?: string } | undefined;
      expect(metadata?.original_response_message_id).toBe(answer.id);
    });

    it('answers ephemerally', async () => {
      await alice.runs('secret');
      expect(Number((await alice.sees(answers.secret)).flags) & ephemeral).toBe(ephemeral);
      expect((await alice.messages('#general')).map(({ content }) => content)).not.toContain(answers.secret);
    });

    it('completes an option and is called with it', async () => {
      const choices = await alice.completes('find', { what: 'sma' }, 'what');
      expect(choices.map(({ value }) => value)).toEqual(['small', 'smart']);
      await alice.runs('find', { what: 'smart' });
      await alice.sees(found('smart'));
    });

    it('shows a form and is told what was typed', async () => {
      const { modal } = await alice.runs('form');
      if (!modal) throw new Error('No form was shown.');
      expect(modal.title).toBe(form.title);
      await alice.submits(modal, { [ids.words]: 'very nice' });
      await alice.sees(wrote('very nice'));
    });

    it('waits out a 429 and then says it once', async () => {
      const message = await alice.says('#bot-chat', 'like this');
      const before = await control<{ n: number }[]>('requests');
      await control('faults', {
        match: { method: 'POST', route: '/channels/{channel_id}/messages' },
        times: 1,
        answer: {
          status: 429,
          headers: { 'retry-after': '1', 'x-ratelimit-reset-after': '0.5', 'x-ratelimit-scope': 'user' },
          body: { message: 'You are being rate limited.', retry_after: 0.5, global: false },
        },
      });
      await alice.reacts(message, '👀');
      await alice.sees(sawReaction('👀'));
      const sent = await control<{ method: string; route: string; status: number }[]>(
        `requests?since=${String(before.at(-1)?.n)}`,
      );
      const posts = sent.filter(({ method, route }) => method === 'POST' && /^\/channels\/\d+\/messages$/.test(route));
      expect(posts.map(({ status }) => status)).toEqual([429, 200]);
    });

    it('resumes after a drop and hears once what was said while it was away', async () => {
      await control('gateway', { action: 'drop' });
      expect((await asks('#art', '!reply')).content).toBe(answers.reply);
      expect((await asks('#art', '!reply')).content).toBe(answers.reply);
      expect(bot.sessions).toMatchObject({ began: 1, wentOn: 1 });
      const said = await alice.messages('#art');
      expect(said.filter(({ content }) => content === answers.reply)).toHaveLength(2);
    });

    it('resumes when it is told to reconnect', async () => {
      await control('gateway', { action: 'reconnect' });
      expect((await asks('#memes', '!reply')).content).toBe(answers.reply);
      expect(bot.sessions).toMatchObject({ began: 1, wentOn: 2 });
    });

    it('begins a new session when its own is invalid', async () => {
      await control('gateway', { action: 'invalid_session', resumable: false });
      await bot.sessions.hasBegun(2);
      expect((await asks('#general', '!reply')).content).toBe(answers.reply);
      expect(bot.sessions).toMatchObject({ began: 2, wentOn: 2 });
      expect((await bot.guild()).channels).toContain('general');
    });
  });
}
