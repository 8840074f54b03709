import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/postgres.ts';
import type { Json } from '../../kernel/json.ts';
import type { TestDatabase } from '../../testing/postgres.ts';
import { openSettings, settingsMigrations } from './index.ts';
import type { SettingsService } from './index.ts';

let database: TestDatabase;
let settings: SettingsService;
beforeAll(async () => {
  database = await testDatabase({ migrations: [settingsMigrations] });
});
beforeEach(async () => {
  settings = await openSettings(database.postgres);
});
afterEach(() => settings.close());
afterAll(() => database.close());

describe('overrides set by command', () => {
  it('are seen here at once, after a restart, and gone when unset', async () => {
    await settings.set('chat', 'guild', '1', 'model', 'a/b');
    await settings.set('chat', 'guild', '1', 'historySent', 3);
    expect(settings.peek('chat', 'guild', '1')).toEqual({ model: 'a/b', historySent: 3 });
    await settings.close();
    settings = await openSettings(database.postgres);
    expect(settings.peek('chat', 'guild', '1')).toEqual({ model: 'a/b', historySent: 3 });
    await settings.set('chat', 'guild', '1', 'model', undefined);
    await settings.set('chat', 'guild', '1', 'historySent', undefined);
    expect(settings.peek('chat', 'guild', '1')).toBeUndefined();
  });

  it('keep scopes apart that share an id, as a guild and its first channel do', async () => {
    await settings.set('chat', 'guild', '2', 'model', 'guild/model');
    await settings.set('chat', 'channel', '2', 'model', 'channel/model');
    expect(settings.peek('chat', 'guild', '2')).toEqual({ model: 'guild/model' });
    expect(settings.peek('chat', 'channel', '2')).toEqual({ model: 'channel/model' });
    expect(settings.peek('basics', 'guild', '2')).toBeUndefined();
  });

  it('are seen by other processes', async () => {
    const connection = database.another();
    const other = await openSettings(connection);
    const seen = Promise.withResolvers<void>();
    const unlisten = await connection.listen('settings_changed', () => seen.resolve());
    await settings.set('chat', 'channel', '3', 'answerEverything', true);
    await seen.promise;
    await expect.poll(() => other.peek('chat', 'channel', '3')).toEqual({ answerEverything: true });
    await unlisten();
    await other.close();
    await connection.close();
  });

  it('are replaced by one of those who replace the same value', async () => {
    const place = { feature: 'budgets', scope: 'instance', scopeId: '', key: 'pause' } as const;
    const replacing = (expected: Json | undefined) =>
      Promise.all([1, 2, 3, 4].map((by) => settings.replace(place, expected, { by, after: expected ?? null })));
    expect((await replacing(undefined)).filter(Boolean)).toHaveLength(1);
    const first = settings.peek('budgets', 'instance', '')?.['pause'];
    expect((await replacing(first)).filter(Boolean)).toHaveLength(1);
    expect(await settings.replace(place, undefined, 'late')).toBe(false);
    expect(settings.peek('budgets', 'instance', '')?.['pause']).toMatchObject({ after: first });
  });

  it('of a user are seen in another process when they change', async () => {
    const connection = database.another();
    const elsewhere = await openSettings(connection);
    expect(await elsewhere.forUser('chat', '7')).toEqual({});
    await settings.set('chat', 'user', '7', 'model', 'a/b');
    await settings.set('privacy', 'user', '7', 'quiet', true);
    expect(await settings.forUser('chat', '7')).toEqual({ model: 'a/b' });
    await expect.poll(() => elsewhere.forUser('privacy', '7')).toEqual({ quiet: true });
    expect(await elsewhere.forUser('chat', '7')).toEqual({ model: 'a/b' });
    await elsewhere.close();
    await connection.close();
  });

  it('of a user are exported and forgotten', async () => {
    await settings.set('chat', 'user', '9', 'model', 'a/b');
    expect(await settings.forUser('chat', '9')).toEqual({ model: 'a/b' });
    expect(await settings.exportUser('9')).toEqual([{ feature: 'chat', key: 'model', value: 'a/b' }]);
    expect(await settings.forgetUser(database.postgres.db, '9')).toBe(1);
    expect(await settings.forUser('chat', '9')).toEqual({});
  });
});
