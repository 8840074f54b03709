import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeSettings, tightened } from '../../sdk/setting.ts';
import type { SettingField } from '../../sdk/index.ts';
import { boundsOf, pageOf, readWritten, writtenForm } from './rules.ts';

const schema = z.strictObject({
  count: z.int().min(1).max(5000).default(4),
  share: z.number().min(0).default(0.5),
  rest: z
    .int()
    .min(1)
    .max(72)
    .nullable()
    .default(null)
    .meta({ kind: 'duration', unit: 'hours', changedBy: 'server', tightenOnly: true }),
  price: z.number().min(0).max(10).default(1).meta({ kind: 'dollars', changedBy: 'owner' }),
  greeting: z.string().min(1).max(10).default('Hi'),
  words: z.array(z.string()).max(3).default([]),
  rooms: z
    .array(z.string().meta({ kind: 'channel' }))
    .default([])
    .meta({ changedBy: 'server' }),
  mood: z.enum(['calm', 'wild']).default('calm'),
  on: z.boolean().nullable().default(null),
  library: z.record(z.string(), z.string()).default({}).meta({ changedBy: 'server' }),
});
const fields = new Map(describeSettings(schema).map((field) => [field.key, field]));
const field = (key: string): SettingField => fields.get(key) as SettingField;
const read = (key: string, text: string, most: number | null = null) => {
  const one = field(key);
  return readWritten(one, boundsOf(one, { beneath: { value: most, from: 'file' } }), text);
};

describe('a schema', () => {
  it('is read as settings with their kinds, bounds and who changes them', () => {
    expect([...fields.values()].map(({ key, kind, isList, changedBy }) => [key, kind, isList, changedBy])).toEqual([
      ['count', 'number', false, 'file'],
      ['share', 'number', false, 'file'],
      ['rest', 'duration', false, 'server'],
      ['price', 'dollars', false, 'owner'],
      ['greeting', 'text', false, 'file'],
      ['words', 'text', true, 'file'],
      ['rooms', 'channel', true, 'server'],
      ['mood', 'choice', false, 'file'],
      ['on', 'boolean', false, 'file'],
      // No form of Discord's has groups, whatever the schema says.
      ['library', 'group', false, 'file'],
    ]);
    expect(field('count')).toMatchObject({ min: 1, max: 5000, isWhole: true, nullable: false, default: 4 });
    expect(field('share')).toMatchObject({ min: 0, max: undefined, isWhole: false });
    expect(field('words')).toMatchObject({ min: undefined, max: 3 });
    expect(field('mood').choices).toEqual(['calm', 'wild']);
    expect(field('on')).toMatchObject({ nullable: true, default: null });
  });

  it('needs a unit for a duration', () => {
    const unclear = z.strictObject({ rest: z.int().default(1).meta({ kind: 'duration' }) });
    expect(() => describeSettings(unclear)).toThrow('needs a unit');
  });
});

describe('what a person writes', () => {
  it.each([
    ['count', '12', 12],
    ['count', ' 1,200 ', 1200],
    ['share', '.25', 0.25],
    ['rest', '36', 36],
    ['rest', '1d 12h', 36],
    ['rest', '2 days', 48],
    ['rest', '120m', 2],
    ['rest', '', null],
    ['price', '$0.50', 0.5],
    ['price', '10', 10],
    ['greeting', ' Hello ', 'Hello'],
    ['words', 'one\n\n two \none', ['one', 'two']],
    ['words', '', []],
  ])('is read: %s from “%s”', (key, text, value) => {
    expect(read(key, text)).toEqual({ value });
  });

  it.each([
    ['count', '0', 'bounds'],
    ['count', '5001', 'bounds'],
    ['count', '1.5', 'kind'],
    ['count', '1e3', 'kind'],
    ['count', 'many', 'kind'],
    ['count', '', 'none'],
    ['rest', '90m', 'unit'],
    ['rest', '2h and more', 'kind'],
    ['rest', '4d', 'bounds'],
    ['price', '€1', 'kind'],
    ['greeting', 'Good evening', 'length'],
    ['greeting', '', 'none'],
    ['words', 'a\nb\nc\nd', 'entries'],
  ])('is refused: %s from “%s”', (key, text, code) => {
    expect(read(key, text)).toMatchObject({ problem: { code } });
  });

  it('stays below what the settings file allows, which a server cannot lift', () => {
    expect(read('rest', '24', 24)).toEqual({ value: 24 });
    expect(read('rest', '25', 24)).toMatchObject({ problem: { code: 'bounds' } });
    expect(read('rest', '', 24)).toMatchObject({ problem: { code: 'none' } });
    expect([tightened(30, 24), tightened(null, 24), tightened(5, 24), tightened(5, null)]).toEqual([24, 24, 5, 5]);
  });

  it('takes linear time for long texts', () => {
    const started = performance.now();
    for (const text of ['1 '.repeat(20_000), '1h'.repeat(20_000), ','.repeat(40_000), '\n'.repeat(40_000)]) {
      for (const key of ['count', 'rest', 'price', 'words']) read(key, text);
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('comes back as it was written', () => {
    const written = (key: string, value: Parameters<typeof writtenForm>[1]) => writtenForm(field(key), value);
    expect(written('words', ['a', 'b'])).toBe('a\nb');
    expect([written('rest', null), written('count', 3), written('greeting', 'x')]).toEqual(['', '3', 'x']);
    expect([written('rest', 1), written('rest', 36)]).toEqual(['1 hour', '36 hours']);
    expect(read('rest', written('rest', 36))).toEqual({ value: 36 });
  });
});

describe('pages', () => {
  it('hold 25, or 24 and the way to the next; after the last comes the first', () => {
    const entries = Array.from({ length: 60 }, (_, index) => index);
    expect(pageOf(entries.slice(0, 25), 0)).toEqual({ shown: entries.slice(0, 25) });
    expect(pageOf(entries, 0)).toEqual({ shown: entries.slice(0, 24), next: { page: 1, from: 25, to: 48 } });
    expect(pageOf(entries, 2)).toEqual({ shown: entries.slice(48), next: { page: 0, from: 1, to: 24 } });
    expect(pageOf(entries, 3)).toEqual(pageOf(entries, 0));
  });
});
