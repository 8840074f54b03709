import { expect, it } from 'vitest';
import type { APIMessage } from 'discord-api-types/v10';
import { longTests, tellCases } from '../../../testing/long.ts';
import { sharedBilling, sharedBot } from '../../../testing/shared-bot.ts';
import { painter } from '../../../testing/bot.ts';

const requests = longTests() ? 200 : 40;
const mostImages = 10;

const bot = sharedBot({
  paced: false,
  otherModels: [painter],
  yaml: `
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, imagesPerDay: ${mostImages} }
features:
  images:
    channels: [art, memes, general]
    caption: false
    prefixes: { '!': { model: fake/painter, size: 64x64 } }
`,
});
sharedBilling(bot);

const isImage = (message: APIMessage): boolean => message.attachments.length > 0;

it(
  `draws exactly ${mostImages} of ${requests} images that a member asks for at once`,
  { timeout: 120_000 },
  async () => {
    const asking = Array.from({ length: requests }, (_, index) =>
      bot.alice.says(['#art', '#memes', '#general'][index % 3] ?? '#art', `!cat ${index}`),
    );
    await Promise.all(asking);
    await bot.idle();
    const channels = ['art', 'memes', 'general'];
    const shown = (await Promise.all(channels.map((channel) => bot.alice.messages(channel, 100)))).flat();
    expect(shown.filter(isImage)).toHaveLength(mostImages);
    expect(bot.providers.abilities.requests).toHaveLength(mostImages);
    // Nothing of what was refused still counts, and nothing more is left.
    await bot.alice.says('#art', '!one more');
    await bot.idle();
    expect(bot.providers.abilities.requests).toHaveLength(mostImages);
    const asked = await bot.bob.says('#art', '!a dog');
    const own = await bot.bob.sees(
      (message) => isImage(message) && message.message_reference?.message_id === asked.id,
      { timeoutMs: 30_000 },
    );
    expect(own.content).toContain(`Daily 1/${mostImages}`);
    tellCases('images-races', requests);
  },
);
