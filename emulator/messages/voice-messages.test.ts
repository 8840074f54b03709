import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, startPlayground, type Playground } from '../testing/client.ts';

const VOICE = 1 << 13;
const waveform = Buffer.from([0, 128, 255]).toString('base64');
const described = { id: 0, filename: 'voice.ogg', duration_secs: 1.5, waveform };
const sound = { name: 'files[0]', filename: 'voice.ogg', data: 'OggS', type: 'audio/ogg' };

let playground: Playground;
let path: string;

beforeAll(async () => {
  playground = await startPlayground();
  path = `/channels/${playground.channelId('general')}/messages`;
});
afterAll(() => playground.close());

function send(change: object = {}, files = [sound], who = playground.alice) {
  return who.upload<{ id: string }>('POST', path, { flags: VOICE, attachments: [described], ...change }, files);
}

describe('a voice message', () => {
  it('is one sound with its length and waveform, for people and bots', async () => {
    for (const who of [playground.alice, playground.bot]) {
      const { body } = await send({}, [sound], who);
      expect(body).toMatchObject({
        ...{ content: '', flags: VOICE },
        attachments: [{ filename: 'voice.ogg', content_type: 'audio/ogg', duration_secs: 1.5, waveform }],
      });
      const { body: read } = await playground.bob.get(`${path}/${body.id}`);
      expect(read['attachments']).toMatchObject([{ duration_secs: 1.5, waveform }]);
      expect(await refusal(who.patch(`${path}/${body.id}`, { content: 'x' }))).toEqual([400, 50162]);
    }
  });

  it.each<[string, number, object, (typeof sound)[]?]>([
    ['content', 50159, { content: 'x' }],
    ['an embed', 50159, { embeds: [{ title: 'x' }] }],
    ['components', 50159, { components: [{ type: 1, components: [] }] }],
    ['a sticker', 50159, { sticker_ids: ['749054660769218631'] }],
    ['no file', 50160, {}, []],
    ['two files', 50160, {}, [sound, { ...sound, name: 'files[1]' }]],
    ['a picture', 50160, {}, [{ ...sound, filename: 'a.png', type: 'image/png' }]],
    ['no waveform', 50161, { attachments: [{ id: 0, duration_secs: 1 }] }],
    ['no length', 50161, { attachments: [{ id: 0, waveform }] }],
    ['nothing about its file', 50161, { attachments: [] }],
    ['a waveform that is not base64', 50161, { attachments: [{ ...described, waveform: '???' }] }],
    ['a waveform of 401 characters', 50035, { attachments: [{ ...described, waveform: 'A'.repeat(401) }] }],
    ['a negative length', 50035, { attachments: [{ ...described, duration_secs: -1 }] }],
  ])('is refused with %s', async (_what, code, change, files) => {
    expect(await refusal(send(change, files))).toEqual([400, code]);
  });

  it('needs the permission', async () => {
    const deny = { type: 0, deny: String(1n << 46n) };
    const channel = path.replace('/messages', '');
    await playground.olivia.put(`${channel}/permissions/${playground.guildId}`, deny);
    expect(await refusal(send())).toEqual([403, 50173]);
    expect((await send({}, [sound], playground.olivia)).status).toBe(200);
    await playground.olivia.delete(`${channel}/permissions/${playground.guildId}`);
  });

  it('is what the flag says: without it the sound is a file, and a file that is no sound has no waveform', async () => {
    const plain = await send({ flags: 0, content: 'listen' });
    expect(plain.body).toMatchObject({ flags: 0, attachments: [{ waveform }] });
    const picture = { ...sound, filename: 'a.png', type: 'image/png' };
    const { body } = await send({ flags: 0, attachments: [{ ...described, filename: 'a.png' }] }, [picture]);
    expect((body as unknown as { attachments: object[] }).attachments[0]).not.toHaveProperty('waveform');
  });
});
