import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { Caller, Core, StoredGuild } from '../contract.ts';
import { discordError } from '../errors.ts';
import { hasPermission } from '../permissions.ts';

/** Emojis and stickers: one's own may be changed with either permission, others' with MANAGE_GUILD_EXPRESSIONS alone. */
export function requireMayChangeExpression(core: Core, caller: Caller, guild: StoredGuild, creatorId: string): void {
  const granted = core.permissions(caller.user.id, { guildId: guild.id });
  if (hasPermission(granted, PermissionFlagsBits.ManageGuildExpressions)) return;
  const mayCreate = hasPermission(granted, PermissionFlagsBits.CreateGuildExpressions);
  if (!mayCreate || creatorId !== caller.user.id) throw discordError('missingPermissions');
}

/** Whether the caller is shown who uploaded an emoji or a sticker. */
export function seesCreators(core: Core, caller: Caller, guildId: string): boolean {
  const either = PermissionFlagsBits.CreateGuildExpressions | PermissionFlagsBits.ManageGuildExpressions;
  return (core.permissions(caller.user.id, { guildId }) & either) !== 0n;
}
