import { afterAll, expect, it } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { testDatabase } from '../../testing/postgres.ts';
import { Cache } from './cache.ts';
import { discordMigrations } from './index.ts';
import { writeChanges } from './cache-store.ts';
import type { DiscordHttp } from './http.ts';
import { sameGuild } from './records.ts';
import type { GuildRecord } from './records.ts';

const database = await testDatabase({ migrations: [discordMigrations] });
afterAll(() => database.close());

const mebibytes = (count: number) => count * 1024 * 1024;
const guild = (id: string, premiumTier: number): GuildRecord => ({
  ...{ id, name: 'A server', ownerId: '1', systemChannelId: null, selfRoleIds: [], selfMutedUntilMs: 0, premiumTier },
  roles: new Map(),
});
const channel = (id: string, guildId: string | null) => ({
  ...{ id, guildId, type: 0, name: 'general', parentId: null, nsfw: false, overwrites: [] },
});

it('a file may be as large as the boosts of a server allow, also for a process that has only read of them', async () => {
  const { postgres } = database;
  const guilds = [guild('10', 0), guild('12', 2), guild('13', 3)];
  const channels = [channel('100', '10'), channel('120', '12'), channel('130', '13'), channel('200', null)];
  await writeChanges(postgres, {
    guilds: new Map(guilds.map((one) => [one.id, one])),
    channels: new Map(channels.map((one) => [one.id, one])),
  });
  const visit = { id: '5', application_id: '1', token: 't', expires_at_ms: 1, file_size_bytes: mebibytes(25) };
  await postgres.db.insertInto('discord_visit').values(visit).execute();
  // Nothing is asked of Discord: all is in the database.
  const http = {} as DiscordHttp;
  const cache = new Cache({ postgres, http, clock: createManualClock(0), logger: silentLogger, selfUserId: '1' });
  const limits = await Promise.all(
    ['100', '120', '130', '200', 'visit:5', 'visit:6'].map((id) => cache.uploadLimit(id)),
  );
  expect(limits).toEqual([10, 50, 100, 10, 25, 10].map(mebibytes));
  expect([sameGuild(guild('10', 0), guild('10', 0)), sameGuild(guild('10', 0), guild('10', 2))]).toEqual([true, false]);
});
