import { PermissionFlagsBits } from 'discord-api-types/v10';

/** Who asks. */
export interface Caller {
  userId: string;
  /** The name shown in the guild, else the global one. */
  displayName: string;
  /** Empty in a DM. */
  roleIds: readonly string[];
  /** Discord permission bits in the channel; null in a DM. */
  permissions: bigint | null;
  instanceAdministrator: boolean;
}

/**
 * Who may use a command. `moderator` can manage messages in the channel, `guild-administrator` can manage the server;
 * in a DM both are everyone, since the DM is the caller's own. Instance administrators may do everything.
 */
export type Access = 'everyone' | 'moderator' | 'guild-administrator' | 'instance-administrator';

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
