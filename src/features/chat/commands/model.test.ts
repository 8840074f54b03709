import { MessageFlags } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { createAsking } from '../../../testing/asking.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const bot = sharedBot({ paced: false, otherModels: ['other-model', 'third-model'] });
const { asks } = createAsking(() => bot);

/** What the person alone is told. */
async function told(person: Person, room: string, options: Record<string, string>): Promise<string> {
  await person.runs('model', options, { in: room });
  const { content } = await person.sees(({ flags }) => ((flags ?? 0) & MessageFlags.Ephemeral) !== 0, { in: room });
  return content;
}

const answering = async (person: Person, room: string) => {
  await asks(person, 'who answers?', { text: 'I do.' }, { in: room });
  return bot.providers.requests.at(-1)?.model;
};

it('/model here is for everyone in the conversation, everywhere for oneself, and the reply says which applies', async () => {
  const room = await bot.newChannel();
  expect(await told(bot.alice, room, { name: 'fake/other-model', where: 'here' })).toContain('Only moderators');
  expect(await told(bot.milo, room, { name: 'fake/other-model', where: 'here' })).toMatch(
    /\*\*fake\/other-model\*\* now answers everyone in this conversation/,
  );
  expect(await answering(bot.alice, room)).toBe('other-model');
  expect(await told(bot.alice, room, { name: 'fake/third-model', where: 'everywhere' })).toBe(
    '**fake/third-model** now answers you, everywhere. But here another setting applies: ' +
      '**fake/other-model** answers you here (this conversation).',
  );
  expect(await answering(bot.alice, room)).toBe('other-model');
  expect(await answering(bot.alice, await bot.newChannel())).toBe('third-model');
  expect(await told(bot.milo, room, { name: 'default', where: 'here' })).toBe(
    'This conversation no longer has a model of its own. **fake/test-model** answers you here (my default).',
  );
  expect(await told(bot.alice, room, {})).toBe('**fake/third-model** answers you here (you).');
  expect(await answering(bot.alice, room)).toBe('third-model');
  expect(await told(bot.alice, room, { name: 'default' })).toBe(
    'You no longer have a model of your own. **fake/test-model** answers you here (my default).',
  );
});
