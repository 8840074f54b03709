import type { APIMessage } from 'discord-api-types/v10';
import { MessageFlags } from 'discord-api-types/v10';
import { afterEach, describe, expect, it } from 'vitest';
import { callableCommands } from '../sdk/index.ts';
import { openSettings } from '../services/settings/index.ts';
import { createAsking } from '../testing/asking.ts';
import { button, buttons } from '../testing/components.ts';
import { sharedBot } from '../testing/shared-bot.ts';
import { exportedBy, storedTurn } from '../testing/stored.ts';

const bot = sharedBot({ paced: false });
const { asks, told, presses } = createAsking(() => bot);
const isRefusal = ({ content, flags }: APIMessage) =>
  /This command is switched off here/.test(content) && ((flags ?? 0) & MessageFlags.Ephemeral) !== 0;

/** Tightens the server's policy as a command would, and waits until the bot goes by it. */
async function allowOnly(commands: string[] | undefined): Promise<void> {
  const [guild] = bot.emulator.core.world.guilds.values();
  const guildId = guild?.id ?? '';
  const settings = await openSettings(bot.database.postgres);
  await settings.set('access', 'guild', guildId, 'commands', commands);
  await settings.close();
  const caller = { ...milo(), roleIds: [], permissions: 0n, instanceAdministrator: false };
  const asked = { kind: 'command', feature: 'chat', name: 'clear', access: 'everyone' } as const;
  await expect
    .poll(() => bot.app.access.decide(caller, { guildId, channelId: '1' }, asked).allowed)
    .toBe(commands === undefined || commands.includes('clear'));
}
const milo = () => ({ userId: bot.milo.user.id, displayName: 'milo' });
afterEach(() => allowOnly(undefined));

it('every component names commands that exist, or says why it needs none', () => {
  const components = bot.app.features.flatMap(({ definition, parts }) =>
    Object.entries(parts.components ?? {}).map(([name, { right }]) => ({ name: `${definition.name}/${name}`, right })),
  );
  const commands = bot.app.features.flatMap(({ parts }) =>
    [...(parts.commands ?? []).flatMap(callableCommands), ...(parts.messageCommands ?? [])].map(({ name }) => name),
  );
  expect(components.length).toBeGreaterThan(25);
  for (const { name, right } of components) {
    if ('none' in right) expect([name, right.none.length > 20]).toEqual([name, true]);
    else
      for (const command of right.commands) expect([name, commands]).toEqual([name, expect.arrayContaining([command])]);
  }
});

describe('a policy that is set after the buttons were sent', () => {
  it('applies to Clear at each step', async () => {
    const asked = await asks(bot.alice, 'remember this', { text: 'I do.' });
    const menu = await told(bot.alice, asked.shown, '⋯');
    await presses(bot.alice, menu, 'Clear context');
    const sure = await bot.alice.sees((message) => message.id === menu.id && buttons(message).length < 3);
    await allowOnly(['help', 'settings']);
    const [first] = buttons(sure);
    await bot.alice.presses(sure, first?.customId ?? '');
    await bot.alice.sees(isRefusal);
    expect(await storedTurn(bot, asked.question)).toBeDefined();
  });

  it('applies to the settings panel and its open form', async () => {
    await bot.milo.runs('settings', {}, { in: 'general' });
    const panel = await bot.milo.sees((message) =>
      buttons(message).some(({ customId }) => /own-system/.test(customId)),
    );
    const own = buttons(panel).find(({ customId }) => /own-system/.test(customId))?.customId ?? '';
    const { modal } = await bot.milo.presses(panel, own);
    if (!modal) throw new Error('There is no form.');
    await allowOnly(['help', 'settings']);
    await bot.milo.submits(modal, { text: 'You are a pirate.' });
    await bot.milo.sees(isRefusal);
    expect(await exportedBy(bot, 'prompts', bot.milo)).toEqual({ prompts: [], chosenPrompt: [] });
    const model = (panel.components ?? []).length;
    expect(model).toBeGreaterThan(2);
    const select = JSON.stringify(panel.components).match(/chat\/set-model\/\d+@1/)?.[0] ?? '';
    await bot.milo.selects(panel, select, ['unset']);
    await bot.milo.sees(isRefusal);
  });

  it('applies to pages of the history, and removes refused buttons from the menu', async () => {
    const room = await bot.newChannel();
    let asked = await asks(bot.alice, 'page 0', { text: 'Page.' }, { in: room });
    for (let page = 1; page < 7; page += 1)
      asked = await asks(bot.alice, `page ${page}`, { text: 'Page.' }, { in: room });
    await bot.alice.runs('history', {}, { in: room });
    const pages = await bot.alice.sees((message) => buttons(message).some(({ label }) => label === '◀ Older'));
    await allowOnly(['help']);
    await bot.alice.presses(pages, button(pages, '◀ Older'));
    await bot.alice.sees(isRefusal);
    const menu = await told(bot.milo, asked.shown, '⋯');
    expect(buttons(menu).map(({ label }) => label)).toEqual(['Copy', 'Branch', 'Delete']);
    await bot.alice.runs('privacy', {}, { in: room });
    await bot.alice.sees((message) => message.embeds[0]?.title === 'What I store about you');
  });
});
