import type { ClientState } from '../state/client-state.ts';
import { type Channel, ChannelKind } from '../state/model.ts';
import { allows, Permission } from '../state/permissions.ts';
import { channelTitle, directPartner, displayName, isUnread, ownPermissions } from '../state/select.ts';
import { compareSnowflakes } from '../state/snowflake.ts';

/** A place to go or to send to: a channel, thread or DM that exists, or a person with whom no DM was begun. */
export interface Destination {
  readonly key: string;
  readonly channel: Channel | null;
  readonly userId: string | null;
  readonly label: string;
  /** Where it is, in words. */
  readonly detail: string;
  readonly unread: boolean;
  readonly mentions: number;
}

const mostShown = 30;
const wordless: readonly number[] = [ChannelKind.category];
const closedToMessages: readonly number[] = [ChannelKind.forum, ChannelKind.media];

/** What fits the words, the best first. Without words: what has mentions, what is unread, then the most recent. */
export function findDestinations(state: ClientState, query: string, forSending: boolean): readonly Destination[] {
  const words = query.trim().toLowerCase().replace(/^[#@]/, '');
  const sigil = /^[#@]/.exec(query.trim())?.[0];
  const all = [...channelDestinations(state, forSending), ...peopleDestinations(state)]
    .filter((entry) => sigil === undefined || (sigil === '@') === (entry.userId !== null))
    .map((entry) => ({ entry, fit: fitOf(entry, words) }))
    .filter(({ fit }) => fit > 0);
  const recency = (entry: Destination): string => entry.channel?.lastMessageId ?? entry.channel?.id ?? '0';
  return all
    .sort(
      (a, b) =>
        b.fit - a.fit ||
        Number(b.entry.mentions > 0) - Number(a.entry.mentions > 0) ||
        Number(b.entry.unread) - Number(a.entry.unread) ||
        compareSnowflakes(recency(b.entry), recency(a.entry)),
    )
    .slice(0, mostShown)
    .map(({ entry }) => entry);
}

/** 0 when it does not fit; more for names that are, begin with, or have a word that begins with what was typed. */
function fitOf({ label, detail }: Destination, words: string): number {
  if (words === '') return 1;
  const name = label.toLowerCase();
  if (name === words) return 6;
  if (name.startsWith(words)) return 5;
  if (name.split(/[\s_-]+/).some((part) => part.startsWith(words))) return 4;
  if (name.includes(words)) return 3;
  if (words.split(/\s+/).every((word) => `${name} ${detail.toLowerCase()}`.includes(word))) return 2;
  return isSpreadOver(words, name) ? 1 : 0;
}

/** Whether the letters stand in the name in this order, with others between them: `bch` in `bot-chat`. */
function isSpreadOver(letters: string, name: string): boolean {
  let at = -1;
  for (const letter of letters) {
    at = name.indexOf(letter, at + 1);
    if (at === -1) return false;
  }
  return true;
}

function channelDestinations(state: ClientState, forSending: boolean): readonly Destination[] {
  return Object.values(state.channels)
    .filter((channel) => !wordless.includes(channel.kind))
    .filter((channel) => channel.guildId === null || isOpenTo(state, channel, forSending))
    .map((channel) => ({
      key: channel.id,
      channel,
      userId: channel.guildId === null ? (directPartner(state, channel)?.id ?? null) : null,
      label: channelTitle(state, channel),
      detail: detailOf(state, channel),
      unread: isUnread(state, channel),
      mentions: state.mentionCounts[channel.id] ?? 0,
    }));
}

function isOpenTo(state: ClientState, channel: Channel, forSending: boolean): boolean {
  const granted = ownPermissions(state, channel);
  if (!allows(granted, Permission.viewChannel)) return false;
  if (!forSending) return true;
  if (closedToMessages.includes(channel.kind)) return false;
  return allows(granted, channel.thread === null ? Permission.sendMessages : Permission.sendMessagesInThreads);
}

function detailOf(state: ClientState, channel: Channel): string {
  if (channel.guildId === null) return directPartner(state, channel)?.username ?? 'Direct message';
  const guild = state.guilds[channel.guildId]?.name ?? '';
  const parent = channel.parentId === null ? undefined : state.channels[channel.parentId];
  return channel.thread === null || parent === undefined ? guild : `#${parent.name}, ${guild}`;
}

/** Everyone this person shares a server with and has no DM with. */
function peopleDestinations(state: ClientState): readonly Destination[] {
  const known = new Set(
    Object.values(state.channels)
      .filter((channel) => channel.guildId === null)
      .flatMap((channel) => channel.recipientIds),
  );
  const ids = new Set(Object.values(state.members).flatMap((members) => Object.keys(members)));
  return [...ids]
    .filter((id) => id !== state.selfId && !known.has(id))
    .map((id) => ({
      key: `user-${id}`,
      channel: null,
      userId: id,
      label: displayName(state, id, null),
      detail: state.users[id]?.username ?? 'Direct message',
      unread: false,
      mentions: 0,
    }));
}
