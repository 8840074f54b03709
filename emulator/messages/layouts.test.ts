import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PNG, refusal, startPlayground, type Playground } from '../testing/client.ts';

interface Message {
  id: string;
  content: string;
  flags: number;
  components: { id: number; type: number; components?: object[] }[];
  attachments: { id: string; filename: string }[];
  mentions: { id: string }[];
}

const LAYOUT = 1 << 15;
const text = (content: string, more: object = {}) => ({ type: 10, content, ...more });
const button = (id: string) => ({ type: 2, style: 1, label: 'Go', custom_id: id });
const row = (...components: object[]) => ({ type: 1, components });
const gallery = (...urls: string[]) => ({ type: 12, items: urls.map((url) => ({ media: { url } })) });
const file = (url: string) => ({ type: 13, file: { url } });
const upload = (name: string) => ({ name: 'files[0]', filename: name, data: PNG, type: 'image/png' });

let playground: Playground;
let path: string;

beforeAll(async () => {
  playground = await startPlayground();
  path = `/channels/${playground.channelId('general')}/messages`;
});
afterAll(() => playground.close());

const send = (components: unknown[], more: object = {}) =>
  playground.bot.post<Message>(path, { flags: LAYOUT, components, ...more });

describe('a layout', () => {
  it('holds every component, nested, each with an id, and keeps what an edit does not name', async () => {
    const section = { type: 9, components: [text('Text', { id: 9 })], accessory: button('go') };
    const container = {
      type: 17,
      accent_color: 0xff0000,
      spoiler: true,
      components: [section, { type: 14 }, row(button('b'))],
    };
    const { body } = await send([text('Hello'), container]);
    const [first, second] = body.components;
    expect(first).toEqual({ type: 10, id: 1, content: 'Hello' });
    expect(second).toMatchObject({
      ...{ type: 17, id: 2, accent_color: 0xff0000, spoiler: true },
      components: [
        { type: 9, id: 3, components: [{ type: 10, id: 9 }], accessory: { type: 2, id: 4, custom_id: 'go' } },
        { type: 14, id: 5, divider: true, spacing: 1 },
        { type: 1, id: 6, components: [{ type: 2, id: 7 }] },
      ],
    });
    const { body: edited } = await playground.bot.patch<Message>(`${path}/${body.id}`, { flags: 0 });
    expect(edited.flags & LAYOUT).toBe(LAYOUT);
    expect(edited.components).toEqual(body.components);
  });

  it('mentions whom its texts mention', async () => {
    const id = playground.userId('bob');
    const { body } = await send([{ type: 17, components: [text(`Hello <@${id}>`)] }]);
    expect(body.mentions).toMatchObject([{ id }]);
    const { body: edited } = await playground.bot.patch<Message>(`${path}/${body.id}`, { components: [text('Bye')] });
    expect(edited.mentions).toEqual([]);
  });

  it('shows its files in place of the list of attachments, as long as they are there', async () => {
    const payload = { flags: LAYOUT, components: [file('attachment://a.png'), gallery('attachment://a.png')] };
    const { body } = await playground.bot.upload<Message>('POST', path, payload, [upload('a.png')]);
    expect(body.attachments).toEqual([]);
    const [shown] = body.components as unknown as { file: { url: string; attachment_id: string }; name: string }[];
    expect(shown).toMatchObject({ name: 'a.png', size: PNG.length, spoiler: false });
    expect((await fetch(shown?.file.url ?? '')).status).toBe(200);
    const dropped = playground.bot.patch(`${path}/${body.id}`, { attachments: [] });
    expect(await refusal(dropped)).toEqual([400, 50035]);
    const kept = { attachments: [{ id: shown?.file.attachment_id }], components: [file('attachment://a.png')] };
    expect((await playground.bot.patch(`${path}/${body.id}`, kept)).status).toBe(200);
    const replaced = { attachments: [{ id: 0 }], components: [file('attachment://b.png')] };
    const answer = await playground.bot.upload<Message>('PATCH', `${path}/${body.id}`, replaced, [upload('b.png')]);
    expect(answer.body.components).toMatchObject([{ type: 13, name: 'b.png' }]);
  });

  it('lists files that it does not show', async () => {
    const payload = { flags: LAYOUT, components: [text('No file here')] };
    const { body } = await playground.bot.upload<Message>('POST', path, payload, [upload('a.png')]);
    expect(body.attachments).toMatchObject([{ filename: 'a.png' }]);
  });

  it('takes the place of a plain message only when that is emptied, and stays one', async () => {
    const { body: plain } = await playground.bot.post<Message>(path, { content: 'Plain', embeds: [{ title: 'T' }] });
    const edit = (body: object) => playground.bot.patch<Message>(`${path}/${plain.id}`, body);
    const layout = { flags: LAYOUT, components: [text('Layout')] };
    expect(await refusal(edit(layout))).toEqual([400, 50035]);
    expect(await refusal(edit({ ...layout, content: null }))).toEqual([400, 50035]);
    const { body } = await edit({ ...layout, content: null, embeds: [] });
    expect(body).toMatchObject({ content: '', components: [{ content: 'Layout' }] });
    expect(await refusal(edit({ flags: 0, content: 'Plain again' }))).toEqual([400, 50035]);
  });

  const forty = Array.from({ length: 40 }, () => text('x'));
  it('takes 40 components and 4,000 characters', async () => {
    expect((await send(forty)).status).toBe(200);
    expect((await send([text('ä'.repeat(2000)), { type: 17, components: [text('😀'.repeat(2000))] }])).status).toBe(
      200,
    );
  });

  const inContainer = (...components: object[]) => [{ type: 17, components }];
  it.each<[string, unknown[], object?]>([
    ['41 components', [...forty, text('x')]],
    ['41 components, counted with those inside', inContainer(...forty)],
    ['4,001 characters', [text('x'.repeat(4000)), text('x')]],
    ['content beside it', [text('x')], { content: 'x' }],
    ['embeds beside it', [text('x')], { embeds: [{ title: 'x' }] }],
    ['a poll beside it', [text('x')], { poll: { question: { text: '?' }, answers: [{ poll_media: { text: 'a' } }] } }],
    ['a sticker beside it', [text('x')], { sticker_ids: ['749054660769218631'] }],
    ['a section without an accessory', [{ type: 9, components: [text('x')] }]],
    ['a section of four texts', [{ type: 9, components: [1, 2, 3, 4].map(() => text('x')), accessory: button('a') }]],
    ['a select as accessory', [{ type: 9, components: [text('x')], accessory: { type: 5, custom_id: 'a' } }]],
    ['an empty gallery', [gallery()]],
    ['a gallery of eleven', [gallery(...Array.from({ length: 11 }, () => 'https://example.com/a.png'))]],
    [
      'a description of 1,025 characters',
      [{ type: 12, items: [{ media: { url: 'https://a.b/c' }, description: 'x'.repeat(1025) }] }],
    ],
    ['a file from elsewhere', [file('https://example.com/a.png')]],
    ['a file that is not there', [file('attachment://a.png')]],
    ['a picture that is not there', inContainer(gallery('https://example.com/a.png', 'attachment://b.png'))],
    ['a container in a container', inContainer({ type: 17, components: [text('x')] })],
    ['an empty container', inContainer()],
    ['one id twice', [text('x', { id: 5 }), { type: 14, id: 5 }]],
    ['one custom id twice', [row(button('a')), ...inContainer(row(button('a')))]],
    ['a premium button with a label', [row({ type: 2, style: 6, sku_id: '1', label: 'x' })]],
    ['a link of 513 characters', [row({ type: 2, style: 5, label: 'x', url: `https://a.b/${'x'.repeat(501)}` })]],
    [
      'a menu of more than it has',
      [row({ type: 3, custom_id: 'a', max_values: 2, options: [{ label: 'a', value: 'a' }] })],
    ],
    ['a menu of at least more than at most', [row({ type: 5, custom_id: 'a', min_values: 3, max_values: 2 })]],
    ['a channel chosen as user', [row({ type: 5, custom_id: 'a', default_values: [{ id: '1', type: 'channel' }] })]],
    [
      'more chosen than may be',
      [row({ type: 8, custom_id: 'a', default_values: ['1', '2'].map((id) => ({ id, type: 'channel' })) })],
    ],
  ])('is refused with %s', async (_what, components, more) => {
    expect(await refusal(send(components, more))).toEqual([400, 50035]);
  });

  it('is refused in a message without the flag', async () => {
    expect(await refusal(playground.bot.post(path, { content: 'x', components: [text('x')] }))).toEqual([400, 50035]);
  });
});

describe('components of webhooks', () => {
  const layout = (...components: object[]) => ({ flags: LAYOUT, components });
  const make = async (owner: Playground['bot']): Promise<string> => {
    const { body } = await owner.post<{ id: string; token: string }>(path.replace('messages', 'webhooks'), {
      name: 'Herald',
    });
    return `/webhooks/${body.id}/${body.token}`;
  };

  it('are shown but not used where no application owns the webhook', async () => {
    const { anonymous, olivia } = playground;
    const webhook = await make(olivia);
    const content = { content: 'x', components: [row(button('a'))] };
    const { body: ignored } = await anonymous.post<Message>(`${webhook}?wait=true`, content);
    expect(ignored.components).toEqual([]);
    const asked = `${webhook}?wait=true&with_components=true`;
    expect((await anonymous.post<Message>(asked, layout(text('x')))).body.components).toHaveLength(1);
    const link = { type: 2, style: 5, label: 'x', url: 'https://example.com' };
    expect((await anonymous.post<Message>(asked, { content: 'x', components: [row(link)] })).status).toBe(200);
    expect(await refusal(anonymous.post(asked, content))).toEqual([400, 50035]);
    const hidden = layout({ type: 17, components: [{ type: 9, components: [text('x')], accessory: button('a') }] });
    expect(await refusal(anonymous.post(asked, hidden))).toEqual([400, 50035]);
  });

  it('work where an application owns it', async () => {
    const webhook = await make(playground.bot);
    const answer = await playground.anonymous.post<Message>(`${webhook}?wait=true`, layout(row(button('a'))));
    expect(answer.body).toMatchObject({ application_id: playground.botUserId, components: [{ type: 1 }] });
  });
});
