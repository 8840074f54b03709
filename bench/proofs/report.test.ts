import { describe, expect, it } from 'vitest';
import { proofs } from './list.ts';
import type { Proof } from './list.ts';
import { duration, replaceSection } from '../lib/readme.ts';
import { tableOf } from '../lib/record.ts';
import { head, judge, rowOf } from './report.ts';

const proof: Proof = { name: 'p', what: 'what | it shows', command: ['true'], least: 100, unit: 'rounds' };
const told = (...cases: number[]) => cases.map((count) => `${JSON.stringify({ proof: 'p', cases: count })}\n`).join('');
const run = (code: number | null, text: string) => ({ code, told: text, elapsedMs: 61_000 });

describe('a proof', () => {
  it.each([
    ['holds when it ends with 0 and tried enough', run(0, told(60, 40)), false, undefined],
    ['fails when it tried too little', run(0, told(99)), false, 'tried 99 of 100 rounds'],
    ['fails when it tried nothing', run(0, ''), false, 'tried 0 of 100 rounds'],
    ['fails when only another was tried', run(0, '{"proof":"q","cases":500}\n'), false, 'tried 0 of 100 rounds'],
    ['fails when it ends with 1', run(1, told(100)), false, 'ended with 1'],
    ['fails when there is no such command', run(127, ''), false, 'ended with 127, tried 0 of 100 rounds'],
    ['fails when it is killed', run(null, told(100)), false, 'took too long or was stopped'],
    ['holds with less when it is quick', run(0, told(3)), true, undefined],
    ['fails when it is quick and tried nothing', run(0, ''), true, 'tried 0 of 1 rounds'],
  ])('%s', (_, ended, quick, failure) => {
    expect(judge(proof, ended, { quick }).failure).toBe(failure);
  });

  it('is named once in the list', () => {
    expect(new Set(proofs.map(({ name }) => name)).size).toBe(proofs.length);
    expect(proofs.filter(({ least }) => least < 1)).toEqual([]);
  });
});

describe('the table', () => {
  it('tells size, result, duration, day and commit, keeps its columns, and leaves out what never ran', () => {
    const row = rowOf(judge({ ...proof, least: 1 }, run(0, told(1200)), { quick: false }));
    const p = { day: '2026-01-02', commit: 'abc1234', rows: [row] };
    const lines = tableOf({ figures: {}, proofs: { p } }, 'proofs', { head, names: ['other', 'p'] }).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe('| proof | what | size | result | duration | run |');
    expect(lines[2]).toBe('| p | what \\| it shows | 1,200 rounds | holds | 1 min 1 s | 2026-01-02, abc1234 |');
    expect(duration(59_400)).toBe('59 s');
  });

  it('goes between the markers of README.md', () => {
    const begin = '<!-- proofs:begin -->';
    const end = '<!-- proofs:end -->';
    const text = `a\n${begin}\nold\n${end}\nb`;
    expect(replaceSection(text, 'proofs', 'new')).toBe(`a\n${begin}\n\nnew\n\n${end}\nb`);
    for (const broken of ['', begin, `${end}${begin}`, `${begin}${end}${begin}${end}`]) {
      expect(() => replaceSection(broken, 'proofs', 'new')).toThrow('once each');
    }
  });
});
