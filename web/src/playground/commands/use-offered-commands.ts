import type { APIApplicationCommand } from 'discord-api-types/v10';
import { useMemo } from 'react';
import { isOffered } from '../client/interactions.ts';
import { useClientState, usePlayground } from '../context.tsx';
import { ownGuildPermissions } from '../state/select.ts';

/** The commands of all kinds that this person may run in the guild, or in direct messages when it is null. */
export function useOfferedCommands(guildId: string | null): readonly APIApplicationCommand[] {
  const { commands } = usePlayground();
  const permissions = useClientState((state) => (guildId === null ? null : ownGuildPermissions(state, guildId)));
  return useMemo(() => commands.filter((command) => isOffered(command, permissions)), [commands, permissions]);
}
