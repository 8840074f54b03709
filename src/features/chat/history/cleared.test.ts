import { expect, it } from 'vitest';
import type { Announcement } from '../../../../emulator/contract.ts';
import { clears } from '../../../testing/clears.ts';
import { createAsking } from '../../../testing/asking.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const bot = sharedBot();
const { asks } = createAsking(() => bot);

it('a question that was cleared does not come back when Discord delivers it once more after a restart', async () => {
  const delivered: Announcement[] = [];
  bot.emulator.core.bus.subscribe((announcement) => {
    if (announcement.t === 'MESSAGE_CREATE') delivered.push(announcement);
  });
  const room = await bot.newChannel();
  const { question } = await asks(bot.alice, 'what is cleared', { text: 'Cleared.' }, { in: room });
  await clears(bot.alice, {}, { in: room });
  await bot.idle();
  await bot.stop();
  await bot.start();
  const again = delivered.find(({ d }) => (d as { id: string }).id === question.id);
  if (!again) throw new Error('The question was not delivered.');
  bot.emulator.core.bus.announce(again);
  await asks(bot.bob, 'what is left', { text: 'Nothing.' }, { in: room });
  expect(bot.providers.requests).toHaveLength(2);
  expect(JSON.stringify(bot.providers.requests.at(-1)?.body)).not.toContain('what is cleared');
});
