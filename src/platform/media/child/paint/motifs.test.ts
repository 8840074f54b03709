import { createCanvas } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { MOTIFS, subjectsIn } from './motifs.ts';
import type { Subject } from './motifs.ts';
import { paletteFor } from './palette.ts';

const edge = 80;

/** The pixels of one motif alone, one half of the edge high. */
function drawn(subject: Subject, hue: number, isColoured = false): Uint8ClampedArray {
  const context = createCanvas(edge, edge).getContext('2d');
  context.translate(edge / 2, edge * 0.75);
  context.scale(edge / 2, edge / 2);
  const palette = paletteFor({ mood: 'day', place: 'hills', hues: [hue], random: () => 0.5 });
  MOTIFS[subject].draw({ context, palette, isColoured });
  return context.getImageData(0, 0, edge, edge).data;
}

/** The share of pixels that differ visibly. */
function difference(one: Uint8ClampedArray, other: Uint8ClampedArray): number {
  let count = 0;
  for (let at = 0; at < one.length; at += 4) {
    if ([0, 1, 2, 3].some((part) => Math.abs((one[at + part] ?? 0) - (other[at + part] ?? 0)) > 40)) count += 1;
  }
  return count / (edge * edge);
}

const subjects = Object.keys(MOTIFS) as Subject[];

describe('what a prompt names', () => {
  it.each([
    ['a lighthouse', ['lighthouse']],
    ['two foxes and an owl', ['fox', 'owl']],
    ['butterflies over a windmill', ['windmill', 'butterfly']],
    ['a dragon under the moon', ['moon', 'dragon']],
    ['a penguin, a snowman and whales', ['whale', 'snowman', 'penguin']],
    ['an astronaut on a unicorn', ['unicorn', 'astronaut']],
    ['rabbits by cacti in the sun', ['sun', 'cactus', 'rabbit']],
    ['quarterly figures', []],
  ])('is found in "%s"', (prompt, named) => {
    expect(subjectsIn(prompt.match(/[a-z]+/g) ?? [])).toEqual(named);
  });

  it('means one thing a word', () => {
    const words = subjects.flatMap((subject) => MOTIFS[subject].words.split(' '));
    expect(new Set(words).size).toBe(words.length);
  });
});

describe('a drawing', () => {
  it('looks like no other', () => {
    const pixels = new Map(subjects.map((subject) => [subject, drawn(subject, 200)]));
    const empty = new Uint8ClampedArray(edge * edge * 4);
    for (const [subject, own] of pixels) {
      expect(difference(own, empty), subject).toBeGreaterThan(0.05);
      for (const [other, others] of pixels) {
        if (other !== subject) expect(difference(own, others), `${subject} and ${other}`).toBeGreaterThan(0.04);
      }
    }
  });

  it.each(['lighthouse', 'dragon', 'fox', 'whale', 'penguin', 'moon'] as const)(
    'of a %s has colours of its own, and those that the prompt names',
    (subject) => {
      expect(difference(drawn(subject, 20), drawn(subject, 200))).toBe(0);
      expect(difference(drawn(subject, 290, true), drawn(subject, 290))).toBeGreaterThan(0.02);
    },
  );
});
