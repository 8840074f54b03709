import { describe, expect, it } from 'vitest';
import type { Announcement } from '../../../../emulator/contract.ts';
import { createAsking } from '../../../testing/asking.ts';
import { buttons } from '../../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';

const prices = 'prices: { models: { fake/test-model: { inputPerMillion: 10, outputPerMillion: 20 } } }\n';
const bot = sharedBot({ yaml: `${prices}queue: { maxAttempts: 1 }\n` });
const billing = sharedBilling(bot);
const { asks, presses, screen } = createAsking(() => bot);

/** What the bot was told of presses, to tell it once more as a session does that is resumed after a crash. */
function pressesDelivered(): Announcement[] {
  const delivered: Announcement[] = [];
  bot.emulator.core.bus.subscribe((announcement) => {
    if (announcement.t === 'INTERACTION_CREATE') delivered.push(announcement);
  });
  return delivered;
}

/** Resolves when the bot has heard them and done what it does about them. */
async function deliverAgain(delivered: readonly Announcement[]): Promise<void> {
  for (const press of [...delivered]) bot.emulator.core.bus.announce(press);
  await asks(bot.bob, 'and then', { text: 'Then this.' });
}

const askedFor = (words: string) => bot.providers.requests.filter(({ userText }) => userText.includes(words)).length;

describe('a press that is delivered once more', () => {
  it('writes and costs no other version', async () => {
    const delivered = pressesDelivered();
    const asked = await asks(bot.alice, 'a number', { text: 'Four.' });
    bot.providers.answer('a number', { text: 'Seven.' });
    await presses(bot.alice, asked.shown, 'Regenerate');
    await bot.idle();
    const before = await billing.paid(bot.alice);
    await deliverAgain(delivered);
    const [shown] = await screen(asked);
    expect(shown && buttons(shown).map(({ label }) => label)).toEqual(['Regenerate', '◀', '2/2 ▶', '⋯']);
    expect(askedFor('a number')).toBe(2);
    expect(await billing.paid(bot.alice)).toEqual(before);
  });

  it('does not try again what failed again', async () => {
    const delivered = pressesDelivered();
    const asked = await asks(bot.alice, 'a word', { status: 400, text: 'no' });
    bot.providers.answer('a word', { status: 400, text: 'no' });
    await presses(bot.alice, asked.shown, 'Retry');
    await bot.idle();
    await deliverAgain(delivered);
    expect(askedFor('a word')).toBe(2);
  });
});
