import { PermissionFlagsBits } from 'discord-api-types/v10';

import type { Access, Caller } from './port.ts';

export { figureNames } from './port.ts';
export type * from './port.ts';

const needed = {
  moderator: PermissionFlagsBits.ManageMessages,
  'guild-administrator': PermissionFlagsBits.ManageGuild,
} as const;

export function mayUse(access: Access, caller: Caller): boolean {
  if (access === 'everyone' || caller.instanceAdministrator) return true;
  if (access === 'instance-administrator') return false;
  if (caller.permissions === null) return true;
  const bits = needed[access] | PermissionFlagsBits.Administrator;
  return (caller.permissions & bits) !== 0n;
}
