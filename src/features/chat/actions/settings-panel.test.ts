import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ComponentType } from 'discord-api-types/v10';
import type { APIMessage, APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { customId, defineFeature } from '../../../sdk/index.ts';
import { buttons } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { chatApi } from '../api.ts';

/** A feature with as many menus in the panel as one may have. */
const knobs = defineFeature({
  name: 'knobs',
  summary: 'Is tested.',
  intents: [],
  settings: z.object({}),
  setup: (context) => ({
    turnSettings: [
      {
        name: 'knobs',
        describe: () => Promise.resolve('Knobs: two'),
        rows: ({ channelId }) => Promise.resolve(['left', 'right'].map((name) => menu(name, channelId))),
      },
    ],
    components: Object.fromEntries(
      ['left', 'right'].map((name) => [
        name,
        {
          version: 1,
          right: { commands: ['settings'] as const },
          run: async (call) => call.update(await context.use(chatApi).settingsPanel(call)),
        },
      ]),
    ),
  }),
});

const menu = (name: string, channelId: string): APIMessageTopLevelComponent => ({
  type: ComponentType.ActionRow,
  components: [
    {
      type: ComponentType.StringSelect,
      custom_id: customId('knobs', name, channelId),
      options: [{ label: `${name} knob`, value: 'on' }],
    },
  ],
});

const folder = await mkdtemp(join(tmpdir(), 'familiar-knobs-'));
await mkdir(join(folder, 'locales'));
await writeFile(join(folder, 'locales', 'en.json'), '{}');
afterAll(() => rm(folder, { recursive: true }));

const bot = sharedBot({ paced: false, features: [{ definition: knobs, folder }] });

const actionsOf = (message: APIMessage) =>
  buttons(message).map(({ customId: id }) => id.split('/').slice(0, 2).join('/'));
const pageButton = (message: APIMessage) => buttons(message).at(-1)?.customId ?? '';

it('more menus than a message holds come in pages, and a choice stays on its page', async () => {
  const room = await bot.newChannel();
  await bot.milo.runs('settings', {}, { in: room });
  const first = await bot.milo.sees((message) => message.embeds.length > 0, { in: room });
  expect(actionsOf(first)).toHaveLength(5);
  expect(buttons(first).at(-1)?.label).toBe('Page 1 of 2 ▶');
  await bot.milo.presses(first, pageButton(first));
  const second = await bot.milo.sees((message) => message.id === first.id, { in: room });
  expect(new Set([...actionsOf(first), ...actionsOf(second)])).toEqual(
    new Set([
      ...['chat/set-model', 'chat/set-creativity', 'chat/set-context', 'chat/settings-page'],
      ...['knobs/left', 'knobs/right', 'prompts/set-prompt', 'prompts/own-system'],
    ]),
  );
  await bot.milo.selects(second, buttons(second).at(-2)?.customId ?? '', [valueIn(second)]);
  const still = await bot.milo.sees((message) => message.id === first.id, { in: room });
  expect(buttons(still).at(-1)?.label).toBe('Page 2 of 2 ▶');
  await bot.milo.presses(still, pageButton(still));
  const again = await bot.milo.sees((message) => message.id === first.id, { in: room });
  expect(actionsOf(again)).toEqual(actionsOf(first));
});

const valueIn = (message: APIMessage) => {
  const rows = message.components as { components: { options?: { value: string }[] }[] }[];
  return rows.at(-2)?.components[0]?.options?.[0]?.value ?? '';
};

it('in a direct message it speaks of no server', async () => {
  const { id } = await bot.milo.opensDirectMessages(bot.app.discord.self.userId);
  await bot.milo.runs('settings', {}, { in: id });
  const shown = await bot.milo.sees((message) => message.embeds.length > 0, { in: id });
  expect(shown.content).toContain('follows your own choice');
  expect(`${shown.content} ${JSON.stringify(shown.embeds)}`).not.toMatch(/server|everyone/);
});
