import { expect, it } from 'vitest';
import { snowflakeAt } from '../../kernel/snowflake.ts';
import { RecentIds } from './recent-ids.ts';

const ids = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => snowflakeAt(1_700_000_000_000 + from + index));

it('knows an id that was added before, and takes no id for another that differs in one digit', () => {
  const recent = new RecentIds(100);
  const near = ['1323802873040994305', '1323802873040994306', '323802873040994305', '2323802873040994305'];
  expect(near.map((id) => recent.add(id))).toEqual([true, true, true, true]);
  expect(near.map((id) => recent.add(id))).toEqual([false, false, false, false]);
});

it('remembers as many ids as it is made for, and forgets those before twice as many', () => {
  const recent = new RecentIds(1000);
  const all = ids(0, 5000);
  expect(all.every((id) => recent.add(id))).toBe(true);
  expect(all.slice(-1000).some((id) => recent.add(id))).toBe(false);
  expect(recent.add(all[0] ?? '')).toBe(true);
});

it('still knows the last ids when it forgets the first', () => {
  const recent = new RecentIds(10);
  const all = ids(0, 200);
  for (const [index, id] of all.entries()) {
    recent.add(id);
    expect(all.slice(Math.max(0, index - 9), index + 1).map((last) => recent.add(last))).not.toContain(true);
  }
});

it('tells ids apart that are no snowflakes', () => {
  const recent = new RecentIds(10);
  const odd = ['', 'a', '12', '012', '0123456789012', '1234567890a', '123456789012345678901', 'message-1'];
  expect(odd.map((id) => recent.add(id))).toEqual(odd.map(() => true));
  expect(odd.map((id) => recent.add(id))).toEqual(odd.map(() => false));
});
