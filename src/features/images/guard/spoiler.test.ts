import { AttachmentFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { noisePng } from '../../../testing/pictures.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const bot = sharedBot({
  paced: false,
  testModel: { tools: true },
  yaml: `
features:
  images: { channels: [art], demo: true }
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null, imagesPerDay: 100 }
`,
});

const patiently = { timeoutMs: 30_000 };
const isImage = (message: APIMessage): boolean => message.attachments.length > 0;
const isHidden = (message: APIMessage): boolean =>
  ((message.attachments[0]?.flags ?? 0) & AttachmentFlags.IsSpoiler) !== 0;
async function draws(text: string, replyTo?: APIMessage): Promise<APIMessage> {
  const asked = await bot.alice.says('#art', text, { ...(replyTo && { replyTo }) });
  const shown = await bot.alice.sees(
    (message) => isImage(message) && message.message_reference?.message_id === asked.id,
    patiently,
  );
  // What it leads to is stored once it is shown.
  await bot.idle();
  return shown;
}

it('hides what is made of a hidden image by a reply, a menu or a GIF', async () => {
  const first = await draws('!a secret castle --spoiler --size 128x128');
  expect(isHidden(first)).toBe(true);
  const zoomed = await draws('zoom out', first);
  expect(isHidden(zoomed)).toBe(true);
  expect(isHidden(await draws('edit: make it snow', zoomed))).toBe(true);
  expect(isHidden(await draws('gif', first))).toBe(true);
  await bot.alice.picks('Upscale image', first);
  const upscaled = (message: APIMessage) => isImage(message) && message.attachments[0]?.width === 256;
  expect(isHidden(await bot.alice.sees(upscaled, patiently))).toBe(true);
});

it('hides what is made of a hidden image of a member, and only that', async () => {
  const file = (name: string) => ({ name, data: noisePng(32, 32), type: 'image/png' });
  const secret = await bot.bob.says('#art', 'look', { files: [file('SPOILER_mine.png')] });
  expect(isHidden(await draws('edit: make it blue', secret))).toBe(true);
  const open = await bot.bob.says('#art', 'look', { files: [file('mine.png')] });
  expect(isHidden(await draws('edit: make it blue', open))).toBe(false);
});

it('hides what a conversation makes of a hidden image, and only that', async () => {
  const file = (name: string) => ({ name, data: noisePng(32, 32), type: 'image/png' });
  const call = { name: 'edit_image', input: JSON.stringify({ change: 'make it blue' }) };
  const edits = async (
    words: string,
    { files = [], replyTo }: { files?: ReturnType<typeof file>[]; replyTo?: APIMessage },
  ) => {
    bot.providers.answer(new RegExp(words), { calls: [call] });
    const question = `<@${bot.app.discord.self.userId}> ${words}`;
    const asked = await bot.alice.says('#art', question, { files, ...(replyTo && { replyTo }) });
    const isAnswer = (message: APIMessage) => isImage(message) && message.message_reference?.message_id === asked.id;
    return bot.alice.sees(isAnswer, patiently);
  };
  expect(isHidden(await edits('make this blue', { files: [file('SPOILER_mine.png')] }))).toBe(true);
  expect(isHidden(await edits('make that blue', { files: [file('mine.png')] }))).toBe(false);
  const secret = await draws('!a secret moat --spoiler --size 128x128');
  expect(isHidden(await edits('make the moat blue', { replyTo: secret }))).toBe(true);
});
