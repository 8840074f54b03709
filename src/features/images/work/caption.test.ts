import { expect, it } from 'vitest';
import { MessageFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { button } from '../../../testing/components.ts';
import { noisePng } from '../../../testing/pictures.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { painter } from '../../../testing/bot.ts';
import { readZip } from '../../../testing/zip.ts';

const bot = sharedBot({
  paced: false,
  otherModels: [painter],
  yaml: `
prices: { images: { models: { fake/painter: { default: 0.02 } } } }
features:
  images:
    channels: [art]
    prefixes: { '!': { model: fake/painter, size: 64x64 }, 'edit:': { model: fake/painter, mode: edit } }
    maxImageMb: 1
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, imagesPerDay: null }
`,
});
type Person = typeof bot.alice;

const isImage = (message: APIMessage): boolean => message.attachments.length > 0;
async function draws(person: Person, text: string, replyTo?: APIMessage): Promise<APIMessage> {
  const asked = await person.says('#art', text, { ...(replyTo && { replyTo }) });
  const shown = await person.sees((message) => isImage(message) && message.message_reference?.message_id === asked.id);
  // What it leads to is stored once it is shown.
  await bot.idle();
  return shown;
}
/** Of a PNG, by its header. */
const sizeOf = (png: Buffer | undefined): string =>
  png ? `${png.readUInt32BE(16)} × ${png.readUInt32BE(20)}` : 'nothing';
/** What the provider was sent to edit. */
function edited(): Buffer {
  const [request] = bot.providers.abilities.requests.filter(({ path }) => path === 'images/edits');
  return Buffer.from(request?.files[0]?.bytes ?? []);
}

it('shows the prompt below a picture, and keeps the picture without it', async () => {
  const shown = await draws(bot.alice, '!a cat on a roof');
  expect(shown.content).toContain('painter · 64 × 64 ·');
  expect(shown.attachments).toMatchObject([{ filename: 'image-1.png', width: 64 }]);
  expect(shown.attachments[0]?.height).toBeGreaterThan(64);

  await draws(bot.alice, 'edit: make it blue', shown);
  expect(sizeOf(edited())).toBe('64 × 64');

  await bot.alice.presses(shown, button(shown, '⋯'));
  const more = await bot.alice.sees(/What else/);
  await bot.alice.presses(more, button(more, 'Info'));
  await bot.alice.sees(/\*\*Size:\*\* 64 × 64/);

  await bot.alice.runs('image download');
  const { attachments } = await bot.alice.sees((message) => message.attachments[0]?.filename === 'images.zip');
  const zip = readZip(Buffer.from(await (await fetch(attachments[0]?.url ?? '')).arrayBuffer()));
  const pictures = [...zip].filter(([name]) => name.endsWith('.png'));
  expect(pictures.map(([, bytes]) => sizeOf(bytes))).toContain('64 × 64');
});

it('shows several pictures without it, since their tiles would cut it off', async () => {
  const { attachments } = await draws(bot.alice, '!x2 a cat on a roof');
  expect(attachments.map(({ height }) => height)).toEqual([64, 64]);
});

it('leaves no note behind where the channel shows a pressed image', async () => {
  const shown = await draws(bot.alice, '!a cat on a roof');
  await bot.alice.presses(shown, button(shown, 'Again'));
  const next = await bot.alice.sees(({ id }) => BigInt(id) > BigInt(shown.id));
  expect([next.attachments.length, next.flags]).toEqual([1, MessageFlags.SuppressEmbeds]);
});

it('begins from what Discord shows, without its caption, where a picture was not kept', async () => {
  const large = { created: 1, data: [{ b64_json: noisePng(640, 640).toString('base64') }] };
  bot.providers.abilities.answer('images/generations', { json: large });
  const shown = await draws(bot.bob, '!grey noise');
  expect(shown.content).toContain('Shown but not stored: the file is too large');
  expect(shown.content).toContain('painter · 640 × 640 ·');
  await draws(bot.bob, 'edit: make it blue', shown);
  expect(shown.attachments[0]?.height).toBeGreaterThan(640);
  expect(sizeOf(edited())).toBe('640 × 640');
});
