import type { APIMessage } from 'discord-api-types/v10';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const bot = sharedBot({ yaml: 'features: { summaries: { enabled: false } }\n' });
let alarm: (room: string, body: object) => Promise<APIMessage>;

beforeAll(async () => {
  // Another application in the server, whose messages are embeds and layouts.
  const { botToken } = await post<{ botToken: string }>('/_control/applications', '', {
    name: 'alarm',
    intents: ['messageContent'],
  });
  alarm = (room, body) => post(`/api/v10/channels/${bot.alice.channel(room).id}/messages`, `Bot ${botToken}`, body);
});
beforeEach(() => {
  bot.providers.answerByDefault({ text: 'Noted.' });
});

async function post<T>(path: string, authorization: string, body: object): Promise<T> {
  const response = await fetch(`${bot.emulator.origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

const mention = () => `<@${bot.app.discord.self.userId}>`;

/** All that the model got as messages of users, when the person asked. */
async function asks(person: Person, room: string, text: string, replyTo?: APIMessage): Promise<string> {
  const question = await person.says(room, `${mention()} ${text}`, replyTo ? { replyTo } : {});
  return answered(person, question.id);
}

async function answered(person: Person, questionId: string): Promise<string> {
  await person.sees((it) => it.message_reference?.message_id === questionId && it.content.startsWith('Noted.'));
  return lastAsked();
}

async function lastAsked(): Promise<string> {
  await bot.idle();
  const messages = bot.providers.requests.at(-1)?.body['messages'] as { role: string; content: string }[];
  return messages
    .filter(({ role }) => role === 'user')
    .map(({ content }) => content)
    .join('\n---\n');
}

const embed = { title: 'Disk almost full', description: 'host-7 has 3 % left', footer: { text: 'every minute' } };
const layout = {
  flags: 1 << 15,
  components: [{ type: 17, components: [{ type: 10, content: '## Build 17 failed\nlinker ran out of memory' }] }],
};
const poll = {
  poll: { question: { text: 'Pizza?' }, answers: [{ poll_media: { text: 'Yes' } }, { poll_media: { text: 'No' } }] },
};

describe('the model sees what people see', () => {
  it('of a message that is replied to: embeds, layouts, polls and stickers', async () => {
    const room = await bot.newChannel();
    const full = await alarm(room, { embeds: [embed] });
    expect(await asks(bot.alice, room, 'why?', full)).toContain(
      '[In reply to:]\n> alarm: Disk almost full\n> host-7 has 3 % left\n> every minute',
    );
    const failed = await alarm(room, layout);
    expect(await asks(bot.alice, room, 'why?', failed)).toContain(
      '> alarm: ## Build 17 failed\n> linker ran out of memory',
    );
    const asked = await bot.bob.says(room, '', { more: poll });
    const vote = `/channels/${asked.channel_id}/polls/${asked.id}/answers/@me`;
    await bot.milo.request('PUT', vote, { answer_ids: ['1'] });
    expect(await asks(bot.alice, room, 'who wins?', asked)).toContain(
      '> Bob: [Poll: Pizza?]\n> - Yes (1 vote)\n> - No (0 votes)',
    );
    const wave = await bot.bob.says(room, '', { more: { sticker_ids: ['749054660769218631'] } });
    expect(await asks(bot.alice, room, 'what is it?', wave)).toContain('> Bob: [Sticker: Wave]');
  });

  it('of what goes on around a question, other bots included', async () => {
    const room = await bot.newChannel();
    await alarm(room, { embeds: [embed] });
    await asks(bot.alice, room, 'hello');
    await alarm(room, layout);
    await bot.bob.says(room, '', { more: poll });
    const elsewhere = await bot.newChannel();
    await bot.bob.forwards(await bot.bob.says(elsewhere, 'we meet at noon'), room);
    const sent = await asks(bot.alice, room, 'what happens?');
    expect(sent).toContain('alarm: Disk almost full host-7 has 3 % left every minute');
    expect(sent).toContain('alarm: ## Build 17 failed linker ran out of memory');
    expect(sent).toContain('Bob: [Poll: Pizza?] - Yes (0 votes) - No (0 votes)');
    expect(sent).toContain('Bob: [Forwarded message:] we meet at noon');
  });

  it('of a forward that is replied to, or alone in a direct message', async () => {
    const [room, elsewhere] = [await bot.newChannel(), await bot.newChannel()];
    const said = await alarm(elsewhere, { embeds: [embed] });
    const forward = await bot.bob.forwards(said, room);
    expect(await asks(bot.alice, room, 'is it bad?', forward)).toContain(
      '> Bob: [Forwarded message:]\n> Disk almost full\n> host-7 has 3 % left',
    );
    const { id } = await bot.bob.opensDirectMessages(bot.app.discord.self.userId);
    const alone = await bot.bob.forwards(said, id);
    expect(await answered(bot.bob, alone.id)).toContain('[Forwarded message:]\nDisk almost full');
  });

  it('of the message that a thread hangs on, with every question there', async () => {
    const room = await bot.newChannel();
    const proposal = await bot.bob.says(room, 'We meet on Thursday at noon in the library.');
    const thread = await bot.alice.opensThread(proposal, 'Meeting');
    const about = '[This thread is about:]\n> Bob: We meet on Thursday at noon in the library.';
    expect(await asks(bot.alice, thread.id, 'when?')).toContain(about);
    expect(await asks(bot.milo, thread.id, 'where?')).toContain(about);
    const full = await alarm(room, { embeds: [embed] });
    const second = await bot.alice.opensThread(full, 'Disk');
    expect(await asks(bot.alice, second.id, 'why?')).toContain('[This thread is about:]\n> alarm: Disk almost full');
  });

  it('of what is explained or summarised', async () => {
    const room = await bot.newChannel();
    const full = await alarm(room, { embeds: [embed] });
    await alarm(room, layout);
    await bot.alice.picks('Explain', full);
    await bot.alice.sees((it) => it.content.startsWith('Noted.'), { in: room });
    expect(await lastAsked()).toContain('> alarm: Disk almost full');
    await bot.alice.picks('Summarise from here', full);
    await bot.alice.sees((it) => it.content.startsWith('Noted.'), { in: room });
    const sent = await lastAsked();
    expect(sent).toContain('alarm: Disk almost full host-7 has 3 % left');
    expect(sent).toContain('alarm: ## Build 17 failed linker ran out of memory');
  });
});
