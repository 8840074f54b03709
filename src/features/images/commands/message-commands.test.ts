import { ComponentType } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { noisePng } from '../../../testing/pictures.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const bot = sharedBot({ paced: false, yaml: 'features: { images: { channels: [art], demo: true } }' });

const isImage = (message: APIMessage): boolean => message.attachments.length > 0;
const file = (name: string, width: number) => ({ name, data: noisePng(width, 16), type: 'image/png' });
const several = /has several images\. Which one/;

/** Chooses in the one menu below a message. */
async function chooses(message: APIMessage, label: string) {
  const row = message.components?.[0];
  const menu = row?.type === ComponentType.ActionRow ? row.components[0] : undefined;
  if (menu?.type !== ComponentType.StringSelect) throw new Error('The message has no menu.');
  const value = menu.options.find((option) => option.label === label)?.value ?? '';
  return bot.alice.selects(message, menu.custom_id, [value]);
}

it('asks which image of several is meant, and takes that one', async () => {
  const files = [
    file('a.png', 16),
    { name: 'b.txt', data: Buffer.from('words'), type: 'text/plain' },
    file('c.png', 24),
  ];
  const said = await bot.bob.says('#art', 'look', { files });

  await bot.alice.picks('Image info', said);
  const asked = await bot.alice.sees(several);
  await chooses(asked, 'Image 2');
  await bot.alice.sees(/24 × 16/);
  await chooses(asked, 'Image 1');
  await bot.alice.sees(/16 × 16/);

  await bot.alice.picks('Upscale image', said);
  await chooses(await bot.alice.sees(several), 'Image 2');
  await bot.alice.sees((message) => isImage(message) && message.attachments[0]?.width === 48, { timeoutMs: 30_000 });

  await bot.alice.picks('Edit image', said);
  const { modal } = await chooses(await bot.alice.sees(several), 'Image 2');
  if (!modal) throw new Error('No form was opened.');
  await bot.alice.submits(modal, { change: 'make it snow' });
  const edited = (message: APIMessage) => isImage(message) && message.content.includes('make it snow');
  const shown = await bot.alice.sees(edited, { timeoutMs: 30_000 });
  expect(shown.attachments).toMatchObject([{ width: 24, height: 16 }]);
});

it('asks for nothing where a message has one image', async () => {
  const files = [{ name: 'b.txt', data: Buffer.from('words'), type: 'text/plain' }, file('c.png', 40)];
  await bot.alice.picks('Image info', await bot.bob.says('#art', 'look', { files }));
  const told = await bot.alice.sees(/40 × 16/);
  expect(told.components).toEqual([]);
});
