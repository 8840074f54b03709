import type {
  APIApplicationCommandOptionChoice,
  APIModalInteractionResponseCallbackComponent,
} from 'discord-api-types/v10';
import type {
  Channel,
  ConnectionState,
  Guild,
  Member,
  Message,
  MessageWindow,
  OutgoingMessage,
  PendingInteraction,
  User,
} from './model.ts';

/** A form an application asks this person to fill in. */
export interface ModalRequest {
  readonly id: string;
  readonly nonce: string | null;
  readonly applicationId: string;
  readonly channelId: string;
  readonly customId: string;
  readonly title: string;
  readonly components: readonly APIModalInteractionResponseCallbackComponent[];
}

export interface Suggestions {
  readonly nonce: string;
  readonly choices: readonly APIApplicationCommandOptionChoice[];
}

/** All that one member's client knows. Changed by `reduce` alone. */
export interface ClientState {
  readonly selfId: string | null;
  readonly sessionId: string | null;
  readonly connection: ConnectionState;
  readonly guilds: Readonly<Record<string, Guild>>;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly users: Readonly<Record<string, User>>;
  /** By guild, then by user. */
  readonly members: Readonly<Record<string, Readonly<Record<string, Member>>>>;
  /** Status by user; users the gateway never spoke of are absent. */
  readonly presences: Readonly<Record<string, string>>;
  /** By user: the status in their own words, of those who have one. */
  readonly statusTexts: Readonly<Record<string, string>>;
  readonly windows: Readonly<Record<string, MessageWindow>>;
  /** By thread: its first message, which has the thread's own id; null when it was deleted. */
  readonly starters: Readonly<Record<string, Message | null>>;
  /** By channel, then by user: when the typing note ends, in milliseconds since 1970. */
  readonly typing: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Whether this person was here before in this browser. */
  readonly returning: boolean;
  /** By channel: the youngest message that was read. */
  readonly lastRead: Readonly<Record<string, string>>;
  /** By channel: unread messages that address this person. */
  readonly mentionCounts: Readonly<Record<string, number>>;
  readonly outgoing: readonly OutgoingMessage[];
  readonly interactions: readonly PendingInteraction[];
  readonly modal: ModalRequest | null;
  readonly suggestions: Suggestions | null;
}

/** What is known before the gateway has said anything, save for read marks kept from an earlier visit. */
export function initialState(lastRead: Readonly<Record<string, string>>): ClientState {
  return {
    selfId: null,
    sessionId: null,
    connection: { phase: 'connecting' },
    guilds: {},
    channels: {},
    users: {},
    members: {},
    presences: {},
    statusTexts: {},
    windows: {},
    starters: {},
    typing: {},
    returning: Object.keys(lastRead).length > 0,
    lastRead,
    mentionCounts: {},
    outgoing: [],
    interactions: [],
    modal: null,
    suggestions: null,
  };
}

/** `record` with `key` set, or the same object when nothing would change. */
export function withEntry<T>(record: Readonly<Record<string, T>>, key: string, value: T): Readonly<Record<string, T>> {
  return record[key] === value ? record : { ...record, [key]: value };
}

/** `record` without `key`, or the same object when it has none. */
export function withoutEntry<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  if (!(key in record)) return record;
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
