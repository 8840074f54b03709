import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { systemIds } from '../../kernel/ids.ts';
import { button, buttons, hasEnded } from '../../testing/components.ts';
import { startTestBot } from '../../testing/bot.ts';

describe('a provider that does not answer', () => {
  it.each([
    ['429', { status: 429 }, 'gets more questions than its provider allows'],
    ['401', { status: 401 }, 'does not accept my key'],
    ['503', { status: 503 }, 'overloaded'],
    ['an empty answer', { text: '' }, 'finished without saying anything'],
  ])('(%s) is named with its reason, and the question can be asked again', async (_, answer, words) => {
    const bot = await startTestBot({ yaml: 'queue: { maxAttempts: 1 }\n' });
    try {
      bot.providers.answer('hello', answer);
      const question = await bot.alice.says('#general', `<@${bot.app.discord.self.userId}> hello`);
      const failed = await bot.alice.sees(
        (message) => message.message_reference?.message_id === question.id && message.content.includes(words),
      );
      expect(buttons(failed).map(({ label }) => label)).toEqual(['Retry', 'Another model']);
    } finally {
      await bot.close();
    }
  });

  it.each([
    ['a long pause', { status: 429, headers: { 'retry-after': '1800' } }, /can be asked again <t:(\d+):R>/],
    [
      'a long pause when it is overloaded',
      { status: 503, headers: { 'retry-after': '1800' } },
      /can be asked again <t:(\d+):R>/,
    ],
  ])('(%s) says when it can be asked again, and is asked no more', async (_, answer, words) => {
    const bot = await startTestBot();
    try {
      bot.providers.answer('hello', answer);
      const before = Date.now();
      await bot.alice.says('#general', `<@${bot.app.discord.self.userId}> hello`);
      const failed = await bot.alice.sees(words);
      expect(failed.content).not.toContain('in a minute');
      const at = Number(words.exec(failed.content)?.[1]) * 1000;
      expect(at).toBeGreaterThan(before + 1_700_000);
      expect(at).toBeLessThan(Date.now() + 1_802_000);
      expect(bot.providers.requests).toHaveLength(1);
    } finally {
      await bot.close();
    }
  });

  it.each([
    ['a page of a wall', '<!DOCTYPE html><title>Just a moment...</title>', 403, 'answered with a web page'],
    ['a page', '<html>Sign in</html>', 200, 'answered with a web page'],
    ['words', 'hello there', 200, "something that is no model's answer"],
    ['nothing', '', 200, 'finished without saying anything'],
    ['a redirect', '', 307, 'sends me on to another one'],
    ['a missing model', '{"error":"model \\"m\\" not found, try pulling it first"}', 200, 'does not know'],
  ])('(%s in place of an answer) is called what it is', async (_, body, status, words) => {
    const server = createServer((request, response) => {
      request.resume();
      const headers = status === 307 ? { location: 'https://elsewhere.example/' } : {};
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const yaml = `queue: { maxAttempts: 1 }\nproviders: { odd: { type: openai-compatible, baseUrl: 'http://127.0.0.1:${port}/v1', models: [{ name: m }], apiKeys: [k-odd-1] } }\nmodels: { default: odd/m }\n`;
    const bot = await startTestBot({ yaml });
    try {
      await bot.alice.says('#general', `<@${bot.app.discord.self.userId}> hello`);
      await bot.alice.sees(new RegExp(words));
    } finally {
      await bot.close();
      server.closeAllConnections();
      server.close();
    }
  });

  it('is tried again by itself before anybody is told', async () => {
    const bot = await startTestBot();
    try {
      bot.providers.answer('hello', { status: 503 });
      bot.providers.answer('hello', { text: 'Hello at last.' });
      await bot.alice.says('#general', `<@${bot.app.discord.self.userId}> hello`);
      await bot.alice.sees('Hello at last.', { timeoutMs: 15_000 });
      expect((await bot.alice.messages('#general')).filter((message) => message.author.bot)).toHaveLength(1);
    } finally {
      await bot.close();
    }
  });

  it('can be stopped while it is waited for', async () => {
    const bot = await startTestBot();
    try {
      bot.providers.answer('hello', { text: 'One two three four five six.', cutAfterChunks: 2 });
      await bot.alice.says('#general', `<@${bot.app.discord.self.userId}> hello`);
      const waiting = await bot.alice.sees((message) => message.author.bot === true && buttons(message).length > 0);
      const { db } = bot.database.postgres;
      for (let state = ''; state !== 'waiting';) {
        state = (await db.selectFrom('queue_job').select('state').executeTakeFirstOrThrow()).state;
      }
      await bot.alice.presses(waiting, button(waiting, 'Stop'));
      const stopped = await bot.alice.sees(/Stopped\./);
      expect(stopped.id).toBe(waiting.id);
      expect(hasEnded(stopped)).toBe(true);
      await bot.idle();
      const holds = await db.selectFrom('ledger_hold').select('state').execute();
      expect(holds.map(({ state }) => state)).not.toContain('open');
    } finally {
      await bot.close();
    }
  });

  it('that was away at the start is asked when it is back', async () => {
    const bot = await startTestBot({ yaml: 'queue: { maxAttempts: 1 }\n', start: false });
    try {
      bot.providers.models.openai.length = 0;
      await bot.start();
      bot.providers.answer('hello', { text: 'Here I am.' });
      await bot.alice.says('#general', `<@${bot.app.discord.self.userId}> hello`);
      await bot.alice.sees('Here I am.');
    } finally {
      await bot.close();
    }
  });
});

describe('an answer whose worker was lost in every run', () => {
  it('says so, asks no model again, and can be asked again', async () => {
    const bot = await startTestBot({ yaml: 'queue: { maxAttempts: 1 }\n' });
    try {
      const isAnswer = (message: APIMessage) => message.message_reference?.message_id === question.id;
      bot.providers.answer('hello', { text: 'Hello, once.' });
      const question = await bot.alice.says('#general', `<@${bot.app.discord.self.userId}> hello`);
      await bot.alice.sees('Hello, once.');
      await bot.idle();
      const { db } = bot.database.postgres;
      await db.updateTable('chat_answer').set({ state: 'waiting', error_code: null }).execute();
      const lost = {
        state: 'active',
        attempt: 3,
        boot_id: systemIds.uuid(),
        lease_until_ms: 0,
        ended_at_ms: null,
      } as const;
      await db.updateTable('queue_job').set(lost).execute();
      const told = await bot.alice.sees((message) => isAnswer(message) && message.content.includes('broke down'));
      expect(buttons(told).map(({ label }) => label)).toEqual(['Retry', 'Another model']);
      await bot.idle();
      expect(await db.selectFrom('queue_job').select(['state', 'error']).execute()).toEqual([
        { state: 'dead', error: 'worker lost' },
      ]);
      expect(bot.providers.requests).toHaveLength(1);
      bot.providers.answer('hello', { text: 'Hello at last.' });
      await bot.alice.presses(told, button(told, 'Retry'));
      expect(await bot.alice.sees('Hello at last.')).toMatchObject({ id: told.id });
    } finally {
      await bot.close();
    }
  });
});

describe('the bot being away', () => {
  it('loses nothing: what was asked meanwhile is answered at its return, once', async () => {
    const bot = await startTestBot();
    try {
      const mention = `<@${bot.app.discord.self.userId}>`;
      bot.providers.answerByDefault({ text: 'Yes.' });
      await bot.alice.says('#general', `${mention} are you there?`);
      await bot.alice.sees('Yes.');
      await bot.stop();
      const asked = [
        await bot.alice.says('#general', `${mention} and now?`),
        await bot.bob.says('#memes', `${mention} hello?`),
      ];
      await bot.start();
      for (const question of asked) {
        await bot.alice.sees((message) => message.message_reference?.message_id === question.id);
      }
      await bot.idle();
      await bot.stop();
      await bot.start();
      await bot.idle();
      expect(bot.providers.requests).toHaveLength(3);
    } finally {
      await bot.close();
    }
  });

  it('after an invalid session, too', async () => {
    const bot = await startTestBot();
    try {
      const mention = `<@${bot.app.discord.self.userId}>`;
      bot.providers.answerByDefault({ text: 'Yes.' });
      await bot.alice.says('#general', `${mention} are you there?`);
      await bot.alice.sees('Yes.');
      await bot.idle();
      await bot.stop();
      const question = await bot.alice.says('#art', `${mention} hello?`);
      await fetch(`${bot.emulator.origin}/_control/gateway`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ action: 'invalid_session', resumable: false }),
      });
      await bot.start();
      await bot.alice.sees((message) => message.message_reference?.message_id === question.id);
    } finally {
      await bot.close();
    }
  });
});
