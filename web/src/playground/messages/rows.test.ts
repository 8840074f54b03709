import { describe, expect, it } from 'vitest';
import type { Message } from '../state/model.ts';
import { type Row, toRows } from './rows.ts';

function message(id: string, authorId: string, minute: number, change: Partial<Message> = {}): Message {
  return {
    id,
    channel_id: 'c',
    author: { id: authorId, username: `user ${authorId}` },
    timestamp: new Date(Date.UTC(2026, 0, 10, 12, minute)).toISOString(),
    type: 0,
    flags: 0,
    ...change,
  } as Message;
}

function outline(rows: readonly Row[]): string {
  return rows.map((row) => (row.kind === 'message' ? `${row.compact ? '+' : ''}${row.key}` : row.kind)).join(' ');
}

describe('the rows of a channel', () => {
  it('join what one author says within seven minutes', () => {
    const messages = [message('1', 'a', 0), message('2', 'a', 3), message('3', 'a', 11), message('4', 'b', 11)];
    expect(outline(toRows(messages, null, 'a'))).toBe('day 1 +2 3 4');
  });

  it('keep replies, commands, private notes and system notes apart', () => {
    const messages = [
      message('1', 'a', 0),
      message('2', 'a', 0, { type: 19 }),
      message('3', 'a', 0, { flags: 64 }),
      message('4', 'a', 0, { type: 7 }),
      message('5', 'a', 0),
    ];
    expect(outline(toRows(messages, null, 'a'))).toBe('day 1 2 3 4 5');
  });

  it('begin each day with its date', () => {
    const messages = [message('1', 'a', 0), message('2', 'a', 26 * 60)];
    expect(outline(toRows(messages, null, 'a'))).toBe('day 1 day 2');
  });

  it('mark the first unread message, but none that came while one was looking', () => {
    const messages = [message('1', 'a', 0), message('2', 'a', 1), message('3', 'a', 2)];
    expect(outline(toRows(messages, { after: '1', upTo: '3' }, 'z'))).toBe('day 1 new 2 +3');
    expect(outline(toRows(messages, null, 'z'))).toBe('day 1 +2 +3');
    expect(outline(toRows(messages, { after: '3', upTo: '3' }, 'z'))).toBe('day 1 +2 +3');
  });
});
