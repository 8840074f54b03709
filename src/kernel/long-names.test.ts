import { describe, expect, it } from 'vitest';
import { nameMeant, shortChoices, shortLabel, shortReference } from './long-names.ts';

const alike = Array.from({ length: 120 }, (_, index) => `${'hf.co/organisation/'.repeat(8)}${index}`);
const inTheMiddle = ['a', 'b'].map((letter) => `${'x'.repeat(60)}${letter}${'y'.repeat(120)}`);
const pictures = ['😀', '😁'].map((picture) => picture.repeat(80));

describe('names longer than Discord can show', () => {
  it.each([[alike], [inTheMiddle], [pictures], [['short', 'b'.repeat(100)]]])(
    'fit, differ and can be looked up: %#',
    (names) => {
      const choices = shortChoices(names);
      for (const { label, value } of choices) {
        expect(Math.max(label.length, value.length)).toBeLessThanOrEqual(100);
        expect((label + value).isWellFormed()).toBe(true);
      }
      expect(new Set(choices.map(({ label }) => label)).size).toBe(names.length);
      expect(choices.map(({ value }) => nameMeant(names, value))).toEqual(names);
      expect(names.map((name) => nameMeant(names, name))).toEqual(names);
    },
  );

  it('show their end', () => {
    expect(shortLabel(alike[77] ?? '')).toMatch(/^hf\.co.*….*\/77$/);
    expect(shortLabel('short')).toBe('short');
  });

  it('are found only among those offered', () => {
    expect(nameMeant(alike.slice(1), shortReference(alike[0] ?? ''))).toBeUndefined();
    expect(nameMeant(alike, (alike[0] ?? '').slice(0, 100))).toBeUndefined();
  });
});
