import { dayNumber } from '../../shared/format-time.ts';
import type { Message } from '../state/model.ts';
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

/**
 * Messages with day dividers, the line above the first unread one, and later messages of one author joined to the
 * first. `readUpTo` is the youngest message that was read when the channel was opened.
 */
export function toRows(messages: readonly Message[], readUpTo: string | null, selfId: string | null): readonly Row[] {
  const rows: Row[] = [];
  let previous: Message | null = null;
  let marked = readUpTo === null;
  for (const message of messages) {
    const atMs = Date.parse(message.timestamp);
    const newDay = previous === null || dayNumber(Date.parse(previous.timestamp)) !== dayNumber(atMs);
    if (newDay) rows.push({ kind: 'day', key: `day-${message.id}`, atMs });
    const startsUnread =
      !marked && isNewer(message.id, readUpTo) && message.author.id !== selfId && !isEphemeral(message);
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
