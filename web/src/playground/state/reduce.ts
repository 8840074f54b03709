import { type ClientState, withEntry } from './client-state.ts';
import type { Message, OutgoingMessage, PendingInteraction } from './model.ts';
import type { ConnectionState } from './model.ts';
import { channelUpsert, guildHandlers } from './reduce-guilds.ts';
import { interactionHandlers } from './reduce-interactions.ts';
import { messageHandlers } from './reduce-messages.ts';
import { loadHistory, loadStarter, markRead, type HistoryPage } from './reduce-history.ts';
import type { RawChannel } from './normalize.ts';

export type Action =
  | { readonly type: 'dispatch'; readonly event: string; readonly data: unknown; readonly atMs: number }
  | { readonly type: 'connection'; readonly connection: ConnectionState }
  | ({ readonly type: 'history' } & HistoryPage)
  | { readonly type: 'message'; readonly message: Message; readonly atMs: number }
  | { readonly type: 'channel'; readonly channel: RawChannel }
  | { readonly type: 'read'; readonly channelId: string }
  /** The first message of a thread as REST gave it; null when there is none. */
  | { readonly type: 'starter'; readonly threadId: string; readonly message: Message | null }
  /** How many unread messages address this person, counted after an absence. */
  | { readonly type: 'mentions'; readonly channelId: string; readonly count: number }
  | { readonly type: 'dismiss'; readonly channelId: string; readonly messageId: string }
  | { readonly type: 'outgoing'; readonly message: OutgoingMessage }
  | { readonly type: 'outgoing-gone'; readonly nonce: string }
  | { readonly type: 'interaction'; readonly interaction: PendingInteraction }
  | { readonly type: 'interaction-gone'; readonly nonce: string }
  | { readonly type: 'modal-closed' };

/** Applies one dispatch to the state. `data` has the shape Discord documents for the event. */
export type DispatchHandler = (state: ClientState, data: never, atMs: number) => ClientState;

const handlers: Readonly<Record<string, DispatchHandler>> = {
  ...guildHandlers,
  ...messageHandlers,
  ...interactionHandlers,
};

/** The next state. Dispatches the page has no use for leave the state untouched. */
export function reduce(state: ClientState, action: Action): ClientState {
  switch (action.type) {
    case 'dispatch': {
      const handler = Object.hasOwn(handlers, action.event) ? handlers[action.event] : undefined;
      return handler === undefined ? state : handler(state, action.data as never, action.atMs);
    }
    case 'connection':
      return { ...state, connection: action.connection };
    case 'history':
      return loadHistory(state, action);
    case 'message':
      return messageHandlers.MESSAGE_CREATE(state, action.message, action.atMs);
    case 'channel':
      return channelUpsert(state, action.channel);
    case 'read':
      return markRead(state, action.channelId);
    case 'starter':
      return loadStarter(state, action.threadId, action.message);
    case 'mentions':
      return { ...state, mentionCounts: withEntry(state.mentionCounts, action.channelId, action.count) };
    case 'dismiss':
      return messageHandlers.MESSAGE_DELETE(state, { id: action.messageId, channel_id: action.channelId });
    default:
      return reduceLocal(state, action);
  }
}

type LocalAction = Extract<
  Action,
  { type: 'outgoing' | 'outgoing-gone' | 'interaction' | 'interaction-gone' | 'modal-closed' }
>;

function reduceLocal(state: ClientState, action: LocalAction): ClientState {
  switch (action.type) {
    case 'outgoing':
      return { ...state, outgoing: replaceByNonce(state.outgoing, action.message) };
    case 'outgoing-gone':
      return { ...state, outgoing: state.outgoing.filter((message) => message.nonce !== action.nonce) };
    case 'interaction':
      return { ...state, interactions: replaceByNonce(state.interactions, action.interaction) };
    case 'interaction-gone':
      return { ...state, interactions: state.interactions.filter((entry) => entry.nonce !== action.nonce) };
    case 'modal-closed':
      return { ...state, modal: null };
  }
}

function replaceByNonce<T extends { readonly nonce: string }>(entries: readonly T[], entry: T): readonly T[] {
  const index = entries.findIndex((known) => known.nonce === entry.nonce);
  return index === -1 ? [...entries, entry] : entries.with(index, entry);
}
