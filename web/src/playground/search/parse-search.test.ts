import { describe, expect, it } from 'vitest';
import { initialState, type ClientState } from '../state/client-state.ts';
import { firstSnowflakeAt } from '../state/snowflake.ts';
import { parseSearch, searchHints } from './parse-search.ts';

const member = (userId: string, nick: string | null) => ({
  userId,
  guildId: 'g',
  nick,
  avatar: null,
  roles: [],
  joinedAt: null,
});
const channel = (id: string, name: string, guildId: string) => ({ id, name, guildId, kind: 0, thread: null });

const state = {
  ...initialState({}),
  users: { '1': { id: '1', username: 'alice' }, '2': { id: '2', username: 'bob' } },
  members: { g: { '1': member('1', null), '2': member('2', 'Big Bob') } },
  channels: { '7': channel('7', 'general', 'g'), '8': channel('8', 'general', 'other') },
} as unknown as ClientState;

const parse = (text: string) => parseSearch(state, 'g', text);

describe('a search', () => {
  it('takes words, and filters between them', () => {
    expect(parse('cold from:alice soup in:#general has:image has:forward')).toEqual({
      query: { content: 'cold soup', author_id: ['1'], channel_id: ['7'], has: ['image', 'snapshot'] },
      problem: null,
    });
  });

  it('takes nicknames, quoted names and ids', () => {
    expect(parse('from:"Big Bob"').query).toEqual({ author_id: ['2'] });
    expect(parse('mentions:@alice from:2').query).toEqual({ mentions: ['1'], author_id: ['2'] });
  });

  it('keeps colons that are no filter', () => {
    expect(parse('see https://example.com at 10:30').query).toEqual({ content: 'see https://example.com at 10:30' });
  });

  it('takes days in the reader’s time', () => {
    const noon = Date.parse('2026-01-31T00:00:00');
    expect(parse('before:2026-01-31').query).toEqual({ max_id: firstSnowflakeAt(noon) });
    expect(parse('after:2026-01-31').query).toEqual({ min_id: firstSnowflakeAt(noon + 86_400_000) });
  });

  it('says what it does not understand', () => {
    expect(parse('from:nobody').problem).toBe('Nobody here is called “nobody”.');
    expect(parse('in:nowhere').problem).toBe('There is no channel called “nowhere” here.');
    expect(parse('has:hair').problem).toMatch(/^has: takes link, .* not “hair”\.$/);
    expect(parse('before:soon').problem).toMatch(/takes a date/);
    expect(parse('  ').problem).toBe('Type what to look for.');
  });

  it('offers filters and their values while typing', () => {
    expect(searchHints(state, 'g', 'soup fr').map((hint) => hint.text)).toEqual(['soup from:']);
    expect(searchHints(state, 'g', 'from:b').map((hint) => hint.text)).toEqual(['from:bob ']);
    expect(searchHints(state, 'g', 'in:').map((hint) => hint.text)).toEqual(['in:general ']);
    expect(searchHints(state, 'g', 'has:sti').map((hint) => hint.label)).toEqual(['has:sticker']);
  });
});
