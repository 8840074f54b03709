import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { clears } from '../../testing/clears.ts';
import { button, buttons, hasEnded } from '../../testing/components.ts';
import { forgets } from '../../testing/forgets.ts';
import { sharedBot } from '../../testing/shared-bot.ts';
import { exportedBy, storedTurn, tablesWith } from '../../testing/stored.ts';

const bot = sharedBot({ yaml: 'queue: { maxAttempts: 1, waitingPerUser: 2, concurrency: { text: 4 } }\n' });

const mention = () => `<@${bot.app.discord.self.userId}>`;
const isAnswerTo = (question: APIMessage) => (message: APIMessage) =>
  message.message_reference?.message_id === question.id;
const complete = (question: APIMessage, text: string) => (message: APIMessage) =>
  isAnswerTo(question)(message) && message.content === text && hasEnded(message);

/** The requests to a path that Discord got; `status` is null until it has answered. */
async function requestsTo(path: string): Promise<{ method: string; status: number | null }[]> {
  const response = await fetch(`${bot.emulator.origin}/_control/requests?since=0`);
  const requests = (await response.json()) as { method: string; route: string; status: number | null }[];
  return requests.flatMap(({ method, route, status }) => (route === path ? [{ method, status }] : []));
}

describe('the bot answers', () => {
  it('a mention, with a reply', async () => {
    bot.providers.answer('How tall', { text: 'Quite tall.' });
    const question = await bot.alice.says('#general', `${mention()} How tall is it?`);
    const answer = await bot.alice.sees(complete(question, 'Quite tall.'), { in: 'general' });
    expect(answer.author.username).toBe(bot.app.discord.self.username);
  });

  it('a mention of its own role, which looks the same', async () => {
    const role = [...bot.emulator.core.world.roles.values()].find(({ managed }) => managed);
    bot.providers.answer((request) => request.userText.endsWith('Which one?'), { text: 'Me.' });
    const question = await bot.alice.says(await bot.newChannel(), `<@&${String(role?.id)}> Which one?`);
    await bot.alice.sees(complete(question, 'Me.'));
    expect(bot.providers.requests[0]?.userText).not.toContain('<@');
  });

  it('a reply to its message', async () => {
    bot.providers.answer('first', { text: 'One.' });
    bot.providers.answer('second', { text: 'Two.' });
    const first = await bot.alice.says('#general', `${mention()} first`);
    const answer = await bot.alice.sees(complete(first, 'One.'));
    const second = await bot.bob.says('#general', 'second', { replyTo: answer });
    await bot.bob.sees(complete(second, 'Two.'));
  });

  it('a direct message', async () => {
    bot.providers.answer('just us', { text: 'Just us.' });
    const { id } = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
    const question = await bot.alice.says(id, 'just us?');
    await bot.alice.sees(complete(question, 'Just us.'), { in: id });
  });

  it('everything in a channel that is set so, and only there', async () => {
    await bot.olivia.runs('listen', { everything: true }, { in: 'art' });
    await bot.alice.says('#memes', 'nobody asked you');
    bot.providers.answer('plain words', { text: 'Heard.' });
    const question = await bot.alice.says('#art', 'plain words');
    await bot.alice.sees(complete(question, 'Heard.'), { in: 'art' });
    await bot.olivia.runs('listen', { everything: false }, { in: 'art' });
    await bot.alice.says('#art', 'plain words again');
    await bot.idle();
    expect(bot.providers.requests).toHaveLength(1);
  });

  it('no message of its own, to everyone or to no one', async () => {
    await bot.olivia.says('#general', '@everyone lunch!');
    await bot.alice.says('#general', 'I like it here');
    await bot.idle();
    expect(bot.providers.requests).toEqual([]);
  });
});

describe('the prompt', () => {
  const sent = (index: number) =>
    (bot.providers.requests[index]?.body['messages'] as { role: string; content: string }[]).map(
      ({ role, content }) => `${role}: ${content}`,
    );

  it('is the conversation of this channel with its speakers, and nothing of another', async () => {
    await clears(bot.milo, { everyone: true }, { in: 'general' });
    await clears(bot.milo, { everyone: true }, { in: 'memes' });
    bot.providers.answerByDefault({ text: 'Noted.' });
    for (const [person, channel, text] of [
      [bot.bob, 'memes', 'a secret'],
      [bot.alice, 'general', 'I am Alice'],
      [bot.bob, 'general', 'Who was that?'],
    ] as const) {
      const question = await person.says(`#${channel}`, `${mention()} ${text}`);
      await person.sees(complete(question, 'Noted.'));
      await bot.idle();
    }
    expect(sent(2).slice(1)).toEqual(['user: Alice: I am Alice', 'assistant: Noted.', 'user: Bob: Who was that?']);
    expect(sent(2)[0]).toContain(`You are ${bot.app.discord.self.username}`);
  });

  it('starts again after /clear', async () => {
    const room = await bot.newChannel();
    bot.providers.answerByDefault({ text: 'Noted.' });
    const first = await bot.alice.says(room, `${mention()} remember me`);
    await bot.alice.sees(complete(first, 'Noted.'));
    await bot.idle();
    expect((await clears(bot.alice, {}, { in: room })).content).toMatch(/Forgotten/);
    await clears(bot.milo, { everyone: true }, { in: room });
    const second = await bot.alice.says(room, `${mention()} who am I?`);
    await bot.alice.sees(complete(second, 'Noted.'));
    expect(sent(1).slice(1)).toEqual(['user: Alice: who am I?']);
  });

  it('says that a picture was not seen', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('look', { text: 'A fine picture, surely.' });
    const png = Buffer.from('89504e470d0a1a0a', 'hex');
    const question = await bot.alice.says(room, `${mention()} look`, {
      files: [{ name: 'cat.png', data: png, type: 'image/png' }],
    });
    const answer = await bot.alice.sees(
      (message) => isAnswerTo(question)(message) && /can't see/.test(message.content),
    );
    expect(answer.content).toContain("fake/test-model can't see pictures, so it answered without yours.");
    expect(bot.providers.requests[0]?.images).toBe(0);
    expect(bot.providers.requests[0]?.userText).toContain('cat.png');
  });

  it('fits its window whatever is attached', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('what is this', { text: 'The letter a, often.' });
    const question = await bot.alice.says(room, `${mention()} what is this`, {
      files: [{ name: 'message.txt', data: 'a'.repeat(100_000), type: 'text/plain' }],
    });
    await bot.alice.sees((message) => isAnswerTo(question)(message) && message.content.startsWith('The letter a'));
    const length = bot.providers.requests[0]?.userText.length ?? 0;
    expect(length).toBeGreaterThan(1000);
    expect(length).toBeLessThanOrEqual(100_100);
  });
});

describe('an answer', () => {
  it('of any length is complete, in several messages, the first as a reply', async () => {
    const text = Array.from({ length: 120 }, (_, index) => `Paragraph ${index}: ${'word '.repeat(8)}`.trim()).join(
      '\n\n',
    );
    bot.providers.answer('long', { chunks: text.match(/[\s\S]{1,400}/g) ?? [] });
    const question = await bot.alice.says('#memes', `${mention()} tell me something long`);
    await bot.alice.sees(/Paragraph 119/, { in: 'memes', timeoutMs: 15_000 });
    await bot.idle();
    const messages = await bot.alice.messages('#memes');
    const parts = messages.slice(messages.findIndex(isAnswerTo(question)));
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) expect(part.content.length).toBeLessThanOrEqual(2000);
    expect(parts.filter((part) => part.message_reference)).toHaveLength(1);
    expect(parts.map((part) => part.content).join('\n\n')).toBe(text);
  });

  it('pings nobody', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('shout', { text: `@everyone @here <@${bot.bob.user.id}> wake up` });
    const question = await bot.alice.says(room, `${mention()} shout`);
    const answer = await bot.alice.sees((message) => isAnswerTo(question)(message) && /wake up/.test(message.content));
    expect(answer.mention_everyone).toBe(false);
    expect(answer.mentions).toEqual([]);
  });

  it('can be stopped by the one who asked, not by others, and keeps what is there', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('slowly', { chunks: ['It begins', ' and never ends'], hold: 1 });
    const question = await bot.alice.says(room, `${mention()} slowly`);
    const growing = await bot.alice.sees(isAnswerTo(question));
    expect(growing.content).toBe('It begins');
    await bot.bob.presses(growing, button(growing, 'Stop'));
    await bot.bob.sees(/moderators can use this button/);
    await bot.alice.presses(growing, button(growing, 'Stop'));
    const stopped = await bot.alice.sees((message) => message.id === growing.id && /Stopped\./.test(message.content));
    expect(stopped.content).toMatch(/^It begins/);
    expect(hasEnded(stopped)).toBe(true);
  });

  it('that is stopped when it is already complete is shown in full, without Stop', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('slowly', { chunks: ['It begins', ' and ends.'], hold: 1 });
    const question = await bot.alice.says(room, `${mention()} slowly`);
    const growing = await bot.alice.sees(isAnswerTo(question));
    // The edit that shows its end takes so long.
    const route = `/channels/${growing.channel_id}/messages/${growing.id}`;
    bot.emulator.core.faults.add({ match: { method: 'PATCH', route }, times: 1, answer: { delayMs: 700 } });
    bot.providers.release();
    await expect.poll(() => requestsTo(route), { interval: 5 }).toEqual([{ method: 'PATCH', status: null }]);
    await bot.alice.presses(growing, button(growing, 'Stop'));
    await bot.alice.sees(complete(question, 'It begins and ends.'));
    await bot.idle();
    expect((await storedTurn(bot, question))?.answers).toMatchObject([{ state: 'done', text: 'It begins and ends.' }]);
  });

  it('that fails keeps its partial text and can be retried, in the same message', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('fragile', { chunks: ['Half of', ' the answer'], cutAfterChunks: 1 });
    const question = await bot.alice.says(room, `${mention()} fragile`);
    const failed = await bot.alice.sees(
      (message) => isAnswerTo(question)(message) && buttons(message).some(({ label }) => label === 'Retry'),
    );
    expect(failed.content).toMatch(/^Half of[\s\S]*⚠️/);
    await bot.idle();
    bot.providers.answer('fragile', { text: 'The whole answer.' });
    await bot.alice.presses(failed, button(failed, 'Retry'));
    const whole = await bot.alice.sees(complete(question, 'The whole answer.'));
    expect(whole.id).toBe(failed.id);
  });
});

describe('too many questions', () => {
  it('are refused kindly, and the others answered', async () => {
    bot.providers.answer('busy', { text: 'Done.', hold: true, times: 4 });
    for (let number = 0; number < 4; number += 1) {
      await bot.bob.says(await bot.newChannel(), `${mention()} busy`);
      await bot.providers.requested(() => bot.providers.requests.length === number + 1);
    }
    bot.providers.answer('waiting', { text: 'At last.', times: 2 });
    const room = await bot.newChannel();
    const waiting = [
      await bot.bob.says(room, `${mention()} waiting`),
      await bot.bob.says(room, `${mention()} waiting too`),
    ];
    const refused = await bot.bob.says(room, `${mention()} waiting as well`);
    await bot.bob.sees((message) => isAnswerTo(refused)(message) && /2 questions waiting/.test(message.content));
    bot.providers.release();
    for (const question of waiting) await bot.bob.sees(complete(question, 'At last.'));
  });
});

describe('choosing a model', () => {
  it('shows what there is and completes names', async () => {
    await bot.alice.runs('models');
    const list = await bot.alice.sees((message) => message.embeds[0]?.title === 'Models you can use here');
    expect(list.embeds[0]?.description).toContain('fake/test-model');
    expect(await bot.alice.completes('model', { name: 'test' }, 'name')).toEqual([
      { name: 'fake/test-model', value: 'fake/test-model' },
    ]);
  });

  it('refuses unknown models and members without the right to choose for the server', async () => {
    await bot.alice.runs('model', { name: 'gpt-1' });
    await bot.alice.sees(/don't know a model `gpt-1`/);
    await bot.alice.says('#general', '!server-model fake/test-model');
    await bot.alice.sees(/Only people who can manage this server/);
    await bot.olivia.runs('server-model', { name: 'fake/test-model' });
    await bot.olivia.sees(/\*\*fake\/test-model\*\* now answers in this server/);
  });
});

describe('a stored conversation', () => {
  it('is encrypted, exported to its author and deleted when they ask', async () => {
    bot.providers.answer('heliotrope', { text: 'A purple flower, amaranthine.' });
    const question = await bot.alice.says('#general', `${mention()} what is heliotrope?`);
    await bot.alice.sees(complete(question, 'A purple flower, amaranthine.'));
    await bot.idle();
    for (const word of ['heliotrope', 'amaranthine']) expect(await tablesWith(bot, word)).toEqual([]);
    const exported = () => exportedBy(bot, 'chat', bot.alice);
    expect(JSON.stringify(await exported())).toMatch(/heliotrope.*amaranthine/);
    await forgets(bot.alice);
    expect(Object.values((await exported()) as object).flat()).toEqual([]);
    expect(await tablesWith(bot, bot.alice.user.id)).toEqual([]);
  });
});
