/** What chat offers to other features: `context.use(chatApi)`. */
import type { JsonObject } from '../../kernel/json.ts';
import { defineApi } from '../../sdk/index.ts';
import type { Call, Caller, ModelInfo, OutgoingMessage, Tx, TurnFile } from '../../sdk/index.ts';

export { messageOverheadTokens } from './prompt/fit.ts';
export { promptCharacters } from './prompt/variables.ts';

export interface ConversationPlace {
  /** null in a DM. */
  guildId: string | null;
  channelId: string;
  userId: string;
}

/** What a model's window has for a conversation. */
export interface Window {
  /** The model that would answer there. */
  model: ModelInfo;
  /** For everything but the answer, in tokens. */
  roomTokens: number;
  /** How many earlier turns are sent, and how many are kept, at most. */
  mostSent: number;
  mostKept: number;
}

/** A turn of a conversation's history. */
export interface PastTurn {
  id: string;
  askedAtMs: number;
  authorId: string;
  /** The messages that asked and answered. */
  messageIds: string[];
  /** Others than the author whose words the model read for the answer. */
  contextAuthorIds: string[];
  /** Some of those others have had their data deleted since. */
  hasForgottenContext: boolean;
  /** No answer to it is being worked on. */
  ended: boolean;
  /** Its text; null once its author's data was deleted. */
  said: { name: string; question: string; answer: string | null } | null;
  /** Changes with every edit and every other answer. */
  revision: string;
}

export interface NewTurn {
  /** Unique for this turn: asking again with the same one changes nothing. */
  key: string;
  caller: Caller;
  guildId: string | null;
  channelId: string;
  text: string;
  attachments?: readonly TurnFile[];
  /** The message that asks, which the answer replies to. */
  messageId?: string;
  /** A model's id, in place of the one that the settings choose. */
  model?: string;
  /** For prompt sources, speakers and steps of the feature that asks: they find it as `Turn.extra`. */
  extra?: JsonObject;
}

export interface ChatApi {
  /**
   * Has a question answered where it is asked, on the caller's account: stores it with its job in the transaction. Throws a
   * UserError, and the transaction must leave no trace, when the caller may not ask or cannot pay.
   */
  ask(tx: Tx, feature: string, turn: NewTurn): Promise<{ turnId: string }>;
  /** What would answer a person in a place. */
  windowAt(place: ConversationPlace): Promise<Window>;
  /** The turns of a channel that were asked after a time (Unix ms), oldest first. */
  turnsAfter(channelId: string, afterMs: number | undefined): Promise<PastTurn[]>;
  /** Whether these turns are as they were read. They stay so until the transaction ends. */
  areUnchanged(tx: Tx, turns: readonly PastTurn[]): Promise<boolean>;
  /** The name of who answered in place of the bot in a message; undefined for the bot's own, and for any other message. */
  speakerIn(messageId: string): Promise<string | undefined>;
  /** Tokens that a past turn takes of a prompt. */
  tokensOf(model: ModelInfo, said: PastTurn['said']): Promise<number>;
  /** Whether the caller may change the settings of the conversation: moderators, and the member who opened it. */
  mayConfigure(call: Pick<Call, 'caller' | 'guildId' | 'channelId'>): Promise<boolean>;
  /** The panel of `/settings` as it is now, for a component that has changed something. */
  settingsPanel(call: Call): Promise<OutgoingMessage>;
  /** The system prompt where nothing else is chosen, with its variables not filled in. */
  readonly defaultSystemPrompt: string;
  /** Whether turns of these channels are kept; those without are not returned. */
  channelsWithTurns(tx: Tx, channelIds: readonly string[]): Promise<string[]>;
}

export const chatApi = defineApi<ChatApi>('chat');

declare module '../../sdk/event.ts' {
  interface FeatureEvents {
    /** What was asked in a channel at this time (Unix ms) or later has changed or is gone: what was derived from it no longer holds. */
    'chat/history-changed': { channelId: string; fromMs: number };
    /** As `history-changed` for messages that the history may have dropped by now. */
    'chat/messages-changed': { messageIds: readonly string[] };
    /** A person's data is about to be deleted: what was derived from their words goes first. */
    'chat/author-forgotten': { userId: string };
    /** A guild was left, or a channel is gone with its threads. */
    'chat/place-deleted': { guildId: string } | { channelId: string };
    /** A thread was opened for a turn, which is a conversation of its own from now on. */
    'chat/thread-opened': {
      guildId: string | null;
      channelId: string;
      threadId: string;
      extras: Readonly<Record<string, JsonObject>>;
    };
    /** A conversation began as a copy of another, up to what was asked before a time (Unix ms). */
    'chat/branched': { guildId: string; fromId: string; toId: string; parentId: string; beforeMs: number };
  }
}
