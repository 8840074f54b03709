import { expect, it } from 'vitest';
import type { APIMessage } from 'discord-api-types/v10';
import { button, buttons } from '../../testing/components.ts';
import { noisePng } from '../../testing/pictures.ts';
import { sharedBot } from '../../testing/shared-bot.ts';
import { painter } from '../../testing/bot.ts';

const bot = sharedBot({
  paced: false,
  otherModels: [painter],
  yaml: `
prices: { images: { models: { fake/painter: { default: 0.02 } } } }
features:
  images:
    channels: [art]
    demo: true
    maxImageMb: 1
    model: demo/painter
    prefixes: { '!': { model: demo/painter, size: 256x256 }, '?': { model: fake/painter } }
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, imagesPerDay: null }
`,
});
type Person = typeof bot.alice;

const isImage = (message: APIMessage): boolean => message.attachments.length > 0;
async function answer(person: Person, text: string, replyTo?: APIMessage): Promise<APIMessage> {
  const asked = await person.says('#art', text, { ...(replyTo && { replyTo }) });
  return person.sees((message) => isImage(message) && message.message_reference?.message_id === asked.id, {
    timeoutMs: 30_000,
  });
}
const isCaptioned = ({ attachments: [one] }: APIMessage): boolean => (one?.height ?? 0) > (one?.width ?? 0);

it('makes GIFs and zooms of the pictures without the captions below them', async () => {
  const first = await answer(bot.alice, '!a castle');
  const second = await answer(bot.alice, '!a moat', first);
  expect([isCaptioned(first), isCaptioned(second)]).toEqual([true, true]);
  await bot.idle();
  const chain = await answer(bot.alice, 'gif', second);
  expect(chain.content).toContain('2 images, 256 × 256');

  await bot.bob.presses(second, button(second, '⋯'));
  const more = await bot.bob.sees((message) => buttons(message).some(({ label }) => label === 'Zoom out 2×'));
  await bot.bob.presses(more, button(more, 'Zoom out 2×'));
  const wider = await bot.bob.sees((message) => isImage(message) && message.content.includes(': a moat'), {
    in: '#art',
  });
  await bot.idle();
  const whole = await answer(bot.bob, 'gif', wider);
  await bot.bob.presses(whole, button(whole, 'Infinite zoom'));
  await bot.bob.sees(/Zoom through 2 images, 256 × 256/, { in: '#art', timeoutMs: 30_000 });
});

it('cuts the captions off pictures that were not kept', async () => {
  const draw = async (replyTo?: APIMessage): Promise<APIMessage> => {
    const large = { created: 1, data: [{ b64_json: noisePng(640, 640).toString('base64') }] };
    bot.providers.abilities.answer('images/generations', { json: large });
    return answer(bot.milo, '?grey noise', replyTo);
  };
  const second = await draw(await draw());
  expect(second.content).toContain('Shown but not stored');
  expect(isCaptioned(second)).toBe(true);
  await bot.idle();
  const chain = await answer(bot.milo, 'gif', second);
  expect(chain.content).toContain('2 images, 640 × 640');
});
