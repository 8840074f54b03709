import { systemClock } from '../kernel/clock.ts';
import { systemIds } from '../kernel/ids.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import { createLedger } from '../services/ledger/index.ts';
import { peakMicros } from './kill-money.ts';
import { CAP_MICROS } from './soak-stage.ts';

export interface Books {
  amiss: string[];
  charges: number;
  /** How many of them follow answers. */
  summaries: number;
  titles: number;
  /** Calls cut off by a kill. */
  lostCalls: number;
  peakMicros: number;
}

/** The books balance, nothing is held, no one was charged twice, and no work is left. */
export async function checkBooks(postgres: Postgres): Promise<Books> {
  const { db } = postgres;
  const ledger = createLedger({ postgres, clock: systemClock, ids: systemIds, logger: silentLogger });
  const amiss = (await ledger.verify()).map(
    ({ account, unit, stored, folded }) => `${account} ${unit} is ${stored}, and its entries say ${folded}`,
  );
  const holds = await db.selectFrom('ledger_hold').select(['key', 'request', 'step', 'kind', 'state']).execute();
  for (const { key, state } of holds) if (state === 'open') amiss.push(`${key} is still held`);
  // Use charged to the instance alone is booked under its own step.
  const settled = holds.filter(
    ({ kind, state, step }) => kind === 'call' && state === 'settled' && !step.includes(':'),
  );
  for (const [request, calls] of Map.groupBy(settled, (hold) => hold.request)) {
    if (calls.length > 1) amiss.push(`${request} was charged ${calls.length} times`);
  }
  const charged = (step: string) => settled.filter((hold) => hold.step === step).length;
  const peak = await peakMicros(postgres);
  if (peak > CAP_MICROS) amiss.push(`the instance had spent and held ${peak} of ${CAP_MICROS}`);
  amiss.push(...(await workLeft(postgres)));
  const lostCalls = holds.filter(({ state }) => state === 'lost').length;
  const [summaries, titles] = [charged('summary'), charged('title')];
  return { amiss, charges: settled.length, summaries, titles, lostCalls, peakMicros: peak };
}

async function workLeft({ db }: Postgres): Promise<string[]> {
  const jobs = await db
    .selectFrom('queue_job')
    .select(['kind', 'state', 'error'])
    .where('state', 'not in', ['done', 'cancelled'])
    .where('queue', '!=', 'schedules')
    .execute();
  const answers = await db
    .selectFrom('chat_answer')
    .select(['id', 'state'])
    .where('state', 'in', ['waiting', 'written', 'failed'])
    .execute();
  return [
    ...jobs.map(({ kind, state, error }) => `a job ${kind} is ${state}: ${error ?? ''}`),
    ...answers.map(({ id, state }) => `the answer ${id} is ${state}`),
  ];
}
