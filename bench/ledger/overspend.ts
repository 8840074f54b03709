/**
 * Many requests at the same time against a budget that is enough for few of them: what the provider bills in the end, and
 * whether anybody was refused who would have fitted.
 */
import { sql } from 'kysely';
import type { Postgres } from '../../src/platform/postgres/index.ts';
import type { Refusal } from '../../src/services/ledger/index.ts';
import { seeded } from '../lib/seeded.ts';
import type { Figure } from '../lib/statistics.ts';
import { createCounter } from './check-then-charge.ts';
import type { Crew } from './crew.ts';
import { onStage } from './stage.ts';
import type { Stage } from './stage.ts';
import type { Outcome, PaidRequest } from './tasks.ts';

const requestCount = 500;
const processCount = 4;
/** The worst case of each request. */
const worstMicros = 1000;
const affordable = 100;
const budgetMicros = affordable * worstMicros;
const seed = 1;

const settings = { budgets: { instance: { dayUsd: budgetMicros / 1_000_000 } } };

function requests(draw: (random: () => number) => Omit<PaidRequest, 'id' | 'userId' | 'providerMs'>) {
  const random = seeded(seed);
  return Array.from({ length: requestCount }, (_, index) => ({
    id: String(index),
    userId: String(400_000_000_000_000_000n + BigInt(index)),
    providerMs: 20 + Math.floor(random() * 41),
    ...draw(random),
  }));
}

const fixedCost = () =>
  requests(() => ({
    ...{ wantedTokens: worstMicros, leastTokens: worstMicros, actualTokens: worstMicros },
    admittedTokens: worstMicros,
  }));

/** Between a tenth and all of the worst case. Some put up with a short answer, others want all or nothing. */
const variableCost = () =>
  requests((random) => ({
    wantedTokens: worstMicros,
    leastTokens: Math.ceil(worstMicros * (0.1 + 0.9 * random())),
    actualTokens: Math.ceil(worstMicros * (0.1 + 0.9 * random())),
    admittedTokens: worstMicros / 20,
  }));

export async function overspendFigures(): Promise<Figure[]> {
  const stage = (name: string) => ({ name, crew: processCount, settings });
  return [
    ...(await onStage(stage('fixed cost'), spendFixed)),
    ...(await onStage(stage('variable cost'), spendVariable)),
    ...(await onStage(stage('check, then charge'), overspend)),
  ];
}

async function spendFixed({ database, crew }: Stage): Promise<Figure[]> {
  const load = fixedCost();
  const outcomes = await spend(crew, load);
  const served = servedOf(outcomes);
  return [
    ratio('fixed cost: billed ÷ budget', billed(outcomes), { atLeast: 1, atMost: 1 }),
    count('fixed cost: requests served', served, { atLeast: affordable, atMost: affordable }),
    count('fixed cost: requests refused', outcomes.length - served),
    ...(await faults('fixed cost', database.postgres, load, outcomes)),
  ];
}

async function spendVariable({ database, crew }: Stage): Promise<Figure[]> {
  const load = variableCost();
  const outcomes = await spend(crew, load);
  // What others only hold may come back: that is to be waited for.
  const wouldHaveFit = refusedBelow(load, outcomes, ({ cap, spent }) => cap - spent);
  return [
    ratio('variable cost: billed ÷ budget', billed(outcomes), { atMost: 1 }),
    count('variable cost: requests served', servedOf(outcomes)),
    count('variable cost: refused that fit into what was not spent then', wouldHaveFit, { atMost: 0 }),
    ...(await faults('variable cost', database.postgres, load, outcomes)),
  ];
}

/** The control: it shows that the load is one under which a budget breaks. */
async function overspend({ database, crew }: Stage): Promise<Figure[]> {
  await createCounter(database.postgres);
  const parts = deal(fixedCost(), crew.size).map((part) => ({ requests: part, budgetMicros }));
  const outcomes = (await crew.run('checkThenCharge', parts)).flat();
  return [ratio('check, then charge: billed ÷ budget', billed(outcomes), { atLeast: 1.01 })];
}

type Bounds = Pick<Figure, 'atMost' | 'atLeast'>;

const ratio = (name: string, micros: number, bounds: Bounds): Figure => ({
  name,
  value: micros / budgetMicros,
  unit: '×',
  ...bounds,
});

const count = (name: string, value: number, bounds: Bounds = {}): Figure => ({ name, value, unit: 'count', ...bounds });

/** To `parts` processes in turn. */
const deal = (all: readonly PaidRequest[], parts: number): PaidRequest[][] =>
  Array.from({ length: parts }, (_, part) => all.filter((_request, index) => index % parts === part));

async function spend(crew: Crew, load: readonly PaidRequest[]): Promise<Outcome[]> {
  const parts = deal(load, crew.size).map((part) => ({ requests: part }));
  return (await crew.run('spend', parts)).flat();
}

const servedOf = (outcomes: readonly Outcome[]): number =>
  outcomes.filter(({ costMicros }) => costMicros !== null).length;

const billed = (outcomes: readonly Outcome[]): number =>
  outcomes.reduce((sum, { costMicros }) => sum + (costMicros ?? 0), 0);

/** What the ledger's entries say against the provider's bill. */
async function chargedMicros({ db }: Postgres): Promise<number> {
  const { rows } = await sql<{ charged: number }>`
    SELECT coalesce(sum(amount), 0)::bigint AS charged FROM ledger_entry
      WHERE account = 'used/bench' AND unit = 'micros'
  `.execute(db);
  return rows[0]?.charged ?? 0;
}

/** What of the load was wrongly done, whatever it costs. */
async function faults(
  name: string,
  postgres: Postgres,
  load: readonly PaidRequest[],
  outcomes: readonly Outcome[],
): Promise<Figure[]> {
  const charged = await chargedMicros(postgres);
  const wouldFit = refusedBelow(load, outcomes, () => budgetMicros - charged);
  const difference = Math.abs(billed(outcomes) - charged);
  return [
    count(`${name}: refused that fit into what is left in the end`, wouldFit, { atMost: 0 }),
    count(`${name}: micro-dollars billed but not charged, or the reverse`, difference, { atMost: 0 }),
  ];
}

/** How many were refused though what they needed at least was there. */
function refusedBelow(
  load: readonly PaidRequest[],
  outcomes: readonly Outcome[],
  free: (refusal: Refusal) => number,
): number {
  const needs = new Map(load.map(({ id, leastTokens }) => [id, leastTokens]));
  return outcomes.filter(({ id, refusal }) => refusal && (needs.get(id) ?? 0) <= free(refusal)).length;
}
