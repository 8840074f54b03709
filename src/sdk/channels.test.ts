import { ChannelType } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import type { CachedChannel } from '../platform/discord/index.ts';
import { isListed } from './channels.ts';

const channel = (id: string, name: string | null, parentId: string | null, type: ChannelType): CachedChannel => ({
  ...{ id, name, parentId, type, guildId: '1', nsfw: false, overwrites: [] },
});
const channels = [
  channel('10', 'fun', null, ChannelType.GuildCategory),
  channel('12', 'art', '10', ChannelType.GuildText),
  channel('13', null, '12', ChannelType.PublicThread),
  channel('14', null, null, ChannelType.DM),
];
const cache = { channel: (id: string) => Promise.resolve(channels.find((one) => one.id === id)) };

it.each([
  ['12', ['12'], true],
  ['12', ['art'], true],
  ['12', ['bot-chat', 'art'], true],
  ['12', ['fun'], false],
  ['12', ['10'], false],
  ['12', [], false],
  ['13', ['art'], true],
  ['13', ['13'], true],
  ['13', ['10'], false],
  ['14', ['art'], false],
  ['15', ['art'], false],
])('whether channel %s is in the list %j is %s', async (id, list, expected) => {
  expect(await isListed(cache, list, id)).toBe(expected);
});
