import { PermissionFlagsBits as Bits } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { Caller, Explanation, Hold, MessageCommandCall } from '../../../sdk/index.ts';
import type { MoneyContext } from '../money.ts';
import { whyMessageCommand } from './why.ts';

const asker = '1';
const sees = Bits.ViewChannel;
const moderates = Bits.ViewChannel | Bits.ManageMessages;

interface Situation {
  /** Of the message. */
  guildId: string | null;
  callerId: string;
  /** Where the command is used. */
  from: { guildId: string | null; channelId: string };
  /** Of the caller: in the message's channel, and where the command is used. */
  permissions: bigint;
  permissionsHere?: bigint;
  administrator?: boolean;
}

/** Still running, so that every field is present. */
const admission: Hold = {
  ...{ key: '1', request: 'chat/answer/1', step: 'admission', attempt: 0, state: 'open', facts: {} },
  terms: { payerId: asker, guildId: '5', channelId: '6', allowances: [], limits: [] },
  ...{ held: {}, charged: {}, fromSavings: {}, refunded: {}, onInstance: {} },
  ...{ createdAtMs: 1_700_000_000_000, endedAtMs: null },
};

const message = { guildId: '5', channelId: '6' };
const elsewhere = { guildId: '5', channelId: '7' };

/** How much of an explanation the caller gets. */
async function told(situation: Situation): Promise<'full' | 'part' | 'why.unknown'> {
  const explanation: Explanation = {
    ...{ request: 'chat/answer/1', payerId: asker, guildId: situation.guildId, channelId: message.channelId },
    ...{ roles: [], rules: ['role member'], holds: [admission], refusal: undefined },
  };
  const context = {
    spending: { explain: () => Promise.resolve(explanation) },
    discord: { cache: { memberPermissions: () => Promise.resolve(situation.permissions) } },
    texts: { has: () => false },
    use: () => ({ speakerIn: () => Promise.resolve(undefined) }),
  } as unknown as MoneyContext;
  const caller: Caller = {
    userId: situation.callerId,
    displayName: '',
    roleIds: [],
    permissions: situation.from.guildId === null ? null : (situation.permissionsHere ?? situation.permissions),
    instanceAdministrator: situation.administrator ?? false,
  };
  let fields = 0;
  const call = {
    caller,
    ...situation.from,
    target: { id: '10' },
    t: (key: string) => key,
    reply: ({ embeds }: { embeds: { fields: unknown[] }[] }) => {
      fields = embeds[0]?.fields.length ?? 0;
      return Promise.resolve();
    },
  } as unknown as MessageCommandCall;
  try {
    await whyMessageCommand(context).run(call);
  } catch (error) {
    return (error as { code: 'why.unknown' }).code;
  }
  return fields > 2 ? 'full' : 'part';
}

describe('why an answer is as it is', () => {
  it.each<[string, Situation, string]>([
    ['the asker', { guildId: '5', callerId: asker, from: message, permissions: sees }, 'full'],
    ['a moderator', { guildId: '5', callerId: '2', from: message, permissions: moderates }, 'full'],
    ["the bot's owner", { guildId: '5', callerId: '2', from: message, permissions: sees, administrator: true }, 'full'],
    ['a member', { guildId: '5', callerId: '2', from: message, permissions: sees }, 'part'],
    [
      'a moderator of another channel',
      { guildId: '5', callerId: '2', from: elsewhere, permissions: sees, permissionsHere: moderates },
      'part',
    ],
    [
      "a member who can't see the channel",
      { guildId: '5', callerId: '2', from: elsewhere, permissions: 0n, permissionsHere: moderates },
      'why.unknown',
    ],
    [
      'a member of another server',
      { guildId: '8', callerId: '2', from: message, permissions: moderates },
      'why.unknown',
    ],
    [
      'the asker in another server',
      { guildId: '8', callerId: asker, from: message, permissions: moderates },
      'why.unknown',
    ],
    [
      'another user in a direct message',
      { guildId: '5', callerId: '2', from: { guildId: null, channelId: '9' }, permissions: sees },
      'why.unknown',
    ],
    [
      'the owner of the direct message',
      { guildId: null, callerId: asker, from: { guildId: null, channelId: '6' }, permissions: 0n },
      'full',
    ],
    [
      "another user about someone's direct message",
      { guildId: null, callerId: '2', from: { guildId: null, channelId: '9' }, permissions: 0n },
      'why.unknown',
    ],
    [
      "the bot's owner about someone's direct message",
      { guildId: null, callerId: '2', from: { guildId: null, channelId: '9' }, permissions: 0n, administrator: true },
      'why.unknown',
    ],
  ])('is shown to %s as it should be', async (_who, situation, expected) => {
    expect(await told(situation)).toBe(expected);
  });
});
