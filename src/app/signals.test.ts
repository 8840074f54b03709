import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../kernel/logger.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { testDatabase } from '../testing/postgres.ts';
import type { TestDatabase } from '../testing/postgres.ts';
import { openSignals } from './signals.ts';

type OpenSignals = Awaited<ReturnType<typeof openSignals>>;

const clock = createManualClock(1_800_000_000_000);
let database: TestDatabase;
let ours: OpenSignals;
let others: OpenSignals;
let closeOthers: () => Promise<void>;

beforeAll(async () => {
  database = await testDatabase({ migrations: [] });
  const another = database.another();
  ours = await openSignals(database.postgres, clock, silentLogger);
  others = await openSignals(another, clock, silentLogger);
  closeOthers = async () => {
    await others.close();
    await another.close();
  };
});
afterAll(async () => {
  await closeOthers();
  await ours.close();
  await database.close();
});

/** Looks that find nothing until `found` is set. */
function watch() {
  const seen = { looks: 0, found: undefined as string | undefined };
  const look = () => {
    seen.looks += 1;
    return Promise.resolve(seen.found);
  };
  return { seen, look };
}

describe('waiting for a signal', () => {
  it('ends at once when another process sends it, and not for one of another name', async () => {
    const { seen, look } = watch();
    const waiting = ours.until('chat/one', look, { withinMs: 60_000 });
    others.send('chat/other');
    seen.found = 'there';
    others.send('chat/one');
    expect(await waiting).toBe('there');
    expect(seen.looks).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it('misses nothing that is sent while it looks', async () => {
    let looks = 0;
    const look = () => {
      looks += 1;
      if (looks === 1) ours.sendHere('chat/one');
      return Promise.resolve(looks === 2 ? 'there' : undefined);
    };
    expect(await ours.until('chat/one', look, { withinMs: 60_000 })).toBe('there');
  });

  it('looks again every five seconds, and a last time at its end', async () => {
    const { seen, look } = watch();
    const waiting = ours.until('chat/one', look, { withinMs: 12_000 });
    await clock.advance(11_999);
    expect(seen.looks).toBe(3);
    await clock.advance(1);
    expect(await waiting).toBeUndefined();
    expect(seen.looks).toBe(4);
  });

  it('ends with the reason of its abort signal', async () => {
    const { look } = watch();
    const stop = new AbortController();
    const waiting = ours.until('chat/one', look, { withinMs: 60_000, signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    expect(clock.pending).toBe(0);
  });
});
