import { PermissionFlagsBits } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../sdk/index.ts';
import { budgetTarget, readAmount, readBudget, readMessageId, readPrice } from './rules.ts';

describe('an amount of money', () => {
  it.each([
    ['5', 5_000_000],
    ['0.25', 250_000],
    ['.5', 500_000],
    ['$5', 5_000_000],
    [' $ 5.000001 ', 5_000_001],
    ['5$', 5_000_000],
    ['2 USD', 2_000_000],
    ['-2', -2_000_000],
    ['−$2', -2_000_000],
    ['0', 0],
    ['-0', 0],
    ['1000000', 1_000_000_000_000],
  ])('is read from %j', (text, micros) => {
    expect(readAmount(text)).toBe(micros);
  });

  it.each([
    '',
    'lots',
    '1,000',
    '0,5',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    '+3',
    '٣',
    '1_000',
    '0b1',
    '$-1',
    '-$-1',
    '9'.repeat(20),
    '--1',
    '$',
    '1000001',
    '5 €',
    '1.0000001',
  ])('is not %j', (text) => {
    expect(() => readAmount(text)).toThrow(expect.objectContaining({ code: 'not-an-amount' }));
  });

  it('repeats only what is safe to show', () => {
    expect(() => readAmount(`\`${'x'.repeat(100)}`)).toThrow(
      expect.objectContaining({ data: { text: `'${'x'.repeat(59)}` } }),
    );
  });
});

describe('a budget', () => {
  it.each([
    ['20', 20_000_000],
    ['0', 0],
    ['off', undefined],
    [' OFF ', undefined],
    ['default', undefined],
  ])('is read from %j', (text, micros) => {
    expect(readBudget(text)).toBe(micros);
  });

  it('is never negative', () => {
    expect(() => readBudget('-1')).toThrow(expect.objectContaining({ code: 'not-an-amount' }));
  });
});

describe('a price', () => {
  it.each([
    ['0.05', undefined, { one: 0.05 }],
    ['$0', undefined, { one: 0 }],
    ['0.5/2', undefined, { input: 0.5, output: 2 }],
    ['$0.5 / $2', undefined, { input: 0.5, output: 2 }],
    ['0.5', '2', { input: 0.5, output: 2 }],
    ['default', undefined, undefined],
    ['Reset', undefined, undefined],
  ])('is read from %j and %j', (price, output, expected) => {
    expect(readPrice(price, output)).toEqual(expected);
  });

  it.each([
    ['-1', undefined],
    ['1/-2', undefined],
    ['1/2/3', undefined],
    ['1/', undefined],
    ['/2', undefined],
    ['cheap', undefined],
    ['default', '2'],
    ['1/2', '3'],
    ['1', 'much'],
  ])('is not %j and %j', (price, output) => {
    expect(() => readPrice(price, output)).toThrow(expect.objectContaining({ code: 'set-price.not-a-price' }));
  });
});

describe('the target of a budget', () => {
  const member: Caller = {
    userId: '1',
    displayName: 'Alice',
    roleIds: [],
    permissions: 0n,
    instanceAdministrator: false,
  };
  const manager = { ...member, permissions: PermissionFlagsBits.ManageGuild };
  const owner = { ...member, instanceAdministrator: true };
  const here = { guildId: '5', channelId: '6' };
  const direct = { guildId: null, channelId: '7' };
  const asMember = { ...member, permissions: null };

  it.each([
    ['a member gives no scope', member, here, {}, { kind: 'user', id: '1' }, 'person'],
    ['a server manager gives no scope', manager, here, {}, { kind: 'guild', id: '5' }, 'guild'],
    ["the bot's owner gives no scope", owner, here, {}, { kind: 'guild', id: '5' }, 'instance'],
    ["the bot's owner gives no scope in private", owner, direct, {}, { kind: 'user', id: '1' }, 'person'],
    ['a channel is named', manager, here, { channel: '8' }, { kind: 'channel', id: '8' }, 'guild'],
    ['the scope is this channel', owner, here, { scope: 'channel' }, { kind: 'channel', id: '6' }, 'instance'],
    ['the scope is everywhere', owner, direct, { scope: 'everywhere' }, { kind: 'instance', id: '' }, 'instance'],
    ['the scope is the caller', manager, here, { scope: 'me' }, { kind: 'user', id: '1' }, 'person'],
  ] as const)('is clear when %s', (_what, caller, place, choice, scope, by) => {
    expect(budgetTarget(caller, place, choice)).toEqual({ scope, by });
  });

  it.each([
    ['a member chooses the server', member, here, { scope: 'server' }, 'set-budget.not-allowed'],
    ['a member names a channel', member, here, { channel: '8' }, 'set-budget.not-allowed'],
    ['a server manager chooses everywhere', manager, here, { scope: 'everywhere' }, 'set-budget.everywhere'],
    ['a member chooses everywhere in private', asMember, direct, { scope: 'everywhere' }, 'set-budget.everywhere'],
    ['the scope is a server in private', asMember, direct, { scope: 'server' }, 'set-budget.guild-only'],
    ['a channel is named in private', owner, direct, { channel: '8' }, 'set-budget.guild-only'],
  ] as const)('is refused when %s', (_what, caller, place, choice, code) => {
    expect(() => budgetTarget(caller, place, choice)).toThrow(expect.objectContaining({ code }));
  });
});

describe('the chosen message', () => {
  const id = '1300000000000000003';
  it.each([
    id,
    ` ${id} `,
    `https://discord.com/channels/1300000000000000001/1300000000000000002/${id}`,
    `<https://ptb.discord.com/channels/@me/1300000000000000002/${id}>`,
    `http://127.0.0.1:8080/channels/1300000000000000001/1300000000000000002/${id}/`,
    `1300000000000000002-${id}`,
  ])('is named by %j', (text) => {
    expect(readMessageId(text)).toBe(id);
  });

  it.each(['', '12', 'that one', `https://example.com/${id}`, `${id} and more`])('is not named by %j', (text) => {
    expect(() => readMessageId(text)).toThrow(expect.objectContaining({ code: 'why.not-a-message' }));
  });
});
