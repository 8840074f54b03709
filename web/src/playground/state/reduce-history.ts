import { type ClientState, withEntry } from './client-state.ts';
import { MessageFlag, type Message, type MessageWindow } from './model.ts';
import { rememberUsers } from './reduce-users.ts';
import { compareSnowflakes, isNewer } from './snowflake.ts';

/** A page of history as REST answered it (newest first, as Discord orders it). */
export interface HistoryPage {
  readonly channelId: string;
  readonly mode: 'latest' | 'before' | 'after' | 'around';
  readonly messages: readonly Message[];
  readonly limit: number;
}

const emptyWindow: MessageWindow = { items: [], hasBefore: true, hasAfter: false, stale: true };

export function isEphemeral(message: Message): boolean {
  return ((message.flags ?? 0) & MessageFlag.ephemeral) !== 0;
}

/** The union of both lists in order of age; entries of `additions` win. */
export function mergeMessages(known: readonly Message[], additions: readonly Message[]): readonly Message[] {
  const merged = new Map(known.map((message) => [message.id, message]));
  for (const message of additions) merged.set(message.id, message);
  return [...merged.values()].sort((a, b) => compareSnowflakes(a.id, b.id));
}

/** Adds a page to the channel's window; a page that does not touch the window replaces it, so that no gap hides. */
export function loadHistory(state: ClientState, page: HistoryPage): ClientState {
  const known = state.windows[page.channelId] ?? emptyWindow;
  const authors = page.messages.flatMap((message) => [message.author, ...message.mentions]);
  const next = rememberUsers(state, authors);
  return { ...next, windows: withEntry(next.windows, page.channelId, joinPage(known, page)) };
}

function joinPage(known: MessageWindow, page: HistoryPage): MessageWindow {
  const full = page.messages.length >= page.limit;
  if (page.mode === 'before') return { ...known, items: mergeMessages(known.items, page.messages), hasBefore: full };
  if (page.mode === 'after') return { ...known, items: mergeMessages(known.items, page.messages), hasAfter: full };
  if (page.mode === 'around') {
    return { items: mergeMessages([], page.messages), hasBefore: true, hasAfter: true, stale: false };
  }
  const touches = page.messages.some((message) => known.items.some((item) => item.id === message.id));
  const oldest = page.messages.at(-1)?.id ?? null;
  // Ephemeral messages exist here alone: the server has no copy to give back.
  const kept = known.items.filter(
    (item) => isEphemeral(item) || (touches && full && oldest !== null && isNewer(oldest, item.id)),
  );
  return {
    items: mergeMessages(kept, page.messages),
    hasBefore: touches && full ? known.hasBefore : full,
    hasAfter: false,
    stale: false,
  };
}

/** Keeps the first message of a thread. */
export function loadStarter(state: ClientState, threadId: string, message: Message | null): ClientState {
  const next = message === null ? state : rememberUsers(state, [message.author, ...message.mentions]);
  return { ...next, starters: withEntry(next.starters, threadId, message) };
}

/** Everything in the channel counts as read. */
export function markRead(state: ClientState, channelId: string): ClientState {
  const latest = state.channels[channelId]?.lastMessageId ?? null;
  const counted = state.mentionCounts[channelId] ?? 0;
  const unread = isNewer(latest, state.lastRead[channelId]);
  if (latest === null || (!unread && counted === 0)) return state;
  return {
    ...state,
    lastRead: unread ? withEntry(state.lastRead, channelId, latest) : state.lastRead,
    mentionCounts: withEntry(state.mentionCounts, channelId, 0),
  };
}
