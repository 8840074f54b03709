import { InteractionType, PermissionFlagsBits } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { systemIds } from '../kernel/ids.ts';
import { silentLogger } from '../kernel/logger.ts';
import { accessSchema } from '../platform/config/index.ts';
import type { Discord, OutgoingMessage } from '../platform/discord/index.ts';
import type { Texts } from '../platform/texts/index.ts';
import type { Access } from '../services/access/index.ts';
import { createAccess } from '../services/access/index.ts';
import { defineCommand } from '../sdk/index.ts';
import type { ComponentRight } from '../sdk/index.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import type { RegisteredCommand } from './commands.ts';
import { checkComponentRights, createComponentRunner } from './component-runner.ts';
import type { PressedInteraction, RegisteredComponent } from './component-runner.ts';
import { createFailureTexts } from './failures.ts';

const texts: Texts = {
  has: () => true,
  in: () => (key, data) => [key, ...Object.values(data ?? {})].join(' '),
};

const registered = (name: string, access: Access): RegisteredCommand => ({
  feature: 'fixture',
  command: defineCommand({ name, options: {}, access, ephemeral: true, run: () => Promise.resolve() }),
  texts,
  usage: '',
  describe: texts.in(undefined),
});

/** Presses `fixture/press` and returns what happened: `ran`, or the refusal. */
async function press(options: {
  access?: Access;
  permissions?: bigint;
  features?: string[];
  right?: ComponentRight;
  commands?: string[];
}) {
  const { access, permissions = 0n, features = ['*'], commands = ['*'], right = { none: 'for the test' } } = options;
  const said: string[] = [];
  const audited: string[] = [];
  const replies = {
    deferUpdate: () => Promise.resolve(),
    refuse: ({ content }: OutgoingMessage) => Promise.resolve(void said.push(content ?? '')),
  };
  const runner = createComponentRunner({
    components: new Map([
      [
        'fixture/press',
        {
          feature: 'fixture',
          texts,
          handler: { version: 1, right, ...(access && { access }), run: () => Promise.resolve(void said.push('ran')) },
        },
      ],
    ]),
    registry: { named: (name) => registered(name, name === 'tidy' ? 'moderator' : 'everyone') },
    useLimits: { take: () => Promise.resolve({ run: (work) => work() }) },
    discord: {
      actions: { interaction: () => replies },
      visits: { of: () => undefined, open: () => Promise.resolve() },
    } as unknown as Discord,
    access: createAccess({
      config: accessSchema.parse({ roles: { member: { features, commands } } }),
      administrators: [],
      settings: {
        ...{ peek: () => undefined, onChange: () => () => undefined },
        ...{ set: () => Promise.resolve(), forUser: () => Promise.resolve({}) },
      },
      parentOfThread: () => undefined,
    }),
    audit: { refused: ({ reason }) => void audited.push(reason) },
    failures: createFailureTexts(texts, systemIds, silentLogger),
    appTexts: texts,
    clock: createManualClock(0),
  });
  await runner({
    type: InteractionType.MessageComponent,
    id: '1',
    guild_id: '2',
    channel: { id: '3' },
    data: { custom_id: 'fixture/press/9@1' },
    member: { user: { id: '4', username: 'alice' }, roles: [], permissions: String(permissions) },
  } as unknown as PressedInteraction);
  return { said, audited };
}

it('runs a component for everyone unless it says otherwise', async () => {
  expect(await press({})).toEqual({ said: ['ran'], audited: [] });
});

it('refuses who has too low a rank, and has it recorded', async () => {
  const refused = await press({ access: 'moderator' });
  expect(refused.said).toEqual([expect.stringContaining('errors.not-allowed')]);
  expect(refused.audited).toEqual(['errors.not-allowed']);
  expect((await press({ access: 'moderator', permissions: PermissionFlagsBits.ManageMessages })).said).toEqual(['ran']);
});

it('refuses components of a feature that no role opens', async () => {
  const { said, audited } = await press({ features: ['other'] });
  expect(said).toEqual([expect.stringContaining('refused.policy.features fixture')]);
  expect(audited).toEqual(['refused.policy.features']);
});

it('refuses the press of whoever may not use the command whose right it needs, and has that recorded', async () => {
  const right = { commands: ['clear'] } as const;
  expect((await press({ right, commands: ['clear'] })).said).toEqual(['ran']);
  const { said, audited } = await press({ right, commands: ['help'] });
  expect(said).toEqual([expect.stringContaining('refused.policy.commands clear')]);
  expect(audited).toEqual(['refused.policy.commands']);
});

it('needs every right that it names, and the rank that the command needs', async () => {
  const both = { right: { commands: ['settings', 'model'] } } as const;
  expect((await press({ ...both, commands: ['settings', 'model'] })).said).toEqual(['ran']);
  expect((await press({ ...both, commands: ['settings'] })).said).toEqual([
    expect.stringContaining('refused.policy.commands model'),
  ]);
  expect((await press({ right: { commands: ['tidy'] } })).said).toEqual([
    expect.stringContaining('errors.not-allowed'),
  ]);
});

it('stops the start at a component that needs the right to no command there is', () => {
  const handler = { version: 1, right: { commands: ['gone'] }, run: () => Promise.resolve() } as const;
  const components = new Map<string, RegisteredComponent>([['fixture/press', { feature: 'fixture', handler, texts }]]);
  expect(() => checkComponentRights(components, { named: () => undefined })).toThrow(/"fixture\/press" .* "gone"/);
});
