import type { APIReaction } from 'discord-api-types/v10';
import { type ClientState, withEntry, withoutEntry } from './client-state.ts';
import { ChannelKind, type Message, type MessageWindow } from './model.ts';
import { isEphemeral, mergeMessages } from './reduce-history.ts';
import { rememberUsers } from './reduce-users.ts';
import { isNewer } from './snowflake.ts';

const typingLastsMs = 10_000;

interface EmojiKey {
  readonly id: string | null;
  readonly name: string | null;
}

interface ReactionEvent {
  readonly user_id: string;
  readonly channel_id: string;
  readonly message_id: string;
  readonly emoji: EmojiKey;
}

/** True when both name the same emoji; custom emojis are known by id, others by their character. */
export function sameEmoji(a: EmojiKey, b: EmojiKey): boolean {
  return a.id === null && b.id === null ? a.name === b.name : a.id === b.id;
}

/** True when the message calls the person: by name, by role, by everyone, or by being in a DM. */
export function addresses(state: ClientState, message: Message, userId: string): boolean {
  if (message.author.id === userId) return false;
  if (message.mention_everyone || message.mentions.some((user) => user.id === userId)) return true;
  const channel = state.channels[message.channel_id];
  if (channel?.kind === ChannelKind.dm) return true;
  const roles = state.members[channel?.guildId ?? '']?.[userId]?.roles ?? [];
  return message.mention_roles.some((role) => roles.includes(role));
}

function changeWindow(
  state: ClientState,
  channelId: string,
  change: (items: readonly Message[]) => readonly Message[],
): ClientState {
  const window = state.windows[channelId];
  if (window === undefined) return state;
  const items = change(window.items);
  if (items === window.items) return state;
  const next: MessageWindow = { ...window, items };
  return { ...state, windows: withEntry(state.windows, channelId, next) };
}

function changeMessage(
  state: ClientState,
  channelId: string,
  messageId: string,
  change: (message: Message) => Message,
): ClientState {
  const starter = channelId === messageId ? state.starters[channelId] : null;
  const next = starter == null ? state : { ...state, starters: withEntry(state.starters, channelId, change(starter)) };
  return changeWindow(next, channelId, (items) => {
    const index = items.findIndex((item) => item.id === messageId);
    const message = items[index];
    return message === undefined ? items : items.with(index, change(message));
  });
}

/** The message enters the window, unless the window shows an older stretch that does not reach to the present. */
function enterWindow(state: ClientState, message: Message): ClientState {
  const window = state.windows[message.channel_id];
  if (window === undefined && isEphemeral(message)) {
    const items = [message];
    const fresh: MessageWindow = { items, hasBefore: true, hasAfter: false, stale: true };
    return { ...state, windows: withEntry(state.windows, message.channel_id, fresh) };
  }
  if (window?.hasAfter === true && !window.items.some((item) => item.id === message.id)) return state;
  return changeWindow(state, message.channel_id, (items) => mergeMessages(items, [message]));
}

/** Who writes in a thread follows it. */
function followed(state: ClientState, channelId: string): ClientState {
  const channel = state.channels[channelId];
  if (channel?.thread == null || channel.thread.joined) return state;
  const thread = { ...channel.thread, joined: true };
  return { ...state, channels: withEntry(state.channels, channelId, { ...channel, thread }) };
}

function countUnread(state: ClientState, message: Message): ClientState {
  const channel = state.channels[message.channel_id];
  if (channel === undefined || isEphemeral(message) || !isNewer(message.id, channel.lastMessageId)) return state;
  const counts = channel.thread !== null && message.id !== channel.id;
  const thread = counts ? { ...channel.thread, messageCount: channel.thread.messageCount + 1 } : channel.thread;
  const next = {
    ...state,
    channels: withEntry(state.channels, channel.id, { ...channel, thread, lastMessageId: message.id }),
  };
  if (message.author.id === state.selfId) {
    return { ...followed(next, channel.id), lastRead: withEntry(next.lastRead, channel.id, message.id) };
  }
  if (state.selfId === null || !addresses(state, message, state.selfId)) return next;
  const count = (state.mentionCounts[channel.id] ?? 0) + 1;
  return { ...next, mentionCounts: withEntry(next.mentionCounts, channel.id, count) };
}

/** A post's first message, which has the post's id, is kept for the forum's list. */
function keepStarter(state: ClientState, message: Message): ClientState {
  if (message.id !== message.channel_id) return state;
  return { ...state, starters: withEntry(state.starters, message.channel_id, message) };
}

function messageDelete(state: ClientState, data: { id: string; channel_id: string }): ClientState {
  const next =
    data.id === data.channel_id && data.id in state.starters
      ? { ...state, starters: withEntry(state.starters, data.id, null) }
      : state;
  return changeWindow(next, data.channel_id, (items) => items.filter((item) => item.id !== data.id));
}

function stopTyping(state: ClientState, channelId: string, userId: string): ClientState {
  const typing = state.typing[channelId];
  if (typing?.[userId] === undefined) return state;
  return { ...state, typing: withEntry(state.typing, channelId, withoutEntry(typing, userId)) };
}

function messageCreate(state: ClientState, message: Message, _atMs?: number): ClientState {
  let next = rememberUsers(state, [message.author, ...message.mentions]);
  next = enterWindow(next, message);
  next = countUnread(next, message);
  next = keepStarter(next, message);
  next = stopTyping(next, message.channel_id, message.author.id);
  const nonce = message.nonce === undefined ? null : String(message.nonce);
  if (nonce === null || !next.outgoing.some((outgoing) => outgoing.nonce === nonce)) return next;
  return { ...next, outgoing: next.outgoing.filter((outgoing) => outgoing.nonce !== nonce) };
}

function changeReactions(
  state: ClientState,
  event: Omit<ReactionEvent, 'user_id' | 'emoji'>,
  change: (reactions: readonly APIReaction[]) => APIReaction[],
): ClientState {
  return changeMessage(state, event.channel_id, event.message_id, (message) => ({
    ...message,
    reactions: change(message.reactions ?? []),
  }));
}

function reactionAdd(state: ClientState, event: ReactionEvent): ClientState {
  const mine = event.user_id === state.selfId;
  return changeReactions(state, event, (reactions) => {
    const index = reactions.findIndex((reaction) => sameEmoji(reaction.emoji, event.emoji));
    const known = reactions[index];
    if (known === undefined) return [...reactions, newReaction(event.emoji, mine)];
    if (mine && known.me) return [...reactions];
    return reactions.with(index, { ...known, count: known.count + 1, me: known.me || mine });
  });
}

function newReaction(emoji: EmojiKey, mine: boolean): APIReaction {
  return {
    emoji: { id: emoji.id, name: emoji.name },
    count: 1,
    me: mine,
    me_burst: false,
    count_details: { burst: 0, normal: 1 },
    burst_colors: [],
  };
}

function reactionRemove(state: ClientState, event: ReactionEvent): ClientState {
  const mine = event.user_id === state.selfId;
  return changeReactions(state, event, (reactions) =>
    reactions.flatMap((reaction) => {
      if (!sameEmoji(reaction.emoji, event.emoji)) return [reaction];
      const left = { ...reaction, count: reaction.count - 1, me: reaction.me && !mine };
      return left.count > 0 ? [left] : [];
    }),
  );
}

function typingStart(state: ClientState, data: { channel_id: string; user_id: string }, atMs: number): ClientState {
  if (data.user_id === state.selfId) return state;
  const typing = { ...state.typing[data.channel_id], [data.user_id]: atMs + typingLastsMs };
  return { ...state, typing: withEntry(state.typing, data.channel_id, typing) };
}

/** Dispatches about messages, their reactions and typing. */
export const messageHandlers = {
  MESSAGE_CREATE: messageCreate,
  MESSAGE_UPDATE: (state: ClientState, message: Partial<Message> & { id: string; channel_id: string }) =>
    changeMessage(state, message.channel_id, message.id, (known) => ({ ...known, ...message })),
  MESSAGE_DELETE: messageDelete,
  MESSAGE_DELETE_BULK: (state: ClientState, data: { ids: readonly string[]; channel_id: string }) =>
    changeWindow(state, data.channel_id, (items) => items.filter((item) => !data.ids.includes(item.id))),
  MESSAGE_REACTION_ADD: reactionAdd,
  MESSAGE_REACTION_REMOVE: reactionRemove,
  MESSAGE_REACTION_REMOVE_ALL: (state: ClientState, data: ReactionEvent) => changeReactions(state, data, () => []),
  MESSAGE_REACTION_REMOVE_EMOJI: (state: ClientState, data: ReactionEvent) =>
    changeReactions(state, data, (reactions) => reactions.filter((entry) => !sameEmoji(entry.emoji, data.emoji))),
  TYPING_START: typingStart,
};
