import { randomUUID } from 'node:crypto';
import type { Ledger, Limit, Terms } from '../../src/services/ledger/index.ts';
import type { Pairs, PairsTask } from './tasks.ts';

const payers = 1000;
const channels = 50;
const heldMicros = 100;
const usedMicros = 60;

/** One that is never reached, but must be looked at by all. */
const instanceCap: Limit = {
  holder: { kind: 'instance', id: '' },
  unit: 'micros',
  period: 'day',
  cap: 1_000_000_000_000,
  rule: 'budget instance',
};

export async function measurePairs(ledger: Ledger, { inFlight, durationMs, capped }: PairsTask): Promise<Pairs> {
  const run = randomUUID();
  const beganMs = performance.now();
  const endMs = beganMs + durationMs;
  const pairs: Pairs = { elapsedMs: 0, reserveMs: [], pairMs: [] };
  let next = 0;
  const loop = async () => {
    while (performance.now() < endMs) {
      const { reserveMs, pairMs } = await pair(ledger, `${run}/${(next += 1)}`, termsOf(next, capped));
      pairs.reserveMs.push(reserveMs);
      pairs.pairMs.push(pairMs);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
  return { ...pairs, elapsedMs: performance.now() - beganMs };
}

const termsOf = (index: number, capped: boolean): Terms => ({
  payerId: String(200_000 + (index % payers)),
  guildId: '100000',
  channelId: String(300_000 + (index % channels)),
  allowances: [],
  limits: capped ? [instanceCap] : [],
});

async function pair(ledger: Ledger, id: string, terms: Terms): Promise<{ reserveMs: number; pairMs: number }> {
  const beganMs = performance.now();
  const request = `bench/pair/${id}`;
  const result = await ledger.reserve({
    ...{ key: `${request}#answer#1`, request, step: 'answer', attempt: 1, terms },
    wanted: { micros: heldMicros },
    expiresAtMs: Date.now() + 60_000,
  });
  const reserveMs = performance.now() - beganMs;
  if (result.status === 'refused') throw new Error(`A hold was refused by "${result.refusal.rule}".`);
  await ledger.settle(result.hold.key, { micros: usedMicros });
  return { reserveMs, pairMs: performance.now() - beganMs };
}
