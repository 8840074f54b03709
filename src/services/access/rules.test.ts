import { PermissionFlagsBits } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { accessSchema } from '../../platform/config/index.ts';
import { matches } from './patterns.ts';
import { compileRoles, decideBy, mayUse, rolesOf, shapeOf } from './rules.ts';
import type { Restriction } from './rules.ts';
import type { Access, AccessPlace, Action, Caller, Policy } from './port.ts';

const guild: AccessPlace = { guildId: '1', channelId: '2' };
const direct: AccessPlace = { guildId: null, channelId: '3' };
const artist = '100000000000000001';
const ann = '200000000000000001';

function caller(fields: Partial<Caller> = {}): Caller {
  return { userId: '9', displayName: 'Nina', roleIds: [], permissions: 0n, instanceAdministrator: false, ...fields };
}

function policyOf(access: object, who: Caller, place = guild, restrictions: Restriction[] = []): Policy {
  const held = rolesOf(compileRoles(accessSchema.parse(access)), who, place);
  return { userId: who.userId, administrator: who.instanceAdministrator, ...shapeOf(held, restrictions) };
}

describe('a pattern', () => {
  it.each([
    ['*', 'openai/gpt/x', true],
    ['openai/*', 'openai/gpt', true],
    ['openai/*', 'openai/org/gpt', true],
    ['openai/*', 'openai', false],
    ['openai/*', 'openai2/gpt', false],
    ['openai/gpt-*', 'openai/gpt-6', true],
    ['openai/gpt-*', 'openai/llama', false],
    ['openai/*-mini', 'openai/gpt-mini', true],
    ['openai/*-mini', 'openai/org/gpt-mini', false],
    ['*/llama', 'ollama/llama', true],
    ['*/llama', 'router/meta/llama', false],
    ['server-*', 'server-model', true],
    ['*a*b', 'xaxb', true],
    ['*a*b', 'xbxa', false],
    ['ab*ba', 'aba', false],
    ['a.c', 'abc', false],
    ['model', 'models', false],
  ])('%s on %s: %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  it('with many stars is decided as fast as any', () => {
    expect(matches(`${'*a'.repeat(5000)}b/x`, `${'a'.repeat(10_000)}/x`)).toBe(false);
  });
});

describe('rank', () => {
  const bits = PermissionFlagsBits;
  const ranks: [string, Partial<Caller>, Access[]][] = [
    ['a member', {}, ['everyone']],
    ['a caller who manages messages', { permissions: bits.ManageMessages }, ['everyone', 'moderator']],
    ['a caller who manages the server', { permissions: bits.ManageGuild }, ['everyone', 'guild-administrator']],
    ["Discord's administrator", { permissions: bits.Administrator }, ['everyone', 'moderator', 'guild-administrator']],
    ['anyone in a DM', { permissions: null }, ['everyone', 'moderator', 'guild-administrator']],
    [
      'an instance administrator',
      { instanceAdministrator: true },
      ['everyone', 'moderator', 'guild-administrator', 'instance-administrator'],
    ],
  ];
  it.each(ranks)('of %s', (_who, fields, expected) => {
    const all: Access[] = ['everyone', 'moderator', 'guild-administrator', 'instance-administrator'];
    expect(all.filter((access) => mayUse(access, caller(fields)))).toEqual(expected);
  });
});

describe('the roles of a caller', () => {
  const access = {
    roles: {
      artist: { discordRoles: [artist] },
      friend: { users: [ann] },
      staff: { permissions: ['ManageGuild', 'BanMembers'] },
    },
  };
  it.each([
    ['anybody', {}, guild, ['member']],
    ['by Discord role', { roleIds: [artist] }, guild, ['member', 'artist']],
    ['by user id, in a DM too', { userId: ann, roleIds: [artist] }, direct, ['member', 'friend']],
    ['by one of several permissions', { permissions: PermissionFlagsBits.BanMembers }, guild, ['member', 'staff']],
    ["as Discord's administrator", { permissions: PermissionFlagsBits.Administrator }, guild, ['member', 'staff']],
    ['by permission, not in a DM', { permissions: null }, direct, ['member']],
    ['as instance administrator', { instanceAdministrator: true }, direct, ['member', 'administrator']],
  ])('%s', (_how, fields, place, expected) => {
    expect(policyOf(access, caller(fields), place).roles).toEqual(expected);
  });
});

describe('what roles give', () => {
  it('uses the defaults without settings', () => {
    const { figures, allows } = policyOf({}, caller());
    expect(allows.models).toEqual([{ pattern: '*', rule: 'default for members' }]);
    expect(Object.values(figures).map(({ value }) => value)).toEqual([10, 100, 500_000, null, 100_000, null, 5, 500]);
    expect(policyOf({}, caller({ instanceAdministrator: true })).figures).toMatchObject({
      requestsPerMinute: { value: null },
      requestsPerHour: { value: null },
      freeMicrosPerDay: { value: 500_000 },
      tokensPerWeek: { value: 500_000, rule: 'default for administrators' },
    });
  });

  it('combines patterns and takes the most generous figures', () => {
    const access = {
      roles: {
        member: { models: ['demo/*'], imagesPerDay: 0, tokensPerDay: 5, requestsPerHour: 7 },
        artist: { models: ['fake/*', 'demo/*'], imagesPerDay: 50, tokensPerDay: 'unlimited', requestsPerHour: 3 },
        other: { models: ['never/*'], users: [ann] },
      },
    };
    const { allows, figures } = policyOf(
      { roles: { ...access.roles, artist: { ...access.roles.artist, discordRoles: [artist] } } },
      caller({ roleIds: [artist] }),
    );
    expect(allows.models).toEqual([
      { pattern: 'demo/*', rule: 'role member' },
      { pattern: 'fake/*', rule: 'role artist' },
    ]);
    expect(figures).toMatchObject({
      imagesPerDay: { value: 50, rule: 'role artist' },
      tokensPerDay: { value: null, rule: 'role artist' },
      requestsPerHour: { value: 7, rule: 'role member' },
      requestsPerMinute: { value: 10, rule: 'default for members' },
    });
  });

  it('fills missing fields from the parent role only', () => {
    const access = {
      roles: {
        member: { tokensPerWeek: 10, models: [] },
        staff: { models: ['openai/*'], tokensPerWeek: 20, imagesPerDay: 99 },
        chief: { inherits: 'staff', tokensPerWeek: 30, users: [ann] },
        guest: { users: ['200000000000000002'] },
      },
    };
    const chief = policyOf(access, caller({ userId: ann }), direct);
    expect(chief.allows.models).toEqual([{ pattern: 'openai/*', rule: 'role chief, from staff' }]);
    expect(chief.figures).toMatchObject({
      tokensPerWeek: { value: 30, rule: 'role chief' },
      imagesPerDay: { value: 99, rule: 'role chief, from staff' },
    });
    const guest = policyOf(access, caller({ userId: '200000000000000002' }), direct);
    expect(guest.allows.models).toEqual([]);
    expect(guest.figures.tokensPerWeek).toEqual({ value: 10, rule: 'role member' });
  });

  it('everyone can have another role, which then inherits the defaults', () => {
    const access = {
      default: 'guest',
      roles: { guest: { imagesPerDay: 1 }, member: { users: [ann], imagesPerDay: 9 } },
    };
    expect(policyOf(access, caller())).toMatchObject({
      roles: ['guest'],
      figures: {
        imagesPerDay: { value: 1 },
        tokensPerWeek: { value: 100_000, rule: 'role guest, default for members' },
      },
    });
    expect(policyOf(access, caller({ userId: ann })).figures.imagesPerDay).toEqual({ value: 9, rule: 'role member' });
  });
});

describe('restrictions of guild and channel', () => {
  const restrictions: Restriction[] = [
    { rule: 'guild 1', fields: { models: ['fake/*'], tokensPerWeek: 50, imagesPerDay: 1000, dailyFreeUsd: null } },
    { rule: 'channel 2', fields: { models: ['*/small'], tokensPerWeek: 40 } },
  ];
  const policy = policyOf({}, caller(), guild, restrictions);

  it.each([
    ['fake/small', undefined],
    ['fake/large', 'channel 2'],
    ['other/small', 'guild 1'],
  ])('of the model %s', (id, rule) => {
    expect(decideBy(policy, caller(), { kind: 'model', id })).toMatchObject(
      rule === undefined ? { allowed: true } : { allowed: false, because: 'tightened', rule },
    );
  });

  it('never give more than the roles', () => {
    expect(policy.figures).toMatchObject({
      tokensPerWeek: { value: 40, rule: 'channel 2' },
      imagesPerDay: { value: 5, rule: 'default for members' },
      freeMicrosPerDay: { value: 500_000 },
    });
    const nothing = policyOf({ roles: { member: { models: [] } } }, caller(), guild, restrictions);
    expect(decideBy(nothing, caller(), { kind: 'model', id: 'fake/small' })).toMatchObject({ because: 'policy' });
  });
});

describe('a decision', () => {
  const access = { roles: { member: { features: ['chat'], commands: ['help', 'server-*'], tools: ['clock'] } } };
  const actions: [Action, object][] = [
    [{ kind: 'feature', feature: 'chat' }, { allowed: true }],
    [{ kind: 'feature', feature: 'images' }, { missing: { kind: 'features', name: 'images' } }],
    [{ kind: 'command', feature: 'chat', name: 'server-model', access: 'everyone' }, { allowed: true }],
    [{ kind: 'command', feature: 'chat', name: 'model', access: 'everyone' }, { missing: { kind: 'commands' } }],
    [{ kind: 'command', feature: 'basics', name: 'help', access: 'everyone' }, { missing: { kind: 'features' } }],
    [
      { kind: 'command', feature: 'chat', name: 'server-x', access: 'moderator' },
      { because: 'rank', needed: 'moderator' },
    ],
    [{ kind: 'component', feature: 'chat', name: 'stop', access: 'everyone' }, { allowed: true }],
    [{ kind: 'component', feature: 'images', name: 'redo', access: 'everyone' }, { because: 'policy' }],
    [{ kind: 'job', feature: 'images', name: 'draw' }, { because: 'policy' }],
    [{ kind: 'tool', feature: 'chat', name: 'clock' }, { allowed: true }],
    [{ kind: 'tool', feature: 'chat', name: 'python' }, { missing: { kind: 'tools' } }],
    [{ kind: 'route', feature: null, name: 'health', access: 'everyone' }, { allowed: true }],
    [{ kind: 'route', feature: null, name: 'owner', access: 'instance-administrator' }, { because: 'rank' }],
    [{ kind: 'model', id: 'fake/x' }, { allowed: true }],
  ];
  it.each(actions)('on %j is %j', (action, expected) => {
    expect(decideBy(policyOf(access, caller()), caller(), action)).toMatchObject(expected);
  });

  it.each(actions)('on %j is yes for instance administrators', (action) => {
    const owner = caller({ instanceAdministrator: true });
    const nothing = { roles: { member: { features: [] }, administrator: { features: [], models: [] } } };
    expect(decideBy(policyOf(nothing, owner), owner, action).allowed).toBe(true);
  });
});
