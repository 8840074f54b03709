import { ComponentType, MessageFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../../emulator/testing/person.ts';
import { createAsking } from '../../testing/asking.ts';
import { button } from '../../testing/components.ts';
import { sharedBot } from '../../testing/shared-bot.ts';

const bot = sharedBot({
  otherModels: ['other-model'],
  yaml: `
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
features: { summaries: { enabled: false }, prompts: { library: { pirate: { text: I am a pirate. } } } }
`,
});

const { asks, told, presses } = createAsking(() => bot);
const timeoutMs = 20_000;
const isEphemeral = (message: APIMessage) => ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0;

interface Select {
  type: number;
  custom_id: string;
  options: { label: string; value: string; default?: boolean }[];
}
const selects = (panel: APIMessage) =>
  (panel.components as { components: Select[] }[])
    .flatMap(({ components }) => components)
    .filter(({ type }) => type === (ComponentType.StringSelect as number));
const promptSelect = (panel: APIMessage) => {
  const found = selects(panel).find(({ custom_id }) => custom_id.includes('set-prompt'));
  if (!found) throw new Error('The panel has no menu of prompts.');
  return found;
};
const chosen = (panel: APIMessage) => promptSelect(panel).options.find((one) => one.default)?.label;

async function opens(person: Person, room: string): Promise<APIMessage> {
  await person.runs('settings', {}, { in: room });
  return person.sees((message) => isEphemeral(message) && message.embeds.length > 0, { in: room, timeoutMs });
}

/** Chooses the option with this label from the menu. */
const selecting = (person: Person, panel: APIMessage, label: string) => {
  const { custom_id, options } = promptSelect(panel);
  return person.selects(panel, custom_id, [options.find((one) => one.label.includes(label))?.value ?? label]);
};
const writing = (panel: APIMessage) => bot.milo.presses(panel, button(panel, 'Write a system prompt'));
const changed = (person: Person, panel: APIMessage) => person.sees((message) => message.id === panel.id, { timeoutMs });

async function toldToModel(room: string): Promise<string | undefined> {
  await asks(bot.alice, 'what are you?', { text: 'I am.' }, { in: room });
  return (bot.providers.requests.at(-1)?.body['messages'] as { content: string }[])[0]?.content;
}

describe('the menu of prompts', () => {
  it('chooses one for the conversation, after a restart too, and resets it', async () => {
    const room = await bot.newChannel();
    let panel = await opens(bot.milo, room);
    expect(panel.content).toContain('Settings of this conversation');
    expect(chosen(panel)).toBe('System prompt: default');
    await bot.stop();
    await bot.start();
    await selecting(bot.milo, panel, 'pirate');
    panel = await changed(bot.milo, panel);
    expect(chosen(panel)).toBe('System prompt: pirate');
    expect(panel.embeds[0]?.description).toContain('System prompt: **pirate** (this conversation)');
    expect(await toldToModel(room)).toBe('I am a pirate.');
    await selecting(bot.milo, panel, 'default');
    panel = await changed(bot.milo, panel);
    expect(chosen(panel)).toBe('System prompt: default');
    expect(await toldToModel(room)).toContain('a friendly and helpful member');
  });

  it('opens a form for an own text with its current content', async () => {
    const room = await bot.newChannel();
    const { shown } = await asks(bot.alice, 'a first question', { text: 'A first answer.' }, { in: room });
    const menu = await told(bot.milo, shown, '⋯');
    await presses(bot.milo, menu, 'Settings');
    const panel = await changed(bot.milo, menu);
    const { modal } = await writing(panel);
    if (!modal) throw new Error('There is no form.');
    await bot.milo.submits(modal, { text: 'I have\ntwo lines.' });
    const after = await changed(bot.milo, panel);
    expect(chosen(after)).toBe('System prompt: “I have two lines.”');
    expect(await toldToModel(room)).toBe('I have\ntwo lines.');
    const again = (await writing(after)).modal;
    expect(JSON.stringify(again?.components)).toContain('I have\\ntwo lines.');
    await selecting(bot.milo, after, 'I have');
    expect(chosen(await changed(bot.milo, after))).toBe('System prompt: “I have two lines.”');
  });

  it("shows others' own choices, and keeps them", async () => {
    const room = await bot.newChannel();
    await bot.milo.runs('save-prompt', { name: 'private', text: 'Of Milo.' }, { in: room });
    await bot.milo.runs('system', { text: 'private' }, { in: room });
    await bot.idle();
    const panel = await opens(bot.olivia, room);
    expect(chosen(panel)).toBe('System prompt: private');
    const forged = await bot.olivia.selects(panel, promptSelect(panel).custom_id, ['current']);
    expect(forged.modal).toBeNull();
    expect(chosen(await changed(bot.olivia, panel))).toBe('System prompt: private');
  });

  it('refuses members without the right, whatever their client sends', async () => {
    const room = await bot.newChannel();
    const shown = await opens(bot.alice, room);
    expect(shown.components ?? []).toEqual([]);
    expect(shown.embeds[0]?.title).toBe('What applies to you here');
    const panel = await opens(bot.milo, room);
    const old = await bot.app.discord.actions.send(panel.channel_id, {
      content: 'An old panel',
      components: panel.components as never,
    });
    const seen = await bot.alice.sees((message) => message.id === old.id, { timeoutMs });
    await selecting(bot.alice, seen, 'pirate');
    const refused = await bot.alice.sees(isEphemeral, { in: room, timeoutMs });
    expect(refused.content).toContain('Only moderators and the member who opened the conversation');
  });
});

describe('/settings', () => {
  it('shows where each prompt comes from', async () => {
    const room = await bot.newChannel();
    await bot.olivia.runs('server-model', { name: 'fake/test-model' }, { in: room });
    await bot.alice.runs('model', { name: 'fake/other-model' }, { in: room });
    await bot.alice.runs('system', { text: 'Mine.', scope: 'me' }, { in: room });
    await bot.idle();
    const mine = (await opens(bot.alice, room)).embeds[0]?.description;
    expect(mine).toContain('Model: **fake/other-model** (you)');
    expect(mine).toContain('System prompt: “Mine.” (you)\n-# It overrides: the default (my default)');
    const panel = await opens(bot.milo, room);
    expect(panel.embeds[0]?.description).toContain('Model: **fake/test-model** (this server)');
    const creativity = selects(panel).find(({ custom_id }) => custom_id.includes('set-creativity'))?.custom_id ?? '';
    await bot.milo.selects(panel, creativity, ['high']);
    await bot.milo.sees(
      (message) =>
        message.id === panel.id &&
        /Creativity: high, for stories and ideas \(this conversation\)/.test(message.embeds[0]?.description ?? ''),
      { timeoutMs },
    );
  });
});

describe('/system with a scope and no text', () => {
  it('opens a form for it', async () => {
    const room = await bot.newChannel();
    const { modal } = await bot.milo.runs('system', { scope: 'channel' }, { in: room });
    if (!modal) throw new Error('There is no form.');
    await bot.milo.submits(modal, { text: 'Of the\nchannel.' });
    await bot.milo.sees(/“Of the channel\.” now applies to this channel\./, { in: room, timeoutMs });
    expect(await toldToModel(room)).toBe('Of the\nchannel.');
    expect((await bot.alice.runs('system', { scope: 'channel' }, { in: room })).modal).toBeNull();
    await bot.alice.sees(/Only moderators can choose the system prompt of a channel/, { in: room, timeoutMs });
  });

  it('works by prefix too', async () => {
    const room = await bot.newChannel();
    await bot.milo.says(room, '!system You are behind a prefix.');
    await bot.milo.sees(/“You are behind a prefix\.” now applies to this conversation/, {
      in: room,
      timeoutMs,
    });
    expect(await toldToModel(room)).toBe('You are behind a prefix.');
    await bot.milo.says(room, '!save-prompt prefixed You are saved.');
    await bot.milo.sees(/Saved: \*\*prefixed\*\*/, { in: room, timeoutMs });
    await bot.milo.says(room, '!save-prompt empty');
    await bot.milo.sees(/The text is missing/, { in: room, timeoutMs });
  });
});
