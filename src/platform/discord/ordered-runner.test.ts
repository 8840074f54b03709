import { expect, it } from 'vitest';
import { OrderedRunner } from './ordered-runner.ts';

interface Item {
  name: string;
  work?: Promise<void>;
  before?: () => void;
}

function running(limit: number) {
  const ran: string[] = [];
  const runner = new OrderedRunner<Item>(limit, (item) => {
    item.before?.();
    ran.push(item.name);
    return item.work;
  });
  return { runner, ran };
}

it('runs at once what has nothing to wait for', () => {
  const { runner, ran } = running(1);
  runner.submit('a', { name: 'a1' });
  runner.submit('a', { name: 'a2' });
  runner.submit('b', { name: 'b1' });
  expect(ran).toEqual(['a1', 'a2', 'b1']);
});

it('lets items of one key wait for the one before, and others pass', async () => {
  const { runner, ran } = running(2);
  const first = Promise.withResolvers<void>();
  runner.submit('a', { name: 'a1', work: first.promise });
  runner.submit('a', { name: 'a2' });
  runner.submit('b', { name: 'b1' });
  expect(ran).toEqual(['a1', 'b1']);
  first.resolve();
  await runner.idle();
  expect(ran).toEqual(['a1', 'b1', 'a2']);
  runner.submit('a', { name: 'a3' });
  expect(ran.at(-1)).toBe('a3');
});

it('begins what waits for room in order, and is idle only when all of it has run', async () => {
  const { runner, ran } = running(1);
  const first = Promise.withResolvers<void>();
  runner.submit('a', { name: 'a1', work: first.promise });
  for (const key of ['b', 'c', 'b', 'd']) runner.submit(key, { name: `${key} waits` });
  const idle = runner.idle();
  expect(ran).toEqual(['a1']);
  first.resolve();
  await idle;
  expect(ran).toEqual(['a1', 'b waits', 'b waits', 'c waits', 'd waits']);
});

it('keeps the order of a key when the run of an item submits others', () => {
  const { runner, ran } = running(5);
  runner.submit('a', {
    name: 'a1',
    before: () => {
      runner.submit('b', { name: 'b1', before: () => runner.submit('a', { name: 'a2' }) });
      runner.submit('a', { name: 'a3' });
    },
  });
  expect(ran).toEqual(['b1', 'a1', 'a2', 'a3']);
});

it('forgets what has not begun when it is dropped', async () => {
  const { runner, ran } = running(1);
  const first = Promise.withResolvers<void>();
  runner.submit('a', { name: 'a1', work: first.promise });
  runner.submit('a', { name: 'a2' });
  runner.submit('b', { name: 'b1' });
  runner.drop();
  runner.submit('c', { name: 'c1' });
  first.resolve();
  await runner.idle();
  expect(ran).toEqual(['a1']);
});
