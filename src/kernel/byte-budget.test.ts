import { describe, expect, it } from 'vitest';
import { ByteBudget } from './byte-budget.ts';

/** Acquires the bytes and adds them to `order` when they are granted. */
async function take(budget: ByteBudget, bytes: number, order: number[], signal?: AbortSignal) {
  const lease = await budget.acquire(bytes, signal);
  order.push(bytes);
  return lease;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a byte budget', () => {
  it('serves in the order of the calls, even when a later, smaller one would fit', async () => {
    const budget = new ByteBudget(10);
    const order: number[] = [];
    const first = await take(budget, 8, order);
    const large = take(budget, 9, order);
    const small = take(budget, 1, order);
    await settled();
    expect(order).toEqual([8]);
    first.release();
    await Promise.all([large, small]);
    expect(order).toEqual([8, 9, 1]);
    expect(budget.usedBytes).toBe(10);
  });

  it('takes unneeded bytes back from a lease, once', async () => {
    const budget = new ByteBudget(10);
    const lease = await budget.acquire(10);
    const next = budget.acquire(6);
    lease.shrink(4);
    expect((await next).bytes).toBe(6);
    lease.shrink(9);
    expect(lease.bytes).toBe(4);
    lease.release();
    lease.release();
    expect(budget.usedBytes).toBe(6);
  });

  it('rejects more than the whole budget, and invalid sizes', async () => {
    const budget = new ByteBudget(10);
    await expect(budget.acquire(11)).rejects.toThrow(RangeError);
    await expect(budget.acquire(Number.NaN)).rejects.toThrow(RangeError);
    await expect(budget.acquire(-1)).rejects.toThrow(RangeError);
    expect(budget.usedBytes).toBe(0);
  });

  it('drops an aborted call and serves those behind it', async () => {
    const budget = new ByteBudget(10);
    const order: number[] = [];
    await take(budget, 6, order);
    const leaving = new AbortController();
    const left = take(budget, 9, order, leaving.signal);
    const behind = take(budget, 3, order);
    leaving.abort(new Error('stopped'));
    await expect(left).rejects.toThrow('stopped');
    await behind;
    expect(order).toEqual([6, 3]);
    await expect(budget.acquire(1, leaving.signal)).rejects.toThrow('stopped');
  });

  it('counts what is in memory already without waiting, and others wait until there is room', async () => {
    const budget = new ByteBudget(10);
    const order: number[] = [];
    const held = await take(budget, 6, order);
    const added = budget.add(8);
    expect(budget.usedBytes).toBe(14);
    const waiting = take(budget, 4, order);
    held.release();
    await settled();
    expect(order).toEqual([6]);
    added.shrink(6);
    await waiting;
    expect([order, budget.usedBytes]).toEqual([[6, 4], 10]);
  });
});
