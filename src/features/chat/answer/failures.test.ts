import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { App } from '../../../app/app.ts';
import { button, buttons, hasEnded } from '../../../testing/components.ts';
import { startTestBot } from '../../../testing/bot.ts';
import { jobCount } from '../../../testing/stored.ts';
import { openHolds } from '../../../testing/billing.ts';

describe('a provider that does not answer', () => {
  it.each([
    ['429', { status: 429 }, 'is getting more questions than its provider allows'],
    ['401', { status: 401 }, "doesn't accept my key"],
    ['503', { status: 503 }, 'overloaded'],
    ['an empty answer', { text: '' }, 'sent an empty answer'],
  ])('(%s) is named with its reason and a Retry button', async (_, answer, words) => {
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

  it.each([503, 429])('with %i and a long pause says when it can be asked again', async (status) => {
    const bot = await startTestBot();
    try {
      bot.providers.answer('hello', { status, headers: { 'retry-after': '1800' } });
      const before = Date.now();
      await bot.alice.says('#general', `<@${bot.app.discord.self.userId}> hello`);
      const words = /Try again at <t:(\d+):T>/;
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

  it('but sends something else is told to do so, each thing by its name', async () => {
    const sent = [
      {
        status: 403,
        body: '<!DOCTYPE html><title>Just a moment...</title>',
        words: 'its address answers with a web page',
      },
      { status: 200, body: '<html>Sign in</html>', words: 'its address answers with a web page' },
      { status: 200, body: 'hello there', words: "I can't read what" },
      { status: 200, body: '', words: 'sent an empty answer' },
      { status: 307, body: '', words: 'its address leads to another one' },
      {
        status: 200,
        body: '{"error":"model \\"m\\" not found, try pulling it first"}',
        words: "doesn't exist any more",
      },
    ];
    let next = sent[0];
    const server = createServer((request, response) => {
      request.resume();
      const headers = next?.status === 307 ? { location: 'https://elsewhere.example/' } : {};
      response.writeHead(next?.status ?? 500, headers).end(next?.body);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const odd = `{ type: openai-compatible, baseUrl: 'http://127.0.0.1:${port}/v1', models: [{ name: m }], apiKeys: [k-odd-1] }`;
    const yaml = `queue: { maxAttempts: 1 }\nproviders: { odd: ${odd} }\nmodels: { default: odd/m }\n`;
    const bot = await startTestBot({ yaml });
    try {
      // What a channel may be sent in a second is limited.
      for (const [index, answer] of sent.entries()) {
        next = answer;
        const { words } = answer;
        const room = ['#general', '#memes', '#art'][index % 3] ?? '';
        const question = await bot.alice.says(room, `<@${bot.app.discord.self.userId}> hello`);
        await bot.alice.sees(
          (message) => message.message_reference?.message_id === question.id && message.content.includes(words),
        );
      }
    } finally {
      await bot.close();
      server.closeAllConnections();
      server.close();
    }
  });

  it('is retried before the asker is told', async () => {
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

  it('can be stopped between retries', async () => {
    const bot = await startTestBot();
    try {
      bot.providers.answer('hello', { text: 'One two three four five six.', cutAfterChunks: 2 });
      await bot.alice.says('#general', `<@${bot.app.discord.self.userId}> hello`);
      const waiting = await bot.alice.sees((message) => message.author.bot === true && buttons(message).length > 0);
      await expect.poll(() => jobCount(bot, 'waiting'), { interval: 5, timeout: 5000 }).toBe(1);
      await bot.alice.presses(waiting, button(waiting, 'Stop'));
      const stopped = await bot.alice.sees(/Stopped\./);
      expect(stopped.id).toBe(waiting.id);
      expect(hasEnded(stopped)).toBe(true);
      await bot.idle();
      expect(await openHolds(bot.database.postgres)).toEqual([]);
    } finally {
      await bot.close();
    }
  });

  it('that was down at the start is asked when it is back', async () => {
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

describe('an answer whose worker crashes every time', () => {
  it('says so with a Retry button, and asks no model again', async () => {
    const yaml = 'queue: { maxAttempts: 1 }\n';
    const bot = await startTestBot({ yaml, roles: { gateway: true, queues: [], api: true } });
    const workers: App[] = [];
    try {
      const isAnswer = (message: APIMessage) => message.message_reference?.message_id === question.id;
      bot.providers.answer('hello', { hang: true, times: 3 });
      const question = await bot.alice.says('#general', `<@${bot.app.discord.self.userId}> hello`);
      // A worker that starts under the name of another takes its jobs: the other must have died.
      for (let lives = 1; lives <= 4; lives += 1) {
        workers.push(await bot.another({ gateway: false, queues: ['text'], api: false }));
        await bot.providers.requested(() => bot.providers.requests.length === Math.min(lives, 3));
      }
      const told = await bot.alice.sees(
        (message) => isAnswer(message) && message.content.includes('I crashed each time'),
      );
      expect(buttons(told).map(({ label }) => label)).toEqual(['Retry', 'Another model']);
      await expect.poll(() => jobCount(bot, 'dead'), { timeout: 5000 }).toBe(1);
      expect(bot.providers.requests).toHaveLength(3);
      bot.providers.answer('hello', { text: 'Hello at last.' });
      await bot.alice.presses(told, button(told, 'Retry'));
      expect(await bot.alice.sees('Hello at last.')).toMatchObject({ id: told.id });
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
      await bot.close();
    }
  });
});

describe('a bot that was offline', () => {
  it('answers questions of that time once', async () => {
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

  it('answers questions from before an invalid session', async () => {
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
