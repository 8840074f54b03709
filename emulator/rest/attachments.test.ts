import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PNG, refusal, startPlayground } from '../testing/client.ts';
import type { Playground } from '../testing/client.ts';

interface Message {
  id: string;
  attachments: { id: string; filename: string; url: string }[];
  embeds: { image?: { url: string } }[];
}

let playground: Playground;
let channel: string;

beforeAll(async () => {
  playground = await startPlayground();
  channel = `/channels/${playground.channelId('general')}`;
});
afterAll(() => playground.close());

describe('attachments', () => {
  it('come by multipart with descriptions, are served, and an edit keeps those it lists', async () => {
    const { body: message } = await playground.bot.upload<Message>(
      'POST',
      `${channel}/messages`,
      { content: 'files', attachments: [{ id: 0, description: 'a pixel' }] },
      [
        { name: 'files[0]', filename: 'pixel one.png', data: PNG, type: 'image/png' },
        { name: 'files[1]', filename: 'note.txt', data: 'hello', type: 'text/plain' },
      ],
    );
    const [pixel, note] = message.attachments;
    expect(pixel).toMatchObject({
      filename: 'pixel_one.png',
      description: 'a pixel',
      width: 1,
      height: 1,
      size: PNG.length,
    });
    const served = await fetch(pixel?.url ?? '');
    expect(Buffer.from(await served.arrayBuffer())).toEqual(PNG);
    expect(served.headers.get('content-type')).toBe('image/png');
    const path = `${channel}/messages/${message.id}`;
    const edited = await playground.bot.patch<Message>(path, { attachments: [{ id: note?.id }] });
    expect(edited.body.attachments.map(({ filename }) => filename)).toEqual(['note.txt']);
    expect((await fetch(pixel?.url ?? '')).status).toBe(404);
    const added = await playground.bot.upload<Message>('PATCH', path, {}, [
      { name: 'files[0]', filename: 'b.png', data: PNG, type: 'image/png' },
    ]);
    expect(added.body.attachments).toHaveLength(2);
  });

  it('shown by an embed are not listed twice', async () => {
    const { body } = await playground.bot.upload<Message>(
      'POST',
      `${channel}/messages`,
      { embeds: [{ title: 'picture', image: { url: 'attachment://p.png' } }] },
      [{ name: 'files[0]', filename: 'p.png', data: PNG, type: 'image/png' }],
    );
    expect(body.attachments).toEqual([]);
    expect((await fetch(body.embeds[0]?.image?.url ?? '')).status).toBe(200);
  });

  it('are at most ten of 10 MiB each', async () => {
    const files = Array.from({ length: 11 }, (_, n) => ({ name: `files[${n}]`, filename: `${n}.txt`, data: 'x' }));
    expect((await refusal(playground.bot.upload('POST', `${channel}/messages`, {}, files)))[1]).toBe(50035);
    const large = { name: 'files[0]', filename: 'large.bin', data: new Uint8Array(10 * 1024 * 1024 + 1) };
    expect(await refusal(playground.bot.upload('POST', `${channel}/messages`, {}, [large]))).toEqual([413, 40005]);
  });

  it('of foreign types are downloads, never pages', async () => {
    const { body } = await playground.alice.upload<Message>('POST', `${channel}/messages`, {}, [
      { name: 'files[0]', filename: 'x.html', data: '<script>alert(1)</script>', type: 'text/html' },
    ]);
    const served = await fetch(body.attachments[0]?.url ?? '');
    expect(served.headers.get('content-disposition')).toBe('attachment');
    expect(served.headers.get('content-security-policy')).toContain('sandbox');
  });
});
