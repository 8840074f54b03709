import { describe, expect, it } from 'vitest';
import { formatDuration, waveformBars } from './waveform.ts';

const encode = (...bytes: number[]) => btoa(String.fromCharCode(...bytes));

describe('a voice message’s waveform', () => {
  it('keeps the loudest sample of each stretch', () => {
    expect(waveformBars(encode(0, 255, 51, 0), 2)).toEqual([1, 0.2]);
  });

  it('is stretched when it has fewer samples than bars', () => {
    expect(waveformBars(encode(255, 0), 4)).toEqual([1, 1, 0, 0]);
  });

  it('is flat when it is missing, empty or unreadable', () => {
    for (const odd of [undefined, '', '***']) expect(waveformBars(odd, 3)).toEqual([0, 0, 0]);
  });

  it('is bounded', () => {
    expect(waveformBars('/'.repeat(4_000_000), 4)).toEqual([1, 1, 1, 1]);
  });
});

describe('a duration', () => {
  it('is minutes and seconds', () => {
    expect([0, 4.6, 65, 3599, NaN].map(formatDuration)).toEqual(['0:00', '0:05', '1:05', '59:59', '0:00']);
  });
});
