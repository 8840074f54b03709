import type { ClientState } from '../state/client-state.ts';
import { ChannelKind } from '../state/model.ts';
import { channelTree } from '../state/select.ts';

const lastChannels = new Map<string, string>();

/** Remembers, for this visit, the channel that was open in each guild. */
export function rememberChannel(guildId: string, channelId: string): void {
  lastChannels.set(guildId, channelId);
}

/** The channel to open in a guild: the last one that was open, else `general`, else the first that holds text. */
export function defaultChannelId(state: ClientState, guildId: string): string | null {
  const last = lastChannels.get(guildId);
  if (last !== undefined && state.channels[last] !== undefined) return last;
  const channels = channelTree(state, guildId).flatMap((group) => group.channels.map((entry) => entry.channel));
  const texts = channels.filter(({ kind }) => kind === ChannelKind.text || kind === ChannelKind.announcement);
  const general = texts.find((channel) => channel.name === 'general');
  return (general ?? texts[0])?.id ?? null;
}
