import { describe, expect, it } from 'vitest';
import type { Logger } from '../kernel/logger.ts';
import { startTestBot } from '../testing/bot.ts';
import type { TestBot } from '../testing/bot.ts';
import { startFakeProviders } from '../testing/providers.ts';

/** An address at which nothing answers. */
const away = await startFakeProviders();
await away.close();
const nowhere = away.openaiBaseUrl;

interface Warned {
  bot: TestBot;
  warnings: string[];
}

/** A bot whose default provider is `main`, administered by Milo. */
async function started(providers: (openaiBaseUrl: string) => string, more = ''): Promise<Warned> {
  const warnings: string[] = [];
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: (_, message) => void warnings.push(message),
    error: (_, message) => void warnings.push(message),
    child: () => logger,
  };
  const bot = await startTestBot({
    logger,
    yaml: ({ milo }, _, { openaiBaseUrl }) => `
instance: { administrators: ['${milo.user.id}'] }
models: { default: main/some-model, findOllama: false }
providers:
${providers(openaiBaseUrl)}
${more}`,
  });
  return { bot, warnings };
}

const directMessages = ({ milo }: TestBot, text: string) =>
  [...milo.view.dispatches].filter(({ t, d }) => t === 'MESSAGE_CREATE' && JSON.stringify(d).includes(text));

describe('a provider that does not work', () => {
  it('is told to the owner once after the start when it refuses the key, and not when nothing uses it', async () => {
    const { bot, warnings } = await started(
      (url) => `
  main: { type: openai-compatible, baseUrl: '${url}', apiKeys: [worn-out], models: [{ name: some-model }] }
  other: { type: openai-compatible, baseUrl: '${nowhere}', models: [{ name: unused }] }`,
    );
    bot.providers.refuseLists('worn-out', 401);
    await bot.app.checkProviders();
    await bot.milo.sees(/The provider `main` refuses my key.*Make a new key there.*restart me/);
    await bot.app.checkProviders();
    await bot.idle();
    expect(warnings.filter((line) => line.includes('provider'))).toEqual([
      expect.stringMatching(/The provider `main` refuses my key/),
    ]);
    expect(directMessages(bot, 'The provider `main`')).toHaveLength(1);
    await bot.close();
  });

  it('is told apart: without a key, out of reach, and named as a fallback or by a feature', async () => {
    const { bot, warnings } = await started(
      (url) => `
  main: { type: openai-compatible, baseUrl: '${url}', models: [{ name: some-model }] }
  spare: { type: openai-compatible, baseUrl: '${nowhere}', models: [{ name: spare-model }] }`,
      'budgets: { downgrade: { at: 0.9, model: spare/spare-model } }',
    );
    bot.providers.refuseLists('', 401);
    await bot.app.checkProviders();
    await bot.milo.sees(/The provider `main` needs a key, and I have none/);
    await bot.milo.sees(/I can't reach the provider `spare` at http:\S+, so.*correct the address/);
    expect(warnings.filter((line) => line.includes('provider'))).toHaveLength(2);
    await bot.close();
  });

  it('is told to the owner once when questions find it refusing the key or away, and says nothing when all is well', async () => {
    const { bot } = await started(
      (url) => `
  main: { type: openai-compatible, baseUrl: '${url}', apiKeys: [good], models: [{ name: some-model }] }`,
    );
    await bot.app.checkProviders();
    await bot.idle();
    expect(directMessages(bot, 'provider')).toHaveLength(0);
    const name = `<@${bot.app.discord.self.userId}>`;
    const room = await bot.newChannel();
    bot.providers.answerByDefault({ status: 401, text: 'Incorrect API key provided', errorCode: 'invalid_api_key' });
    await bot.alice.says(room, `${name} one`);
    await bot.alice.sees(/doesn't accept my key/);
    await bot.milo.sees(/The provider `main` refuses my key/);
    await bot.alice.says(room, `${name} two`);
    await bot.alice.sees(/doesn't accept my key/);
    await bot.idle();
    expect(directMessages(bot, 'refuses my key')).toHaveLength(1);
    await bot.close();
  });
});
