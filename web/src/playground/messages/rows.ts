import { dayNumber } from '../../shared/format-time.ts';
import type { ClientState } from '../state/client-state.ts';
import type { Channel, Message } from '../state/model.ts';
import { isEphemeral } from '../state/reduce-history.ts';
import { isNewer } from '../state/snowflake.ts';

/** Message types that people and applications write; all others are notes of the system. */
const spokenTypes: readonly number[] = [0, 19, 20, 23];
const groupingGapMs = 7 * 60_000;

export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly atMs: number }
  | { readonly kind: 'new'; readonly key: string }
  | { readonly kind: 'message'; readonly key: string; readonly message: Message; readonly compact: boolean };

export function isSpoken(message: Message): boolean {
  return spokenTypes.includes(message.type);
}

/** The messages that were unread when the channel was opened: younger than `after`, up to `upTo`. */
export interface UnreadStretch {
  readonly after: string;
  readonly upTo: string;
}

/** What is unread in the channel now; null when nothing is. */
export function unreadStretch(state: ClientState, channel: Channel): UnreadStretch | null {
  const after = state.lastRead[channel.id];
  const upTo = channel.lastMessageId;
  return after !== undefined && upTo !== null && isNewer(upTo, after) ? { after, upTo } : null;
}

/**
 * Messages with day dividers, the line above the first of `unread`, and later messages of one author joined to the
 * first.
 */
export function toRows(
  messages: readonly Message[],
  unread: UnreadStretch | null,
  selfId: string | null,
): readonly Row[] {
  const rows: Row[] = [];
  let previous: Message | null = null;
  let marked = false;
  for (const message of messages) {
    const atMs = Date.parse(message.timestamp);
    const newDay = previous === null || dayNumber(Date.parse(previous.timestamp)) !== dayNumber(atMs);
    if (newDay) rows.push({ kind: 'day', key: `day-${message.id}`, atMs });
    const startsUnread = !marked && unread !== null && isUnreadIn(unread, message) && message.author.id !== selfId;
    if (startsUnread) {
      marked = true;
      rows.push({ kind: 'new', key: 'new' });
    }
    const compact = !newDay && !startsUnread && previous !== null && continues(previous, message);
    rows.push({ kind: 'message', key: message.id, message, compact });
    previous = message;
  }
  return rows;
}

function isUnreadIn(unread: UnreadStretch, message: Message): boolean {
  return isNewer(message.id, unread.after) && !isNewer(message.id, unread.upTo) && !isEphemeral(message);
}

function continues(previous: Message, message: Message): boolean {
  return (
    message.type === 0 &&
    isSpoken(previous) &&
    previous.author.id === message.author.id &&
    previous.author.username === message.author.username &&
    isEphemeral(previous) === isEphemeral(message) &&
    message.interaction_metadata === undefined &&
    Date.parse(message.timestamp) - Date.parse(previous.timestamp) < groupingGapMs
  );
}
