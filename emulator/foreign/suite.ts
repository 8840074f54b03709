import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answers, chose, form, found, ids, sawReaction, spoke, wrote } from './bot.ts';
import type { ForeignLibrary } from './bot.ts';
import { Stage } from './stage.ts';

const ephemeral = 64;

/**
 * Drives the bot of a library as Alice, over the wire only. Discord's rate limits are on: the library has to keep them.
 * Tests take turns with the channels, so that no budget makes them wait.
 */
export function describeLibrary(library: ForeignLibrary): void {
  let opened: Stage | undefined;
  const stage = (): Stage => {
    if (opened === undefined) throw new Error(`${library.name} did not start.`);
    return opened;
  };

  beforeAll(async () => {
    opened = await Stage.open(library);
  });
  afterEach(() => expect(stage().bot.failures.splice(0)).toEqual([]));
  afterAll(() => opened?.close());

  describe(library.name, () => {
    describeTalking(stage);
    describeMessageActions(stage);
    describeInteractions(stage);
    describeConnection(stage);
  });
}

function describeTalking(stage: () => Stage): void {
  it('logs in once and knows the guild, its channels and its roles', async () => {
    const { bot } = stage();
    expect(bot.sessions).toMatchObject({ began: 1, wentOn: 0 });
    const guild = await bot.guild();
    expect(guild.name).toBe('Playground');
    expect(guild.channels).toEqual(expect.arrayContaining(['general', 'bot-chat', 'art', 'memes', 'voice']));
    expect(guild.roles).toEqual(expect.arrayContaining(['@everyone', 'Moderator', 'Familiar']));
  });

  it('hears a message and replies to it', async () => {
    expect((await stage().asks('#general', '!reply')).content).toBe(answers.reply);
  });

  it('writes in private and is answered there', async () => {
    const { alice } = stage();
    await alice.says('#general', '!dm');
    const first = await alice.sees(answers.direct);
    expect(alice.channel(first.channel_id)).toMatchObject({ guildId: null, type: 1 });
    expect((await stage().asks(first.channel_id, '!reply')).content).toBe(answers.reply);
  });

  it('sends a file and reads one', async () => {
    const { alice } = stage();
    await alice.says('#art', '!file');
    const { attachments } = await alice.sees(({ attachments }) => attachments.length > 0, { in: '#art' });
    expect(attachments[0]).toMatchObject({ filename: answers.file.name, size: answers.file.text.length });
    expect(await (await fetch(attachments[0]?.url ?? '')).text()).toBe(answers.file.text);

    const file = { name: 'note with spaces é.txt', data: 'quiet words', type: 'text/plain' };
    await alice.says('#art', 'read this', { files: [file] });
    expect((await alice.sees('QUIET WORDS')).channel_id).toBe(alice.channel('#art').id);
  });
}

function describeMessageActions(stage: () => Stage): void {
  it('reacts and hears reactions', async () => {
    const { alice } = stage();
    const message = await alice.says('#memes', '!react');
    await alice.hears<{ message_id: string; emoji: { name: string } }>(
      'MESSAGE_REACTION_ADD',
      ({ message_id: id, emoji }) => id === message.id && emoji.name === answers.reaction,
    );
    await alice.reacts(message, '🎉');
    await alice.sees(sawReaction('🎉'), { in: '#memes' });
  });

  it('starts a thread on a message and writes in it', async () => {
    const { alice } = stage();
    const message = await alice.says('#memes', '!thread');
    const inThread = await alice.sees(answers.thread);
    expect(inThread.channel_id).toBe(message.id);
    expect(alice.channel(inThread.channel_id)).toMatchObject({ name: answers.threadName, type: 11 });
  });

  it('speaks through a webhook under another name and is told which message that was', async () => {
    const { alice } = stage();
    const question = await alice.says('#bot-chat', '!webhook');
    const squawk = await alice.sees(answers.webhook);
    expect(squawk.author.username).toBe(answers.webhookName);
    const reply = await alice.sees((message) => message.message_reference?.message_id === question.id);
    expect(reply.content).toBe(spoke(squawk.id));
  });
}

function describeInteractions(stage: () => Stage): void {
  it('updates its message when a button is pressed and when a value is chosen', async () => {
    const { alice } = stage();
    await alice.says('#bot-chat', '!menu');
    const menu = await alice.sees(answers.menu);
    await alice.presses(menu, ids.button);
    expect((await alice.sees(answers.pressed)).id).toBe(menu.id);
    await alice.selects(menu, ids.menu, ['blue']);
    expect((await alice.sees(chose('blue'))).id).toBe(menu.id);
  });

  it('defers a command, edits its answer and follows up', async () => {
    const { alice } = stage();
    await alice.runs('slow');
    const answer = await alice.sees(answers.slow);
    expect(answer.interaction_metadata?.user.id).toBe(alice.user.id);
    const followUp = await alice.sees(answers.followUp);
    const metadata = followUp.interaction_metadata as { original_response_message_id?: string } | undefined;
    expect(metadata?.original_response_message_id).toBe(answer.id);
  });

  it('answers ephemerally', async () => {
    const { alice } = stage();
    await alice.runs('secret');
    expect(Number((await alice.sees(answers.secret)).flags) & ephemeral).toBe(ephemeral);
    expect((await alice.messages('#general')).map(({ content }) => content)).not.toContain(answers.secret);
  });

  it('completes an option and is called with it', async () => {
    const { alice } = stage();
    const choices = await alice.completes('find', { what: 'sma' }, 'what');
    expect(choices.map(({ value }) => value)).toEqual(['small', 'smart']);
    await alice.runs('find', { what: 'smart' });
    await alice.sees(found('smart'));
  });

  it('shows a form and is told what was typed', async () => {
    const { alice } = stage();
    const { modal } = await alice.runs('form');
    if (!modal) throw new Error('No form was shown.');
    expect(modal.title).toBe(form.title);
    await alice.submits(modal, { [ids.words]: 'very nice' });
    await alice.sees(wrote('very nice'));
  });
}

function describeConnection(stage: () => Stage): void {
  it('waits out a 429 and then says it once', async () => {
    const { alice } = stage();
    const message = await alice.says('#bot-chat', 'like this');
    const before = await stage().control<{ n: number }[]>('requests');
    await stage().control('faults', {
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
    const sent = await stage().control<{ method: string; route: string; status: number }[]>(
      `requests?since=${String(before.at(-1)?.n)}`,
    );
    const posts = sent.filter(({ method, route }) => method === 'POST' && /^\/channels\/\d+\/messages$/.test(route));
    expect(posts.map(({ status }) => status)).toEqual([429, 200]);
  });

  it('resumes after a drop and hears once what was said while it was away', async () => {
    const { alice, bot } = stage();
    await stage().control('gateway', { action: 'drop' });
    expect((await stage().asks('#art', '!reply')).content).toBe(answers.reply);
    expect((await stage().asks('#art', '!reply')).content).toBe(answers.reply);
    expect(bot.sessions).toMatchObject({ began: 1, wentOn: 1 });
    const said = await alice.messages('#art');
    expect(said.filter(({ content }) => content === answers.reply)).toHaveLength(2);
  });

  it('resumes when it is told to reconnect', async () => {
    const { bot } = stage();
    await stage().control('gateway', { action: 'reconnect' });
    expect((await stage().asks('#memes', '!reply')).content).toBe(answers.reply);
    expect(bot.sessions).toMatchObject({ began: 1, wentOn: 2 });
  });

  it('begins a new session when its own is invalid', async () => {
    const { bot } = stage();
    await stage().control('gateway', { action: 'invalid_session', resumable: false });
    await bot.sessions.hasBegun(2);
    expect((await stage().asks('#general', '!reply')).content).toBe(answers.reply);
    expect(bot.sessions).toMatchObject({ began: 2, wentOn: 2 });
    expect((await bot.guild()).channels).toContain('general');
  });
}
