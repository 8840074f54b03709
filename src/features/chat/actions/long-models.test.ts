import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { button } from '../../../testing/components.ts';
import type { TestBot } from '../../../testing/bot.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const names = Array.from(
  { length: 40 },
  (_, index) => `hf.co/an-organisation-with-a-long-name/${'Very-Long-Model-Name-'.repeat(5)}GGUF:Q4-${index + 100}`,
);
const bot = sharedBot({
  otherModels: names,
  yaml: `
queue: { maxAttempts: 1 }
access: { roles: { member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null } } }
features: { summaries: { enabled: false } }
`,
});
const timeoutMs = 20_000;

interface Select {
  custom_id: string;
  options: { label: string; value: string; default?: boolean }[];
}
const selectIn = (message: APIMessage, action: string): Select => {
  const rows = message.components as { components: Select[] }[];
  const found = rows.flatMap(({ components }) => components).find(({ custom_id }) => custom_id.includes(action));
  if (!found) throw new Error(`There is no menu ${action}.`);
  return found;
};
/** Turns the pages of a menu until it has the option. */
async function choose(person: TestBot['alice'], panel: APIMessage, action: string, ending: string): Promise<void> {
  for (let page = 0; page < 4; page += 1) {
    const { custom_id, options } = selectIn(panel, action);
    const found = options.find(({ label }) => label.endsWith(ending));
    const next = options.find(({ label }) => label.startsWith('Show models'));
    await person.selects(panel, custom_id, [(found ?? next)?.value ?? '']);
    if (found) return;
    panel = await person.sees((message) => message.id === panel.id, { timeoutMs });
  }
  throw new Error(`No page has ${ending}.`);
}

describe('models whose long names begin alike', () => {
  it('can each be chosen instead of one that failed', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('hello', { status: 503 });
    await bot.alice.says(room, `<@${bot.app.discord.self.userId}> hello`);
    const failed = await bot.alice.sees((message) => message.content.includes('overloaded'), {
      in: room,
      timeoutMs,
    });
    await bot.alice.presses(failed, button(failed, 'Another model'));
    const menu = await bot.alice.sees((message) => message.content.startsWith('Which model'), { in: room, timeoutMs });
    bot.providers.answer('hello', { text: 'Hello at last.' });
    await choose(bot.alice, menu, 'retry-with', '-138');
    await bot.alice.sees('Hello at last.', { in: room, timeoutMs });
    expect(bot.providers.requests.at(-1)?.body['model']).toBe(names[38]);
  });

  it('can each be chosen in the settings, which then show it on every page', async () => {
    const room = await bot.newChannel();
    await bot.milo.runs('settings', {}, { in: room });
    const panel = await bot.milo.sees((message) => message.embeds.length > 0, { in: room, timeoutMs });
    await choose(bot.milo, panel, 'set-model', '-138');
    const settled = await bot.milo.sees((message) => message.id === panel.id, { in: room, timeoutMs });
    const { options } = selectIn(settled, 'set-model');
    expect(options.length).toBeLessThanOrEqual(25);
    expect(options.filter(({ default: chosen }) => chosen).map(({ label }) => label.slice(-4))).toEqual(['-138']);
    expect(new Set(options.map(({ value }) => value)).size).toBe(options.length);
  });

  it('are told apart by /models and /model, by name and by their suggestions', async () => {
    const room = await bot.newChannel();
    await bot.alice.runs('models', {}, { in: room });
    const list = await bot.alice.sees((message) => message.embeds.length > 0, { in: room, timeoutMs });
    expect(list.embeds[0]?.description).toMatch(/Q4-100\*\*[^]*Q4-101\*\*/);
    expect(list.embeds[0]?.footer?.text).toContain('Page 1 of 4');
    await bot.alice.presses(list, button(list, 'After ▶'));
    const next = await bot.alice.sees((message) => message.id === list.id, { in: room, timeoutMs });
    expect(next.embeds[0]?.description).toMatch(/Q4-112\*\*[^]*Q4-123\*\*/);
    expect(next.embeds[0]?.description).not.toContain('Q4-111');
    await bot.alice.runs('settings', {}, { in: room });
    const settings = await bot.milo
      .runs('settings', {}, { in: room })
      .then(() => bot.milo.sees((message) => message.embeds.length > 0, { in: room, timeoutMs }));
    const { options } = selectIn(settings, 'set-model');
    const offered = options.find(({ label }) => label.endsWith('-107'));
    await bot.alice.runs('model', { name: offered?.value ?? '' }, { in: room });
    await bot.alice.sees((message) => message.content.includes(names[7] ?? 'none'), { in: room, timeoutMs });
    await bot.alice.says(room, `!model ${names[9]}`);
    await bot.alice.sees((message) => message.content.includes(names[9] ?? 'none') && message.author.bot === true, {
      in: room,
      timeoutMs,
    });
  });
});
