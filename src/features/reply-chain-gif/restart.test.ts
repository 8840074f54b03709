import { expect, it } from 'vitest';
import { startTestBot } from '../../testing/bot.ts';
import { noisePng } from '../../testing/pictures.ts';

const yaml = 'features: { images: { channels: [art] } }';

it('makes a GIF in the next process when the one that took the message has ended', async () => {
  const bot = await startTestBot({ yaml, paced: false, roles: { gateway: true, queues: [], api: false } });
  try {
    const files = [1, 2].map((number) => ({ name: `${number}.png`, data: noisePng(8, 8), type: 'image/png' }));
    const first = await bot.alice.says('#art', 'look', { files });
    const asked = await bot.alice.says('#art', 'gif', { replyTo: first });
    await bot.alice.hears<{ message_id: string }>('MESSAGE_REACTION_ADD', (data) => data.message_id === asked.id);
    await bot.stop();
    const worker = await bot.another({ gateway: false, queues: ['reply-chain-gif/gifs'], api: false });
    await bot.alice.sees(({ attachments }) => attachments[0]?.filename === 'reply-chain.gif', {
      timeoutMs: 30_000,
    });
    await worker.stop();
    const answers = (await bot.alice.messages('#art')).filter((message) => message.author.bot);
    expect(answers.map((message) => message.message_reference?.message_id)).toEqual([asked.id]);
  } finally {
    await bot.close();
  }
});
