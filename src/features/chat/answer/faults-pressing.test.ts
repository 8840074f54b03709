import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { FaultAnswer } from '../../../../emulator/faults.ts';
import type { Person } from '../../../../emulator/testing/person.ts';
import { createAsking } from '../../../testing/asking.ts';
import { button, buttons, hasEnded } from '../../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';
import { exportedBy, jobCount } from '../../../testing/stored.ts';

const yaml = `
queue: { concurrency: { text: 6 } }
prices: { models: { fake/test-model: { inputPerMillion: 10, outputPerMillion: 20 } } }
access:
  roles:
    member: { dailyFreeUsd: 5, requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
`;

const bot = sharedBot({ yaml });
const billing = sharedBilling(bot);
const { asks, presses, told, turns } = createAsking(() => bot);
const timeoutMs = 25_000;

const isTitling = ({ body }: { body: Record<string, unknown> }) => JSON.stringify(body).includes('Write a title');
const labels = (message: APIMessage) => buttons(message).map(({ label }) => label);
const refusing = (status: number, code: number): FaultAnswer => ({ status, body: { code, message: 'planted' } });
const plant = (method: string, route: string, answer: FaultAnswer, times = 1000) =>
  bot.emulator.core.faults.add({ match: { method, route }, times, answer });
const endsWith = (person: Person, { channel_id: channelId }: Pick<APIMessage, 'channel_id'>, text: string) =>
  person.sees((message) => message.channel_id === channelId && message.content.endsWith(text) && hasEnded(message), {
    timeoutMs,
  });
/** What Discord tells who used something that was not answered. */
const unanswered = (used: Promise<unknown>) => expect(used).rejects.toThrow('did not respond');

describe('the first words of an answer', () => {
  const held = { text: 'Nobody sees this.', hold: true } as const;
  /** Asks, and resolves to the channels in which the bot may want to write, when the model has been asked. */
  const ways: Record<string, () => Promise<string[]>> = {
    'a mention': async () => {
      const { channel_id: id } = await bot.alice.says(
        await bot.newChannel(),
        `<@${bot.app.discord.self.userId}> unseen`,
      );
      await bot.providers.requested('unseen');
      return [id];
    },
    'a direct message': async () => {
      const { id } = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
      await bot.alice.says(id, 'unseen');
      await bot.providers.requested('unseen');
      return [id];
    },
    '/ask': async () => {
      const room = await bot.newChannel();
      await bot.alice.runs('ask', { prompt: 'unseen' }, { in: room });
      await bot.providers.requested('unseen');
      const started = await bot.alice.sees('asked me something', { in: room });
      return [started.channel_id, started.id];
    },
  };

  it.each(
    Object.entries(ways).flatMap(([way, begin]) => [50013, 10003, 160005, 50007].map((code) => ({ way, begin, code }))),
  )('by $way that Discord refuses ($code) are paid by nobody', async ({ begin, code }) => {
    const before = await billing.paid(bot.alice);
    bot.providers.answer((request) => request.userText.includes('unseen') && !isTitling(request), held);
    const channels = await begin();
    for (const id of channels) plant('POST', `/channels/${id}/messages`, refusing(code === 10003 ? 404 : 403, code));
    bot.providers.release();
    await bot.idle();
    expect(await billing.paid(bot.alice)).toEqual(before);
    expect(await jobCount(bot, 'dead')).toBe(0);
  });
});

describe('an expired interaction (10062)', () => {
  it('is carried out where everybody sees the result, and costs nothing otherwise', async () => {
    const { alice, milo } = bot;
    const regenerated = await asks(alice, 'once', { text: 'Once.' });
    const paged = await asks(alice, 'page', { text: 'Page one.' });
    bot.providers.answer('page', { text: 'Page two.' });
    await presses(alice, paged.shown, 'Regenerate');
    const second = await endsWith(alice, paged.shown, 'Page two.');
    await bot.idle();
    const branched = await asks(alice, 'branch', { text: 'Branch here.' });
    const branchMenu = await told(alice, branched.shown, '⋯');
    const deleted = await asks(alice, 'delete', { text: 'Delete me.' });
    const deleteMenu = await turns(alice, await told(alice, deleted.shown, '⋯'), 'Delete', 'Delete this answer');
    bot.providers.answer('stop', { chunks: ['A long', ' story.'], hold: 1 });
    const stopped = await alice.says(await bot.newChannel(), `<@${bot.app.discord.self.userId}> stop`);
    const growing = await alice.sees((message) => message.content === 'A long', { timeoutMs });
    const [askedIn, explainedIn, formIn] = [await bot.newChannel(), await bot.newChannel(), await bot.newChannel()];
    const target = await bot.bob.says(explainedIn, 'a riddle');
    const formTarget = await bot.bob.says(formIn, 'another riddle');
    bot.providers.answer('once', { text: 'Twice.' });
    bot.providers.answer((request) => request.userText.includes('thread') && !isTitling(request), {
      text: 'A thread.',
    });
    bot.providers.answer('Explain this message.', { text: 'Explained.' });
    const miloBefore = await billing.paid(milo);

    plant('POST', '/interactions/*/*/callback', refusing(404, 10062));
    plant('POST', '/webhooks/*/*', refusing(404, 10015));
    plant('PATCH', '/webhooks/*/*/messages/@original', refusing(404, 10015));
    await Promise.all([
      unanswered(alice.presses(regenerated.shown, button(regenerated.shown, 'Regenerate'))),
      unanswered(alice.presses(second, button(second, '◀'))),
      unanswered(alice.presses(branchMenu, button(branchMenu, 'Branch'))),
      unanswered(alice.presses(deleteMenu, button(deleteMenu, 'Delete answer'))),
      unanswered(alice.presses(growing, button(growing, 'Stop'))),
      unanswered(alice.presses(branched.shown, button(branched.shown, '⋯'))),
      unanswered(milo.runs('ask', { prompt: 'thread' }, { in: askedIn })),
      unanswered(alice.picks('Explain', target)),
      unanswered(milo.picks('Ask about this', formTarget)),
      unanswered(alice.runs('history', {}, { in: branched.shown.channel_id })),
    ]);
    await Promise.all([
      endsWith(alice, regenerated.shown, 'Twice.'),
      endsWith(alice, paged.shown, 'Page one.'),
      alice.sees(/let's go on here/, { timeoutMs }),
      endsWith(alice, stopped, '-# Stopped.'),
      alice.sees((message) => message.content === 'A thread.' && hasEnded(message), { timeoutMs }),
      endsWith(alice, { channel_id: target.channel_id }, 'Explained.'),
    ]);
    await bot.idle();
    expect((await alice.messages(deleted.shown.channel_id)).filter(({ author }) => author.bot)).toEqual([]);
    expect((await alice.messages(formIn)).filter(({ author }) => author.bot)).toEqual([]);
    const ofThread = await billing.paid(milo);
    expect(ofThread.free).toBeGreaterThan(miloBefore.free);
  }, 60_000);
});

describe('a press that Discord refuses', () => {
  it('says that a page cannot be shown, and shows it later', async () => {
    const asked = await asks(bot.alice, 'turn', { text: 'One.' });
    bot.providers.answer('turn', { text: 'Two.' });
    await presses(bot.alice, asked.shown, 'Regenerate');
    const second = await endsWith(bot.alice, asked.shown, 'Two.');
    await bot.idle();
    plant('PATCH', `/channels/${second.channel_id}/messages/*`, refusing(403, 50013));
    expect((await told(bot.alice, second, '◀')).content).toContain("I'm not allowed to do that here");
    bot.emulator.core.faults.clear();
    await presses(bot.alice, second, '◀');
    expect(labels(await endsWith(bot.alice, asked.shown, 'One.'))).toContain('1/2 ▶');
  });

  it('an old answer is paged in a new message when Discord takes no more edits of it (30046)', async () => {
    const asked = await asks(bot.alice, 'old pages', { text: 'Old one.' });
    bot.providers.answer('old pages', { text: 'Old two.' });
    await presses(bot.alice, asked.shown, 'Regenerate');
    const second = await endsWith(bot.alice, asked.shown, 'Old two.');
    await bot.idle();
    plant('PATCH', `/channels/${second.channel_id}/messages/${second.id}`, refusing(429, 30046));
    await presses(bot.alice, second, '◀');
    const moved = await endsWith(bot.alice, asked.shown, 'Old one.');
    await bot.idle();
    const left = (await bot.alice.messages(second.channel_id)).filter(({ author }) => author.bot);
    expect(left.map(({ id }) => id)).toEqual([moved.id]);
    await presses(bot.alice, moved, '1/2 ▶');
    expect((await endsWith(bot.alice, asked.shown, 'Old two.')).id).toBe(moved.id);
  });

  it('says that a branch has no thread, and changes nothing', async () => {
    const asked = await asks(bot.alice, 'fork', { text: 'A fork.' });
    const menu = await told(bot.alice, asked.shown, '⋯');
    plant('POST', '/channels/{channel_id}/messages/{message_id}/threads', refusing(403, 50013));
    const before = await exportedBy(bot, 'chat', bot.alice);
    await presses(bot.alice, menu, 'Branch');
    await bot.alice.sees(/^I'm not allowed to do that here/, { timeoutMs });
    expect(await exportedBy(bot, 'chat', bot.alice)).toEqual(before);
  });

  it('the settings, a copy and what a menu asks for work in an archived thread, and wake it', async () => {
    const start = await bot.alice.says(await bot.newChannel(), 'a topic');
    const { id } = await bot.alice.opensThread(start, 'A topic');
    await bot.alice.until('the thread', () => bot.alice.view.channels.get(id) ?? null);
    const asked = await asks(bot.alice, 'in here', { text: 'In here.' }, { in: id });
    await bot.olivia.request('PATCH', `/channels/${id}`, { archived: true });
    expect((await told(bot.alice, await told(bot.alice, asked.shown, '⋯'), 'Copy')).content).toBe('In here.');
    bot.providers.answer('in here', { text: 'Awake.' });
    await presses(bot.alice, asked.shown, 'Regenerate');
    expect((await endsWith(bot.alice, asked.shown, 'Awake.')).id).toBe(asked.shown.id);
  });

  it('costs nothing in a locked thread, and the answer stays', async () => {
    const start = await bot.alice.says(await bot.newChannel(), 'a topic');
    const { id } = await bot.alice.opensThread(start, 'A topic');
    await bot.alice.until('the thread', () => bot.alice.view.channels.get(id) ?? null);
    const asked = await asks(bot.alice, 'locked', { text: 'Still here.' }, { in: id });
    await bot.olivia.request('PUT', `/channels/${start.channel_id}/permissions/${bot.app.discord.self.userId}`, {
      ...{ type: 1, allow: '0', deny: String(PermissionFlagsBits.ManageThreads) },
    });
    await bot.olivia.request('PATCH', `/channels/${id}`, { archived: true, locked: true });
    const before = await billing.paid(bot.alice);
    bot.providers.answer('locked', { text: 'Unseen.' });
    await presses(bot.alice, asked.shown, 'Regenerate');
    await bot.idle();
    expect(await billing.paid(bot.alice)).toEqual(before);
    const [left] = (await bot.alice.messages(id)).filter(({ author }) => author.bot);
    expect(left?.content).toBe('Still here.');
  });
});
