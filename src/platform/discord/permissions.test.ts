import { PermissionFlagsBits as Bits } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { ALL_PERMISSIONS, effectivePermissions } from './permissions.ts';

const role = (permissions: bigint) => ({ name: 'role', permissions, position: 1, botId: null });
const guild = {
  id: 'everyone',
  ownerId: 'owner',
  roles: new Map([
    ['everyone', role(Bits.ViewChannel | Bits.SendMessages)],
    ['writer', role(Bits.AttachFiles)],
    ['muted', role(0n)],
    ['admin', role(Bits.Administrator)],
  ]),
};
const overwrite = (id: string, type: 0 | 1, allow: bigint, deny: bigint) => ({ id, type, allow, deny });
const of = (roleIds: string[], overwrites: ReturnType<typeof overwrite>[] = [], userId = 'user', muted = false) =>
  effectivePermissions(guild, overwrites, { userId, roleIds, muted });

describe('effectivePermissions', () => {
  it.each([
    ['everyone has the basic role', of([]), Bits.ViewChannel | Bits.SendMessages],
    ['roles add up', of(['writer']), Bits.ViewChannel | Bits.SendMessages | Bits.AttachFiles],
    ['the owner may do all', of([], [overwrite('owner', 1, 0n, Bits.SendMessages)], 'owner'), ALL_PERMISSIONS],
    ['so may administrators', of(['admin'], [overwrite('admin', 0, 0n, Bits.SendMessages)]), ALL_PERMISSIONS],
    ['everyone can be denied', of([], [overwrite('everyone', 0, 0n, Bits.SendMessages)]), Bits.ViewChannel],
    [
      'a role allows what everyone is denied',
      of(['writer'], [overwrite('writer', 0, Bits.SendMessages, 0n), overwrite('everyone', 0, 0n, Bits.SendMessages)]),
      Bits.ViewChannel | Bits.SendMessages | Bits.AttachFiles,
    ],
    [
      'of several roles, one that allows outweighs one that denies',
      of(
        ['writer', 'muted'],
        [overwrite('writer', 0, Bits.SendMessages, 0n), overwrite('muted', 0, 0n, Bits.SendMessages)],
      ),
      Bits.ViewChannel | Bits.SendMessages | Bits.AttachFiles,
    ],
    [
      'the member outweighs all roles',
      of(['writer'], [overwrite('user', 1, 0n, Bits.AttachFiles), overwrite('writer', 0, Bits.AttachFiles, 0n)]),
      Bits.ViewChannel | Bits.SendMessages,
    ],
    [
      'who cannot see a channel can do nothing there',
      of(['writer'], [overwrite('everyone', 0, 0n, Bits.ViewChannel)]),
      0n,
    ],
    ['who is timed out can look on', of(['writer'], [], 'user', true), Bits.ViewChannel],
    [
      'roles of others do not matter',
      of([], [overwrite('writer', 0, Bits.AttachFiles, 0n)]),
      Bits.ViewChannel | Bits.SendMessages,
    ],
  ])('%s', (_name, actual, expected) => {
    expect(actual).toBe(expected);
  });
});
