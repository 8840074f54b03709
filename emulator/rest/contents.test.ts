import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlayground } from '../testing/client.ts';
import type { Playground } from '../testing/client.ts';

/** What messages hold beside text: forwards, polls and stickers. */

interface Message {
  id: string;
  channel_id: string;
  flags: number;
  message_reference?: object;
  message_snapshots?: { message: object }[];
  poll?: { results: { is_finalized: boolean; answer_counts: object[] } };
  sticker_items?: object[];
}

let playground: Playground;
let channel: string;

beforeAll(async () => {
  playground = await startPlayground();
  channel = `/channels/${playground.channelId('general')}`;
});
afterAll(() => playground.close());

const send = (body: object) => playground.alice.post<Message>(`${channel}/messages`, body);

describe('a forward', () => {
  it('is a copy of what the message says, without its author, as long as it can be read', async () => {
    const { body: said } = await send({ content: 'the original' });
    const reference = { type: 1, message_id: said.id, channel_id: said.channel_id };
    const { status, body: forward } = await send({ message_reference: reference });
    expect(status).toBe(200);
    expect(forward).toMatchObject({ content: '', message_reference: { ...reference, guild_id: playground.guildId } });
    expect(forward.flags & (1 << 14)).not.toBe(0);
    expect(forward.message_snapshots).toMatchObject([
      { message: { content: 'the original', type: 0, attachments: [] } },
    ]);
    expect(forward.message_snapshots?.[0]?.message).not.toHaveProperty('author');
    const again = { type: 1, message_id: forward.id, channel_id: forward.channel_id };
    const { body: second } = await send({ message_reference: again });
    expect(second.message_snapshots).toMatchObject([{ message: { content: 'the original' } }]);
  });

  it('needs the channel of the message, and one that is there', async () => {
    const { body: said } = await send({ content: 'x' });
    for (const reference of [
      { type: 1, message_id: said.id },
      { type: 1, message_id: said.channel_id, channel_id: said.channel_id },
    ]) {
      const { status, body } = await send({ message_reference: reference });
      expect([status, (body as unknown as { code: number }).code]).toEqual([400, 50035]);
    }
  });
});

describe('a poll', () => {
  const poll = { question: { text: 'Pizza?' }, answers: ['Yes', 'No'].map((text) => ({ poll_media: { text } })) };

  it('counts one vote of each, tells of it, and ends when its author says so', async () => {
    const { body } = await send({ poll });
    expect(body.poll).toMatchObject({ question: { text: 'Pizza?' }, results: { is_finalized: false } });
    const path = `${channel}/polls/${body.id}`;
    for (const answer of [1, 2]) {
      expect((await playground.alice.put(`${path}/answers/@me`, { answer_ids: [answer] })).status).toBe(204);
    }
    expect((await playground.alice.put(`${path}/answers/@me`, { answer_ids: [1, 2] })).status).toBe(400);
    const votes = playground.events.filter(({ t }) => t.startsWith('MESSAGE_POLL_VOTE'));
    expect(votes.map(({ t, d }) => [t, (d as { answer_id: number }).answer_id])).toEqual([
      ['MESSAGE_POLL_VOTE_ADD', 1],
      ['MESSAGE_POLL_VOTE_REMOVE', 1],
      ['MESSAGE_POLL_VOTE_ADD', 2],
    ]);
    const { body: voters } = await playground.alice.get<{ users: object[] }>(`${path}/answers/2`);
    expect(voters.users).toMatchObject([{ username: 'alice' }]);
    const { body: ended } = await playground.alice.post<Message>(`${path}/expire`, {});
    expect(ended.poll?.results).toMatchObject({
      is_finalized: true,
      answer_counts: [
        { id: 1, count: 0, me_voted: false },
        { id: 2, count: 1, me_voted: true },
      ],
    });
    expect((await playground.alice.put(`${path}/answers/@me`, { answer_ids: [1] })).status).toBe(400);
  });

  it.each([
    ['no answers', { ...poll, answers: [] }],
    ['eleven answers', { ...poll, answers: Array.from({ length: 11 }, () => ({ poll_media: { text: 'x' } })) }],
    ['no question', { answers: poll.answers }],
    ['more than 32 days', { ...poll, duration: 769 }],
  ])('with %s is refused', async (_, wrong) => {
    expect((await send({ poll: wrong })).status).toBe(400);
  });
});

it('stickers are named, and one that nobody has is refused', async () => {
  const { body } = await send({ sticker_ids: ['749054660769218631'] });
  expect(body.sticker_items).toEqual([{ id: '749054660769218631', name: 'Wave', format_type: 3 }]);
  expect((await send({ sticker_ids: ['1'] })).status).toBe(400);
});
