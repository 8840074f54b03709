import { expect, it } from 'vitest';
import { formatRoute, parseRoute } from './route.ts';

it.each([
  ['#/channels/12/34', { guildId: '12', channelId: '34' }],
  ['#/channels/12', { guildId: '12', channelId: null }],
  ['#/channels/@me/34', { guildId: null, channelId: '34' }],
  ['#/channels/@me', { guildId: null, channelId: null }],
])('%s is read and written the same', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
  expect(formatRoute(route)).toBe(hash);
});

it('takes any other address as nothing open', () => {
  expect(parseRoute('#/elsewhere')).toEqual({ guildId: null, channelId: null });
  expect(parseRoute('')).toEqual({ guildId: null, channelId: null });
});
