import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { hasEnded } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { storedTurn } from '../../../testing/stored.ts';

const bot = sharedBot();
const timeoutMs = 20_000;
const mention = () => `<@${bot.app.discord.self.userId}>`;

/** Asks, and resolves to the question when it is answered. */
async function asks(room: string, words: string): Promise<APIMessage> {
  const question = await bot.alice.says(room, `${mention()} ${words}`);
  const isAnswer = (message: APIMessage) => message.message_reference?.message_id === question.id && hasEnded(message);
  await bot.alice.sees((message) => isAnswer(message) && message.content === 'Noted.', { timeoutMs });
  return question;
}

/** Discord does not tell the bot of the next events of these names, and then has it open a new session. */
const untold = (...events: string[]) =>
  events.forEach((event) => bot.emulator.core.faults.add({ match: { event }, times: 1, answer: { drop: true } }));

async function losesSession(): Promise<void> {
  const body = JSON.stringify({ action: 'invalid_session', resumable: false });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${bot.emulator.origin}/_control/gateway`, { method: 'POST', headers, body });
}

const known = (words: string) => JSON.stringify(bot.providers.requests.at(-1)?.body).includes(words);

describe('after a lost session', { timeout: 60_000 }, () => {
  it('the history has the edits and deletions that the bot missed', async () => {
    const room = await bot.newChannel();
    bot.providers.answerByDefault({ text: 'Noted.' });
    await asks(room, 'first');
    const regretted = await asks(room, 'something to regret');
    const remark = await bot.bob.says(room, 'a remark to regret');
    const misspelt = await bot.bob.says(room, 'a speling mistake');
    await bot.idle();
    untold('MESSAGE_DELETE', 'MESSAGE_DELETE', 'MESSAGE_UPDATE');
    await bot.alice.deletes(regretted);
    await bot.bob.deletes(remark);
    await bot.bob.edits(misspelt, 'a spelling mistake');
    await losesSession();
    await expect.poll(() => storedTurn(bot, regretted), { timeout: timeoutMs }).toBeUndefined();
    await bot.idle();
    await asks(room, 'what do you know?');
    expect(known('first')).toBe(true);
    expect(known('a spelling mistake')).toBe(true);
    for (const gone of ['something to regret', 'a remark to regret', 'a speling']) expect(known(gone)).toBe(false);
  });
});
