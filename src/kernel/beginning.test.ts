import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longTests, tellCases } from '../testing/long.ts';
import { beginningOf } from './beginning.ts';
import { toDiscordMarkdown } from './markdown/discord.ts';
import { splitMessage, splitParts } from './split.ts';
import { hostile, huge, wellFormed } from './testing/generated-text.ts';

const end = '-# … goes on in a file.';
/** Texts of this size take hours to shrink. */
const sampled = (runs: number) =>
  longTests() ? { numRuns: runs, endOnFailure: true } : { numRuns: runs / 20, seed: 20261121 };
const TIMEOUT_MS = longTests() ? 600_000 : 30_000;

describe('the beginning of a text', { timeout: TIMEOUT_MS }, () => {
  it('is not needed when the text fits', () => {
    expect(beginningOf('short', { parts: 1, end })).toBeUndefined();
    expect(beginningOf('', { parts: 1, end })).toBeUndefined();
    expect(beginningOf('a'.repeat(4000), { parts: 2, end })).toBeUndefined();
  });

  it('ends at a paragraph, with `end` below it', () => {
    const paragraph = `${'word '.repeat(60).trim()}.`;
    const text = Array.from({ length: 20 }, () => paragraph).join('\n\n');
    const shown = beginningOf(text, { parts: 1, end }) ?? '';
    expect(shown.endsWith(`.\n${end}`)).toBe(true);
    expect(text.startsWith(shown.slice(0, -end.length - 1))).toBe(true);
    expect(shown.length).toBeGreaterThan(1400);
  });

  it('closes the code block that it cuts', () => {
    const text = `Look:\n\`\`\`ts\n${'const a = 1;\n'.repeat(400)}\`\`\``;
    const shown = beginningOf(text, { parts: 2, end }) ?? '';
    expect(shown.endsWith(`const a = 1;\n\`\`\`\n${end}`)).toBe(true);
    expect(splitMessage(shown)).toHaveLength(2);
  });

  it('covers the spoiler that it cuts', () => {
    const shown = beginningOf(`||${'secret words '.repeat(400)}||`, { parts: 1, end }) ?? '';
    expect(shown.endsWith(`||\n${end}`)).toBe(true);
  });

  it('of any text fits in the allowed number of messages', () => {
    let ran = 0;
    let cut = 0;
    const check = (most: number) => (source: string, parts: number) => {
      const text = toDiscordMarkdown(source);
      const shown = beginningOf(text, { parts, end });
      ran += 1;
      expect(shown === undefined).toBe(splitMessage(text).length <= parts);
      if (shown === undefined) return;
      cut += 1;
      expect(splitMessage(shown).length).toBeLessThanOrEqual(parts);
      expect(shown.endsWith(end)).toBe(true);
      let kept = 0;
      while (kept < shown.length && shown[kept] === text[kept]) kept += 1;
      expect((splitParts(text)[parts - 1]?.end ?? 0) - kept).toBeLessThan(most);
    };
    const parts = fc.integer({ min: 1, max: 5 });
    const any = fc.oneof({ weight: 9, arbitrary: hostile }, huge);
    fc.assert(fc.property(any, parts, check(Infinity)), sampled(1000));
    // A cut between paragraphs may lose half a message, but never a whole one of texts that models write.
    fc.assert(fc.property(wellFormed, parts, check(2000)), sampled(1000));
    tellCases('markdown', ran);
    console.log(`the beginning was taken of ${cut} of ${ran} generated texts`);
  });
});
