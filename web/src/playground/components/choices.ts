import type { APIMessageComponentEmoji, APISelectMenuComponent } from 'discord-api-types/v10';
import type { ClientState } from '../state/client-state.ts';
import { ChannelKind } from '../state/model.ts';
import { channelTitle, displayName } from '../state/select.ts';

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly description: string | null;
  readonly emoji: APIMessageComponentEmoji | null;
  readonly chosen: boolean;
}

/** What a menu offers: its own options, or the guild's members, roles and channels. */
export function choicesOf(
  state: ClientState,
  select: APISelectMenuComponent,
  guildId: string | null,
): readonly Choice[] {
  if ('options' in select) {
    return select.options.map((option) => ({
      value: option.value,
      label: option.label,
      description: option.description ?? null,
      emoji: option.emoji ?? null,
      chosen: option.default ?? false,
    }));
  }
  const defaults = (select.default_values ?? []).map((entry) => entry.id);
  return placesOf(state, select, guildId).map(([value, label]) => ({
    value,
    label,
    description: null,
    emoji: null,
    chosen: defaults.includes(value),
  }));
}

function placesOf(
  state: ClientState,
  select: APISelectMenuComponent,
  guildId: string | null,
): readonly (readonly [string, string])[] {
  const members = Object.keys(state.members[guildId ?? ''] ?? {}).map(
    (id) => [id, `@${displayName(state, id, guildId)}`] as const,
  );
  const roles = Object.values(state.guilds[guildId ?? '']?.roles ?? {}).map((role) => [role.id, role.name] as const);
  const allowed = ('channel_types' in select ? select.channel_types : undefined) as readonly number[] | undefined;
  const channels = Object.values(state.channels)
    .filter((channel) => channel.guildId === guildId && channel.kind !== ChannelKind.category)
    .filter((channel) => allowed?.includes(channel.kind) ?? true)
    .map((channel) => [channel.id, `#${channelTitle(state, channel)}`] as const);
  switch (select.type as number) {
    case 5:
      return members;
    case 6:
      return roles;
    case 7:
      return [...members, ...roles];
    default:
      return channels;
  }
}
