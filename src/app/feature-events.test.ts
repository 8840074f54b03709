import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Tx } from '../platform/postgres/index.ts';
import { defineFeature } from '../sdk/index.ts';
import type { EventEmitter, EventSubscriptions, FeatureParts } from '../sdk/index.ts';
import { testDatabase } from '../testing/postgres.ts';
import { checkSubscriptions, createFeatureEvents } from './feature-events.ts';

declare module '../sdk/event.ts' {
  interface FeatureEvents {
    'test-levels/reached': { userId: string; level: number };
    'test-notes/kept': { text: string };
  }
}

const database = await testDatabase({ migrations: [] });
const { postgres } = database;
await sql`CREATE TABLE note (text text NOT NULL)`.execute(postgres.db);
afterAll(() => database.close());
beforeEach(() => sql`TRUNCATE note`.execute(postgres.db));

const notes = async () => (await sql<{ text: string }>`SELECT text FROM note`.execute(postgres.db)).rows;
const note = (tx: Tx, text: string) => sql`INSERT INTO note (text) VALUES (${text})`.execute(tx);

const featureOf = (name: string, parts: FeatureParts) => ({
  definition: defineFeature({ name, summary: 'Is tested.', intents: [], settings: z.object({}), setup: () => parts }),
  folder: '',
  parts,
});

/** Features by name with what they subscribe to, in the order of their names; `test-levels` is one of them. */
function events(subscriptions: Record<string, EventSubscriptions>): Record<'levels' | 'notes', EventEmitter> {
  const all = { 'test-levels': {}, 'test-notes': {}, ...subscriptions };
  const features = Object.entries(all)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, own]) => featureOf(name, { subscriptions: own }));
  return {
    levels: createFeatureEvents('test-levels', () => features),
    notes: createFeatureEvents('test-notes', () => features),
  };
}

const reached = { userId: '1', level: 5 };

describe('an event', () => {
  it('reaches the features that subscribe, in the order of their names, and not its emitter', async () => {
    const told: string[] = [];
    const tell = (name: string): EventSubscriptions => ({
      'test-levels/reached': async (_tx, { userId, level }) => void told.push(`${name}: ${userId} ${level}`),
    });
    const { levels } = events({ b: tell('b'), 'test-levels': tell('itself'), a: tell('a'), 'test-notes': {} });
    await postgres.transaction((tx) => levels.emit(tx, 'test-levels/reached', reached));
    expect(told).toEqual(['a: 1 5', 'b: 1 5']);
  });

  it('commits what its receivers store with what it tells of', async () => {
    const { levels } = events({ a: { 'test-levels/reached': async (tx) => void (await note(tx, 'of a')) } });
    await postgres.transaction(async (tx) => {
      await note(tx, 'of levels');
      await levels.emit(tx, 'test-levels/reached', reached);
      expect(await notes()).toEqual([]);
    });
    expect(await notes()).toEqual([{ text: 'of levels' }, { text: 'of a' }]);
  });

  it('is rolled back with everything when one receiver fails, and later ones are not asked', async () => {
    const told: string[] = [];
    const { levels } = events({
      a: { 'test-levels/reached': async (tx) => void (await note(tx, 'of a')) },
      b: { 'test-levels/reached': () => Promise.reject(new Error('b cannot')) },
      c: { 'test-levels/reached': async () => void told.push('c') },
    });
    const work = postgres.transaction(async (tx) => {
      await note(tx, 'of levels');
      await levels.emit(tx, 'test-levels/reached', reached);
    });
    await expect(work).rejects.toThrow('b cannot');
    expect(await notes()).toEqual([]);
    expect(told).toEqual([]);
  });

  it('may set off another, but not in a circle', async () => {
    const told: string[] = [];
    const all: Record<'levels' | 'notes', EventEmitter> = events({
      'test-notes': { 'test-levels/reached': (tx) => all.notes.emit(tx, 'test-notes/kept', { text: 'five' }) },
      z: { 'test-notes/kept': async (_tx, { text }) => void told.push(text) },
    });
    await postgres.transaction((tx) => all.levels.emit(tx, 'test-levels/reached', reached));
    expect(told).toEqual(['five']);

    const round: Record<'levels' | 'notes', EventEmitter> = events({
      'test-notes': { 'test-levels/reached': (tx) => round.notes.emit(tx, 'test-notes/kept', { text: '' }) },
      'test-levels': { 'test-notes/kept': (tx) => round.levels.emit(tx, 'test-levels/reached', reached) },
    });
    const work = postgres.transaction((tx) => round.levels.emit(tx, 'test-levels/reached', reached));
    await expect(work).rejects.toThrow('goes round in a circle');
  });

  it('belongs to its feature, and has the name and data that were declared', async () => {
    const { levels } = events({});
    await postgres.transaction(async (tx) => {
      await expect(levels.emit(tx, 'test-notes/kept', { text: '' })).rejects.toThrow('begin with "test-levels/"');
      // @ts-expect-error No feature declares this name.
      await levels.emit(tx, 'test-levels/lost', reached);
      // @ts-expect-error The level is missing.
      await levels.emit(tx, 'test-levels/reached', { userId: '1' });
    });
  });
});

describe('a subscription', () => {
  it.each([
    [
      'to a feature that is not there',
      'gone/happened',
      /subscribes to "gone\/happened", but there is no feature "gone"/,
    ],
    ['to its own events', 'a/happened', /a feature is not told its own events/],
  ])('%s stops the start', (_, name, message) => {
    const subscriptions = { [name]: async () => {} } as EventSubscriptions;
    expect(() => checkSubscriptions([featureOf('a', { subscriptions })])).toThrow(message);
  });
});
