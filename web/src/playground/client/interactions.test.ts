import type { APIApplicationCommand } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { commandData, commandTitle, isOffered, runnableCommands } from './interactions.ts';

const base = { application_id: '1', version: '9', default_member_permissions: null };

const commands = [
  { ...base, id: '11', type: 1, name: 'ping', description: 'Ping' },
  {
    ...base,
    id: '12',
    type: 1,
    name: 'model',
    description: 'Models',
    options: [
      { type: 1, name: 'show', description: 'Show' },
      {
        type: 2,
        name: 'guild',
        description: 'For the guild',
        options: [
          { type: 1, name: 'set', description: 'Set', options: [{ type: 3, name: 'name', description: 'Name' }] },
        ],
      },
    ],
  },
  { ...base, id: '13', type: 3, name: 'Summarise', description: '' },
] as unknown as readonly APIApplicationCommand[];

function runnable(title: string) {
  const found = runnableCommands(commands).find((entry) => commandTitle(entry) === title);
  if (found === undefined) throw new Error(`${title} is not there.`);
  return found;
}

describe('offering commands', () => {
  const manageServer = 1n << 5n;
  const offered = (change: object, guildPermissions: bigint | null) =>
    isOffered(
      { ...base, id: '1', type: 1, name: 'x', description: 'x', ...change },
      { guildId: guildPermissions === null ? null : '10', guildPermissions: guildPermissions ?? 0n },
    );

  it('follows the permissions that a command asks for, in guilds only', () => {
    const asking = { default_member_permissions: String(manageServer) };
    expect(offered(asking, 0n)).toBe(false);
    expect(offered(asking, manageServer)).toBe(true);
    expect(offered(asking, 1n << 3n)).toBe(true);
    expect(offered(asking, null)).toBe(true);
    expect(offered({ default_member_permissions: '0' }, manageServer)).toBe(false);
    expect(offered({}, 0n)).toBe(true);
  });

  it('follows the places that a command is for', () => {
    expect(offered({ contexts: [0] }, null)).toBe(false);
    expect(offered({ contexts: [1] }, null)).toBe(true);
    expect(offered({ contexts: [1] }, 0n)).toBe(false);
    expect(offered({ integration_types: [1] }, 0n)).toBe(false);
    expect(offered({ integration_types: [0, 1] }, 0n)).toBe(true);
    expect(offered({ guild_id: '10' }, 0n)).toBe(true);
    expect(offered({ guild_id: '11' }, 0n)).toBe(false);
    expect(offered({ guild_id: '10' }, null)).toBe(false);
  });
});

describe('commands', () => {
  it('are listed with their sub-commands side by side, without those of context menus', () => {
    expect(runnableCommands(commands).map(commandTitle)).toEqual(['/model guild set', '/model show', '/ping']);
  });

  it('nest the values below group and sub-command', () => {
    const { json } = commandData(runnable('/model guild set'), new Map([['name', 'demo']]), null);
    expect(json).toMatchObject({
      id: '12',
      name: 'model',
      type: 1,
      options: [
        {
          type: 2,
          name: 'guild',
          options: [{ type: 1, name: 'set', options: [{ type: 3, name: 'name', value: 'demo' }] }],
        },
      ],
    });
  });

  it('mark the option that asks for choices, even while it is empty', () => {
    const { json } = commandData(runnable('/model guild set'), new Map(), 'name');
    expect(JSON.stringify(json['options'])).toContain('"name":"name","value":"","focused":true');
  });

  it('turn files into uploads', () => {
    const draw = {
      command: commands[0] as APIApplicationCommand,
      path: [],
      description: '',
      options: [{ type: 11, name: 'image', description: '' }],
    } as unknown as Parameters<typeof commandData>[0];
    const { json, files } = commandData(draw, new Map([['image', new File(['x'], 'a.png')]]), null);
    expect(json).toMatchObject({
      options: [{ type: 11, name: 'image', value: '0' }],
      attachments: [{ id: '0', filename: 'a.png' }],
    });
    expect(files.map((file) => file.name)).toEqual(['a.png']);
  });
});
