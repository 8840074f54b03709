import type { APIApplicationCommand } from 'discord-api-types/v10';
import { useMemo } from 'react';
import { isOffered } from '../client/interactions.ts';
import { useClientState, usePlayground } from '../context.tsx';
import { mayRunCommands, ownGuildPermissions } from '../state/select.ts';

/** The commands of all kinds that this person may run in the channel. */
export function useOfferedCommands(channelId: string): readonly APIApplicationCommand[] {
  const { commands } = usePlayground();
  const guildId = useClientState((state) => state.channels[channelId]?.guildId ?? null);
  const guildPermissions = useClientState((state) => (guildId === null ? 0n : ownGuildPermissions(state, guildId)));
  const allowed = useClientState((state) => mayRunCommands(state, channelId));
  return useMemo(
    () => (allowed ? commands.filter((command) => isOffered(command, { guildId, guildPermissions })) : []),
    [commands, allowed, guildId, guildPermissions],
  );
}
