import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { findFurtherFeatures } from '../../app/features.ts';
import type { Checkpoint } from '../../kernel/checkpoints.ts';
import { startTestBot } from '../bot.ts';
import { button, buttons } from '../components.ts';
import { longTests } from '../long.ts';
import { freePort, startFamiliar, untilAnswers } from '../processes.ts';
import type { FakeProviders } from '../providers.ts';
import { sharedBot } from '../shared-bot.ts';

const features = await findFurtherFeatures([import.meta.dirname]);
const timeoutMs = 20_000;
const apiKey = 'a-key-of-the-book-that-nobody-knows';
const yaml = ({ openaiBaseUrl }: Pick<FakeProviders, 'openaiBaseUrl'>) => `
models: { default: fake/test-model, findOllama: false }
providers:
  fake:
    type: openai-compatible
    baseUrl: ${openaiBaseUrl}
    apiKeys: [test-key]
    models: [{ name: test-model, contextTokens: 16000, maxOutputTokens: 4000, tools: true }]
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
http:
  apiKeys: [{ name: reader, hash: ${createHash('sha256').update(apiKey).digest('hex')}, scopes: ['oracle:read'] }]
features:
  oracle: { summon: seer, sayingEveryMs: 1000 }
`;
const foretells = { calls: [{ name: 'foretell', input: '{"words":"Rain."}' }] };
const scrolls = (shown: readonly APIMessage[]) =>
  shown.map(({ attachments }) => attachments.map(({ filename }) => filename));
const isOracle = (message: APIMessage) => message.author.username === 'The Oracle';

async function prophecies(port: number): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/oracle/prophecies`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  return answer.json();
}

describe('a feature outside the bot', () => {
  const folder = mkdtempSync(join(tmpdir(), 'familiar-oracle-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const bot = sharedBot({
    paced: false,
    features,
    yaml: (_people, _emulator, providers) => yaml(providers),
  });
  const mention = () => `<@${bot.app.discord.self.userId}>`;
  const systemPrompt = () =>
    String((bot.providers.requests.at(-1)?.body['messages'] as { content: string }[])[0]?.content);

  it(
    'speaks under its own name and avatar, adds to the prompt, and continues on a reply',
    { timeout: 60_000 },
    async () => {
      const room = await bot.newChannel();
      bot.providers.answer('seer, who are you', { chunks: ['I am ', 'what ', 'I see.'], delayMs: 400 });
      const question = await bot.alice.says(room, `${mention()} seer, who are you`);
      const begun = await bot.alice.sees((message) => isOracle(message) && message.content.includes('I am'), {
        in: room,
        timeoutMs,
      });
      expect(begun.webhook_id).toBeDefined();
      expect(buttons(begun).map(({ label }) => label)).toContain('Stop');
      const whole = await bot.alice.sees(
        (message) => message.id === begun.id && message.content.endsWith('\nI am what I see.'),
        {
          in: room,
          timeoutMs,
        },
      );
      await bot.idle();
      expect(systemPrompt()).toMatch(/^You are an oracle\.\n\nYour saying of the day: \S/);
      bot.providers.answer('and what do you see', { text: 'Rain.' });
      await bot.alice.says(room, 'and what do you see', { replyTo: whole });
      await bot.alice.sees((message) => isOracle(message) && message.content.includes('Rain.'), {
        in: room,
        timeoutMs,
      });
      await bot.idle();
      await bot.alice.deletes(question);
      await expect.poll(async () => (await bot.alice.messages(room)).some(({ id }) => id === whole.id)).toBe(true);
    },
  );

  it('stops when the button is pressed, and its unfinished answer is deleted with the question', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('seer, go on', { chunks: ['One. ', 'Two. ', 'Three.'], hold: 2 });
    const question = await bot.alice.says(room, `${mention()} seer, go on`);
    const begun = await bot.alice.sees((message) => isOracle(message) && message.content.includes('One.'), {
      in: room,
      timeoutMs,
    });
    await bot.alice.presses(begun, button(begun, 'Stop'));
    await bot.alice.sees((message) => message.id === begun.id && message.content.includes('Stopped'), {
      in: room,
      timeoutMs,
    });
    bot.providers.release();
    await bot.idle();
    await bot.alice.deletes(question);
    await bot.idle();
  });

  it('asks before its tool runs, and serves the result', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('seer, foretell', foretells);
    bot.providers.answer((request) => request.toolResults.length > 0, { text: 'So be it.' });
    await bot.alice.says(room, `${mention()} seer, foretell`);
    const asked = await bot.alice.sees((message) => message.content.includes('**Foretell**'), { in: room, timeoutMs });
    expect(asked.content).toContain('> Rain.');
    await bot.alice.presses(asked, button(asked, 'Allow'));
    const shown = await bot.alice.sees((message) => isOracle(message) && message.content.includes('So be it.'), {
      in: room,
      timeoutMs,
    });
    expect(shown.content).toContain('-# 🔧 wrote “Rain.” into the book');
    await bot.idle();
    expect(scrolls(await bot.alice.messages(room))).toContainEqual(['prophecy.txt']);
    expect(await prophecies(bot.app.port)).toEqual({ prophecies: ['Rain.'] });
    const refused = await fetch(`http://127.0.0.1:${bot.app.port}/api/oracle/prophecies`);
    expect(refused.status).toBe(401);
  });

  it('finds a new saying as often as its setting says', async () => {
    const { db } = bot.database.postgres;
    await db.updateTable('oracle_saying').set({ saying: 'Old.' }).execute();
    const saying = () => db.selectFrom('oracle_saying').select('saying').executeTakeFirst();
    await expect.poll(saying, { timeout: timeoutMs }).not.toEqual({ saying: 'Old.' });
  });

  it.each<{ checkpoint: Checkpoint; told: string[] }>([
    { checkpoint: 'streaming', told: ['Rain.'] },
    { checkpoint: 'step-stored', told: ['Rain.'] },
    { checkpoint: 'tool-done', told: ['Rain.'] },
    { checkpoint: 'tool-running', told: [] },
    // Files are stored, but not on the screen; or on the screen, but not known to be there.
    ...(longTests() ? (['stored', 'shown', 'step-files-stored'] as const) : []).map((checkpoint) => ({
      ...{ checkpoint, told: ['Rain.'] },
    })),
  ])(
    'continues after kill -9 at $checkpoint: one answer, one call',
    { timeout: 90_000 },
    async ({ checkpoint, told }) => {
      const stage = await startTestBot({ features, start: false, yaml: (_p, _e, fake) => yaml(fake) });
      const port = await freePort();
      const config = join(folder, `${checkpoint}.yaml`);
      writeFileSync(config, yaml(stage.providers));
      const { world } = stage.emulator.core;
      const self = [...world.users.values()].find((user) => user.bot);
      const env = {
        DISCORD_TOKEN: self?.token ?? '',
        DISCORD_API_BASE: `${stage.emulator.origin}/api`,
        DATABASE_URL: stage.database.url,
        FAMILIAR_CONFIG: config,
        FAMILIAR_DATA_DIR: join(folder, checkpoint),
        FAMILIAR_FEATURES: import.meta.dirname,
        PORT: String(port),
      };
      const first = startFamiliar(['start'], { ...env, FAMILIAR_CRASH_AT: checkpoint });
      onTestFinished(() => first.kill());
      await untilAnswers(`http://127.0.0.1:${port}/health`, first);
      const times = Number.POSITIVE_INFINITY;
      const isSealed = checkpoint === 'step-files-stored';
      stage.providers.answer((request) => request.toolResults.length === 0, { text: 'I see.', ...foretells, times });
      const text = isSealed ? 'So be it, under encrypt.' : 'So be it.';
      stage.providers.answer((request) => request.toolResults.length > 0, { text, times });
      const room = 'general';
      await stage.alice.says(room, `<@${self?.id ?? ''}> seer, foretell`);
      const isAsking = (message: APIMessage) => message.content.includes('**Foretell**') && buttons(message).length > 0;
      const allow = async () => {
        const asked = await stage.alice.sees(isAsking, { in: room, timeoutMs });
        await stage.alice.presses(asked, button(asked, 'Allow'));
      };
      const pressed = checkpoint === 'streaming' || checkpoint === 'step-stored' ? undefined : allow();
      expect(await first.ended).toEqual({ signal: 'SIGKILL' });
      await pressed;
      const second = startFamiliar(['start'], env);
      onTestFinished(() => second.kill());
      await untilAnswers(`http://127.0.0.1:${port}/health`, second);
      if (!pressed) await allow();
      await stage.alice.sees((message) => isOracle(message) && message.content.includes('So be it'), {
        in: room,
        timeoutMs: 40_000,
      });
      await expect.poll(() => prophecies(port)).toEqual({ prophecies: told });
      const shown = async () => scrolls((await stage.alice.messages(room)).filter(isOracle));
      const files = [...told.map(() => 'prophecy.txt'), ...(isSealed ? ['encrypt.txt'] : [])];
      await expect.poll(shown, { timeout: timeoutMs }).toEqual([files]);
      await second.stop();
      await stage.close();
    },
  );
});
