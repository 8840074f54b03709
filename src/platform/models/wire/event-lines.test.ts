import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventLines, LineTooLong } from './event-lines.ts';
import type { Frame } from './event-lines.ts';

function read(pieces: readonly string[]): Frame[] {
  const lines = new EventLines();
  return [...pieces.flatMap((piece) => lines.push(piece)), ...lines.end()];
}

const line = fc.constantFrom(
  ...[
    '',
    'data: {"a":1}',
    'data: [DONE]',
    ': ping',
    'event: x',
    'data:',
    'data: {',
    'data: "b":2}',
    '{"c":3}',
    'data: x',
  ],
);
const end = fc.constantFrom('\n', '\r\n', '\r');

describe('the lines of a stream', () => {
  it('mean the same however they are cut into pieces', () => {
    const text = fc.array(fc.tuple(line, end), { maxLength: 12 }).map((all) => all.flat().join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(200), { maxLength: 8 }), (whole, cuts) => {
        const at = [...new Set([0, ...cuts.filter((cut) => cut < whole.length), whole.length])].sort((a, b) => a - b);
        const pieces = at.slice(1).map((to, index) => whole.slice(at[index], to));
        expect(read(pieces)).toEqual(read([whole]));
      }),
    );
  });

  it('are told at once, without the blank line that follows', () => {
    expect(new EventLines().push('data: {"a":1}\n')).toEqual([{ kind: 'json', event: undefined, value: { a: 1 } }]);
  });

  it('of one event may be many', () => {
    expect(read(['data: {\ndata: "a":\ndata: 1}\n\n'])).toEqual([{ kind: 'json', event: undefined, value: { a: 1 } }]);
  });

  it('are given up when one is longer than any real one', () => {
    const lines = new EventLines();
    expect(() => {
      for (let piece = 0; piece < 100; piece++) lines.push('x'.repeat(64 * 1024));
    }).toThrow(LineTooLong);
  });
});
