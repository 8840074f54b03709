import { MessageFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { OptionInput, Person } from '../../../emulator/testing/person.ts';
import { recorded } from '../../testing/audit.ts';
import { sharedBot } from '../../testing/shared-bot.ts';

// Without rate limits, which this test isn't about.
const bot = sharedBot({
  paced: false,
  yaml: ({ bob }) => `
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
    crew: { users: ['${bob.user.id}'] }
features:
  prompts:
    library:
      pirate: { text: 'You are {{name}} the pirate.', summary: Talks like a pirate }
      Mutiny: { text: 'Down with the captain.', roles: [crew] }
`,
});

/** A slow bot defers its answer first, which then is empty. */
const isAnswer = ({ flags, content, embeds, attachments }: APIMessage) =>
  ((flags ?? 0) & MessageFlags.Ephemeral) !== 0 && (content !== '' || embeds.length > 0 || attachments.length > 0);

/** Runs a command and resolves with its ephemeral answer. */
async function told(
  person: Person,
  command: string,
  options: Record<string, OptionInput> = {},
  room = 'general',
): Promise<APIMessage> {
  await person.runs(command, options, { in: room });
  return person.sees(isAnswer, { in: room, timeoutMs: 20_000 });
}

const list = async (person: Person, room?: string) => (await told(person, 'prompts', {}, room)).embeds[0]?.description;
const textOf = async ({ attachments }: APIMessage) => (await fetch(attachments[0]?.url ?? '')).text();
const file = (data: string | Uint8Array, name = 'prompt.txt') => ({ name, data, type: 'text/plain' });

describe('the prompts of the settings file', () => {
  it('are listed with the one that applies, for members whose roles may choose them', async () => {
    const shown = await list(bot.alice);
    expect(shown).toContain('▸ Applies to you here: the default (my default)');
    expect(shown).toContain('**Built in**\n• **pirate**: Talks like a pirate');
    expect(shown).not.toContain('Mutiny');
    expect(await list(bot.bob)).toContain('• **Mutiny**: Down with the captain.');
  });

  it('are shown in full by name, to members who may choose them', async () => {
    expect((await told(bot.alice, 'prompts', { name: 'PIRATE' })).content).toBe(
      '**pirate** · built in\n```\nYou are {{name}} the pirate.\n```',
    );
    expect((await told(bot.alice, 'prompts', { name: 'mutiny' })).content).toContain('no prompt `mutiny`');
  });
});

describe("a member's own prompt", () => {
  it('is saved, shown, replaced and removed by its owner, in direct messages too', async () => {
    expect((await told(bot.alice, 'save-prompt', { name: 'Haiku', text: 'Answer in haiku.' })).content).toBe(
      'Saved: **Haiku**. `/system Haiku` chooses it.',
    );
    expect(await list(bot.alice)).toContain('**Yours** (1 of 25)\n• **Haiku**: Answer in haiku.');
    const { id: direct } = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
    expect((await told(bot.alice, 'prompts', { name: 'haiku' }, direct)).content).toContain('Answer in haiku.');
    expect((await told(bot.alice, 'save-prompt', { name: 'haiku', text: 'Seventeen syllables.' })).content).toContain(
      'has a new text',
    );
    expect(await list(bot.alice)).toContain('(1 of 25)\n• **haiku**: Seventeen syllables.');
    expect((await told(bot.alice, 'remove-prompt', { name: 'haiku' })).content).toBe('Removed: **haiku**.');
    expect(await list(bot.alice)).not.toContain('Yours');
  });

  it('is invisible to others', async () => {
    await told(bot.alice, 'save-prompt', { name: 'diary', text: 'I keep a diary.' });
    expect(await list(bot.bob)).not.toContain('diary');
    for (const command of ['prompts', 'remove-prompt']) {
      expect((await told(bot.bob, command, { name: 'diary' })).content).toContain('You have no prompt `diary`');
    }
    expect((await told(bot.bob, 'ask', { prompt: 'hello', system: 'diary' })).content).toContain('no prompt `diary`');
    await told(bot.alice, 'remove-prompt', { name: 'diary' });
  });

  it('comes before a built-in one with the same name', async () => {
    await told(bot.alice, 'save-prompt', { name: 'Pirate', text: 'A gentle one.' });
    expect((await told(bot.alice, 'prompts', { name: 'pirate' })).content).toContain('yours\n```\nA gentle one.');
    await told(bot.alice, 'remove-prompt', { name: 'pirate' });
    expect((await told(bot.alice, 'remove-prompt', { name: 'pirate' })).content).toContain('no prompt');
    expect((await told(bot.alice, 'prompts', { name: 'pirate' })).content).toContain('built in');
  });

  it('can be written in a form, which shows its current content', async () => {
    const { modal } = await bot.bob.runs('save-prompt', { name: 'cook' });
    if (!modal) throw new Error('There is no form.');
    await bot.bob.submits(modal, { name: 'cook', text: 'Line one.\nLine two.' });
    await bot.bob.sees(/Saved: \*\*cook\*\*/);
    const again = (await bot.bob.runs('save-prompt', { name: 'Cook' })).modal;
    expect(JSON.stringify(again?.components)).toContain('Line one.\\nLine two.');
    await told(bot.bob, 'remove-prompt', { name: 'cook' });
  });

  it('can come as a file, and is shown as a file when it is long', async () => {
    const text = `# Rules\n${'Be kind. '.repeat(500)}`.trim();
    const saved = await told(bot.alice, 'save-prompt', { name: 'my_rules', file: file(text) });
    expect(saved.content).toBe('Saved: **my\\_rules**. `/system my_rules` chooses it.');
    const shown = await told(bot.alice, 'prompts', { name: 'my_rules' });
    expect(shown.content).toBe('**my\\_rules** · yours');
    expect(await textOf(shown)).toBe(text);
    await told(bot.alice, 'remove-prompt', { name: 'my_rules' });
  });

  it.each([
    ['has no text', { name: 'x', text: '   ' }, /The text is missing/],
    [
      'is too long',
      { name: 'x', file: file('long '.repeat(4001)) },
      /20004 characters; a prompt can have at most 20000/,
    ],
    ['is far too long', { name: 'x', file: file('x'.repeat(100_000)) }, /at most 20000/],
    ['is no text', { name: 'x', file: file(new Uint8Array([0xff, 0xfe, 0x00])) }, /can't read that file as text/],
    [
      'is large and no text',
      { name: 'x', file: file(new Uint8Array(203_860).fill(0x1f)) },
      /can't read that file as text/,
    ],
    ['is both', { name: 'x', text: 'x', file: file('x') }, /either a text or a file/],
    ['fills the model', { name: 'x', file: file('word '.repeat(3999)) }, /has room for 4000/],
    ['has no name', { name: '`<@1>`', text: 'x' }, /`'<@1>'` can't be a prompt's name/],
    ['would be taken for a word', { name: 'Reset', text: 'x' }, /not "reset"/],
  ])('is refused when it %s', async (_why, options, answer) => {
    expect((await told(bot.alice, 'save-prompt', options)).content).toMatch(answer);
    expect(await list(bot.alice)).not.toContain('Yours');
  });

  it('is limited in number', { timeout: 60_000 }, async () => {
    for (let number = 1; number <= 25; number += 1) {
      await told(bot.bob, 'save-prompt', { name: `number ${number}`, text: `I am number ${number}.` });
    }
    const room = await bot.newChannel();
    expect((await told(bot.bob, 'save-prompt', { name: 'one more', text: 'x' }, room)).content).toContain(
      'You have 25 prompts',
    );
    expect((await told(bot.bob, 'save-prompt', { name: 'Number 1', text: 'Again.' }, room)).content).toContain(
      'new text',
    );
    expect(await list(bot.bob, room)).toContain('(25 of 25)');
    for (let number = 1; number <= 25; number += 1) await told(bot.bob, 'remove-prompt', { name: `number ${number}` });
  });
});

describe("a server's prompt", () => {
  it('is saved by moderators, for everyone there and nobody elsewhere', async () => {
    const refused = await told(bot.alice, 'save-prompt', { name: 'host', text: 'Welcome all.', library: 'server' });
    expect(refused.content).toContain('Only moderators of the whole server');
    const saved = await told(bot.milo, 'save-prompt', { name: 'host', text: 'Welcome all.', library: 'server' });
    expect(saved.content).toContain('Saved for everyone in this server: **host**');
    expect(await list(bot.alice)).toContain(
      `**This server's** (1 of 50)\n• **host**: Welcome all. · <@${bot.milo.user.id}>`,
    );
    const { id: direct } = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
    expect(await list(bot.alice, direct)).not.toContain('host');
    expect((await told(bot.alice, 'remove-prompt', { name: 'host' })).content).toContain('Only moderators');
    expect((await told(bot.olivia, 'remove-prompt', { name: 'host' })).content).toBe('Removed: **host**.');
    expect(await list(bot.alice)).not.toContain('host');
  });

  it("can't be changed by moderators of one channel", async () => {
    const room = await bot.newChannel();
    const overwrite = { type: 1, allow: '8192', deny: '0' };
    const path = `/channels/${bot.alice.channel(room).id}/permissions/${bot.alice.user.id}`;
    await bot.olivia.request('PUT', path, overwrite);
    const options = { name: 'coup', text: 'Mine now.', library: 'server' };
    expect((await told(bot.alice, 'save-prompt', options, room)).content).toContain('of the whole server');
    expect((await told(bot.alice, 'system', { text: 'Mine now.', scope: 'server' }, room)).content).toContain(
      'of the whole server',
    );
    expect((await told(bot.alice, 'system', { text: 'Mine.', scope: 'channel' }, room)).content).toContain(
      'this channel',
    );
  });

  it('is recorded with its ids, without its text', async () => {
    await told(bot.milo, 'save-prompt', { name: 'recorded', text: 'Nobody reads this.', library: 'server' });
    await told(bot.milo, 'remove-prompt', { name: 'recorded', library: 'server' });
    const ofMilo = await recorded(bot, { actorId: bot.milo.user.id });
    const entries = ofMilo.filter(({ action }) => ['save-prompt', 'remove-prompt'].includes(action));
    expect(entries.length).toBeGreaterThanOrEqual(2);
    const text = JSON.stringify(entries);
    expect(text).not.toMatch(/recorded|Nobody/);
    expect(entries.at(-1)?.details).toEqual({ promptId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string });
  });
});

describe('suggestions', () => {
  it('are the usable names, each once, by the typed text', async () => {
    await told(bot.alice, 'save-prompt', { name: 'pirate', text: 'Mine.' });
    const typed = (person: Person, text: string) => person.completes('system', { text }, 'text');
    expect(await typed(bot.alice, 'pir')).toEqual([{ name: 'pirate (yours)', value: 'pirate' }]);
    expect(await typed(bot.bob, '')).toEqual([
      { name: 'pirate', value: 'pirate' },
      { name: 'Mutiny', value: 'Mutiny' },
      { name: 'reset: choose none', value: 'reset' },
    ]);
    expect(await bot.alice.completes('remove-prompt', { name: '' }, 'name')).toEqual([
      { name: 'pirate (yours)', value: 'pirate' },
    ]);
    expect(await bot.bob.completes('ask', { prompt: 'x', system: 'mut' }, 'system')).toEqual([
      { name: 'Mutiny', value: 'Mutiny' },
    ]);
    await told(bot.alice, 'remove-prompt', { name: 'pirate' });
  });
});
