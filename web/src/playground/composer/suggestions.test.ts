import type { APIApplicationCommand } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { runnableCommands } from '../client/interactions.ts';
import type { ClientState } from '../state/client-state.ts';
import { suggest } from './suggestions.ts';

const sub = (name: string, options: object[] = []) => ({ type: 1, name, description: `${name} it`, options });
const command = (name: string, options: object[]) => ({
  id: name,
  type: 1,
  name,
  description: name,
  version: '1',
  options,
});
const commands = runnableCommands([
  command('image', [
    sub('edit', [{ type: 3, name: 'style', description: 's' }]),
    { ...sub('frame'), type: 2, options: [sub('add'), sub('list')] },
  ]),
  command('imagine', []),
] as unknown as APIApplicationCommand[]);

describe('what is offered after a slash', () => {
  it.each([
    ['ima', ['/image edit', '/image frame add', '/image frame list', '/imagine']],
    ['image ', ['/image edit', '/image frame add', '/image frame list']],
    ['image fr', ['/image frame add', '/image frame list']],
    ['image frame add', ['/image frame add']],
    ['image edit in oil', ['/image edit']],
    ['list', ['/image frame list']],
    ['nothing', []],
  ])('%j: each subcommand by its whole name', (query, labels) => {
    const found = suggest({} as ClientState, null, commands, { kind: 'command', query, from: 0 });
    expect(found.map(({ label }) => label)).toEqual(labels);
  });

  it('says what each is for, and leads to its own options', () => {
    const [edit] = suggest({} as ClientState, null, commands, { kind: 'command', query: 'image edit', from: 0 });
    expect(edit?.note).toBe('edit it');
    expect(edit?.command?.options.map(({ name }) => name)).toEqual(['style']);
  });
});
