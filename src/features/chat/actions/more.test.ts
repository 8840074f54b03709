import { ChannelType, ComponentType } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { createAsking } from '../../../testing/asking.ts';
import type { Asked } from '../../../testing/asking.ts';
import { buttons, hasEnded } from '../../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';
import { createShiftedClock } from '../../../testing/shifted-clock.ts';

const yaml = `
queue: { maxAttempts: 1 }
access:
  roles:
    member: { models: ['*'], requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
`;

const clock = createShiftedClock(Date.now());
const bot = sharedBot({ paced: false, clock, yaml, otherModels: ['other-model'] });
sharedBilling(bot, clock);

const { asks, presses, told, turns, screen } = createAsking(() => bot);
const labels = (message: APIMessage) => buttons(message).map(({ label }) => label);
const timeoutMs = 20_000;
/** After this a person may copy another answer. */
const cooldownMs = 2000;

/** What the model was sent the latest time, without the system prompt. */
const sent = () =>
  (bot.providers.requests.at(-1)?.body['messages'] as { role: string; content: string }[])
    .slice(1)
    .map(({ content }) => content);

const menuOf = (person: Person, { shown }: Asked) => told(person, shown, '⋯');

it('offers each person what they may do, and works after a restart', async () => {
  const asked = await asks(bot.alice, 'hello', { text: 'Hello.' });
  await bot.stop();
  await bot.start();
  expect(labels(await menuOf(bot.alice, asked))).toEqual(['Copy', 'Branch', 'Clear context', 'Delete']);
  expect(labels(await menuOf(bot.bob, asked))).toEqual(['Copy', 'Branch', 'Clear context']);
  expect(labels(await menuOf(bot.milo, asked))).toEqual(['Copy', 'Branch', 'Settings', 'Clear context', 'Delete']);
  const { id } = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
  const direct = await asks(bot.alice, 'hello', { text: 'Hello, you.' }, { in: id });
  expect(labels(await menuOf(bot.alice, direct))).toEqual(['Copy', 'Settings', 'Clear context', 'Delete']);
});

describe('Copy', () => {
  beforeEach(() => {
    clock.jump(cooldownMs);
  });

  it('gives the source to the presser alone', async () => {
    const source = '# Title\n\n**bold** and `code`\n```ts\nlet x = 1;\n```';
    const asked = await asks(bot.alice, 'formatted', { chunks: [source] });
    const copied = await told(bot.bob, await menuOf(bot.bob, asked), 'Copy');
    expect(copied.content).toBe(source);
  });

  it('gives a long one as a file', async () => {
    const source = Array.from({ length: 3 }, (_, index) => `Part ${index} ${'y'.repeat(1000)}`).join('\n\n');
    const asked = await asks(bot.alice, 'long', { chunks: [source] });
    const copied = await told(bot.alice, await menuOf(bot.alice, asked), 'Copy');
    const [file] = copied.attachments;
    expect(file?.filename).toBe('answer.md');
    expect(await (await fetch(file?.url ?? '')).text()).toBe(source);
  });
});

describe('Branch', () => {
  it('opens a thread that knows the conversation up to there, and nothing later', async () => {
    const room = await bot.newChannel();
    await asks(bot.alice, 'I like **tea**', { text: 'Noted: tea.' }, { in: room });
    const second = await asks(bot.bob, 'I like coffee', { text: 'Noted: coffee.' }, { in: room });
    await asks(bot.alice, 'I like milk', { text: 'Noted: milk.' }, { in: room });
    const done = await turns(bot.alice, await menuOf(bot.alice, second), 'Branch', 'Your branch');
    const threadId = /<#(\d+)>/.exec(done.content)?.[1] ?? '';
    const thread = await bot.alice.until('the thread', () => bot.alice.view.channels.get(threadId) ?? null);
    expect(thread).toMatchObject({ type: ChannelType.PublicThread, name: '🌿 I like coffee' });
    await bot.alice.sees('I remember the last 2 questions', { in: threadId });
    await asks(bot.alice, 'what do we like?', { text: 'Tea and coffee.' }, { in: threadId });
    expect(sent()).toEqual([
      'Alice: I like **tea**',
      'Noted: tea.',
      'Bob: I like coffee',
      'Noted: coffee.',
      'Alice: what do we like?',
    ]);
    await asks(bot.alice, 'and here?', { text: 'Milk, too.' }, { in: room });
    expect(sent()).not.toContain('Alice: what do we like?');
    expect(sent()).toContain('Alice: I like milk');
  });

  it('from a thread opens one beside it', async () => {
    const start = await bot.alice.says(await bot.newChannel(), 'a thread, please');
    const { id } = await bot.alice.opensThread(start, 'First');
    await bot.alice.until('the thread', () => bot.alice.view.channels.get(id) ?? null);
    const asked = await asks(bot.alice, 'within', { text: 'Inside.' }, { in: id });
    const done = await turns(bot.alice, await menuOf(bot.alice, asked), 'Branch', 'Your branch');
    const threadId = /<#(\d+)>/.exec(done.content)?.[1] ?? '';
    const thread = await bot.alice.until('the thread', () => bot.alice.view.channels.get(threadId) ?? null);
    expect(thread.name).toBe('🌿 within');
    const [parent] = await bot.alice.messages(start.channel_id);
    expect(parent?.id).toBe(start.id);
    expect((await bot.alice.messages(start.channel_id)).at(-1)?.content).toContain('branched off');
  });
});

describe('Settings', () => {
  const select = async (person: Person, panel: APIMessage, at: number, value: string) => {
    const rows = panel.components as { components: { custom_id: string }[] }[];
    await person.selects(panel, rows[at]?.components[0]?.custom_id ?? '', [value]);
    return person.sees((message) => message.id === panel.id, { timeoutMs });
  };
  const chosen = (panel: APIMessage) =>
    (panel.components as { components: { options?: { value: string; default?: boolean }[] }[] }[]).flatMap(
      ({ components: [first] }) => first?.options?.find((one) => one.default)?.value ?? [],
    );

  it('of a conversation choose model, creativity and context for everyone in it', async () => {
    const asked = await asks(bot.alice, 'first', { text: 'One.' });
    const menu = await menuOf(bot.milo, asked);
    let panel = await turns(bot.milo, menu, 'Settings', 'Settings of this conversation');
    expect(chosen(panel)).toEqual(['unset', 'unset', 'unset', 'unset']);
    panel = await select(bot.milo, panel, 0, 'fake/other-model');
    panel = await select(bot.milo, panel, 1, 'high');
    panel = await select(bot.milo, panel, 2, '0');
    expect(chosen(panel)).toEqual(['fake/other-model', 'high', '0', 'unset']);
    await asks(bot.alice, 'second', { text: 'Two.' }, { in: asked.question.channel_id });
    const { model, body } = bot.providers.requests.at(-1) ?? {};
    expect([model, body?.['temperature']]).toEqual(['other-model', 1]);
    expect(sent()).toEqual(['Alice: second']);
    panel = await select(bot.milo, panel, 0, 'unset');
    panel = await select(bot.milo, panel, 1, 'unset');
    expect(chosen(panel)).toEqual(['unset', 'unset', '0', 'unset']);
    await asks(bot.alice, 'third', { text: 'Three.' }, { in: asked.question.channel_id });
    expect(bot.providers.requests.at(-1)?.model).toBe('test-model');
    expect(bot.providers.requests.at(-1)?.body).not.toHaveProperty('temperature');
  });

  it('of a branch belong to the member who opened it', async () => {
    const asked = await asks(bot.bob, 'to branch', { text: 'Branch me.' });
    const done = await turns(bot.bob, await menuOf(bot.bob, asked), 'Branch', 'Your branch');
    const threadId = /<#(\d+)>/.exec(done.content)?.[1] ?? '';
    await bot.alice.until('the thread', () => bot.alice.view.channels.get(threadId) ?? null);
    const inside = await asks(bot.bob, 'inside', { text: 'In here.' }, { in: threadId });
    expect(labels(await menuOf(bot.bob, inside))).toContain('Settings');
    expect(labels(await menuOf(bot.alice, inside))).not.toContain('Settings');
  });
});

describe('Clear context', () => {
  it('forgets the own part, or everything for moderators', async () => {
    const room = await bot.newChannel();
    await asks(bot.alice, 'hers', { text: 'Hers.' }, { in: room });
    const asked = await asks(bot.bob, 'his', { text: 'His.' }, { in: room });
    const own = await turns(bot.bob, await menuOf(bot.bob, asked), 'Clear context', 'What should I forget');
    expect(labels(own)).toEqual(['What I asked', 'Cancel']);
    await turns(bot.bob, own, 'What I asked', 'Forgotten: your question here');
    const again = await asks(bot.alice, 'again', { text: 'Again.' }, { in: room });
    expect(sent().some((content) => content.includes('his'))).toBe(false);
    expect(sent()).toContain('Alice: hers');
    const all = await turns(bot.milo, await menuOf(bot.milo, again), 'Clear context', 'What should I forget');
    await turns(bot.milo, all, 'Everything', 'Forgotten: 2 questions');
    expect((await told(bot.alice, again.shown, 'Regenerate')).content).toContain('That answer was cleared');
  });
});

describe('Delete', () => {
  it('removes all messages of an answer, and the exchange from history', async () => {
    const long = Array.from({ length: 2 }, (_, index) => `Part ${index} ${'z'.repeat(1500)}`).join('\n\n');
    const asked = await asks(bot.alice, 'embarrassing', { chunks: [long] });
    expect(await screen(asked)).toHaveLength(2);
    const unsure = await turns(bot.milo, await menuOf(bot.milo, asked), 'Delete', 'Delete this answer');
    await turns(bot.milo, unsure, 'Cancel', "I've changed nothing");
    const confirm = await turns(bot.milo, await menuOf(bot.milo, asked), 'Delete', 'Delete this answer');
    await bot.idle();
    expect(await screen(asked)).toHaveLength(2);
    await turns(bot.milo, confirm, 'Delete answer', 'deleted the answer');
    await bot.idle();
    expect(await screen(asked)).toEqual([]);
    await asks(bot.alice, 'what was it?', { text: 'What?' }, { in: asked.question.channel_id });
    expect(sent().some((content) => content.includes('Part'))).toBe(false);
  });

  it('while another version is written cancels that, releases what is held, and leaves nothing on the screen', async () => {
    const asked = await asks(bot.alice, 'never mind', { text: 'First.' });
    const menu = await menuOf(bot.alice, asked);
    bot.providers.answer('never mind', { chunks: ['Second', ' and more.'], hold: 1 });
    await presses(bot.alice, asked.shown, 'Regenerate');
    await bot.alice.sees((message) => message.content === 'Second' && !hasEnded(message), { timeoutMs });
    const confirm = await turns(bot.alice, menu, 'Delete', 'Delete this answer');
    await turns(bot.alice, confirm, 'Delete answer', 'deleted the answer');
    await bot.idle();
    expect(await screen(asked)).toEqual([]);
    expect(bot.providers.requests.at(-1)?.aborted).toBe(true);
  });

  it.each(['delete', 'delete-now'])('is not for others, also when they come by an old menu: %s', async (action) => {
    const asked = await asks(bot.alice, 'stays', { text: 'Stays.' });
    const menu = await bot.app.discord.actions.send(asked.question.channel_id, {
      content: 'An old menu',
      components: [
        {
          type: ComponentType.ActionRow,
          components: [
            {
              type: ComponentType.Button,
              style: 4,
              label: 'Delete',
              custom_id: (buttons(await menuOf(bot.alice, asked)).at(-1)?.customId ?? '').replace(
                '/delete/',
                `/${action}/`,
              ),
            },
          ],
        },
      ],
    });
    expect((await told(bot.bob, menu, 'Delete')).content).toContain('Only');
    await bot.idle();
    expect((await screen(asked)).map(({ content }) => content)).toEqual(['Stays.', 'An old menu']);
  });
});
