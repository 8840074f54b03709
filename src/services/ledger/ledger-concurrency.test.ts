import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { daysOf } from '../../kernel/calendar.ts';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import { systemIds } from '../../kernel/ids.ts';
import { silentLogger } from '../../kernel/logger.ts';
import type { Postgres } from '../../platform/postgres/index.ts';
import { channel, emptyBooks, guild, HOUR_MS, instance, limit, user } from '../../testing/ledger-bench.ts';
import { longTests, tellCases } from '../../testing/long.ts';
import { testDatabase } from '../../testing/postgres.ts';
import { createLedger, type HoldRequest, type Ledger, ledgerMigrations, type Limit, type Terms } from './index.ts';

/** Concurrent operations, processes, and repetitions. */
const LEVELS = [
  { atOnce: 2, processes: 2, rounds: longTests() ? 150 : 2 },
  { atOnce: 16, processes: 4, rounds: longTests() ? 80 : 2 },
  { atOnce: 128, processes: 4, rounds: longTests() ? 40 : 1 },
];
const STEPS_EACH = 6;

/** Sunday, an hour before the week ends: clocks jump back and forth over that midnight. */
const SUNDAY_MS = Date.UTC(2026, 10, 22, 23);
/** Enough that batches of different processes concern different people and meet in the pools only. */
const USERS = 300;
const ALLOWANCE = 300;

const database = await testDatabase({ migrations: [ledgerMigrations] });
const connections = Array.from({ length: 4 }, () => database.another());
afterAll(async () => {
  for (const each of connections) await each.close();
  await database.close();
});

const process = fc.nat({ max: 3 });
const person = fc.oneof(
  { weight: 12, arbitrary: fc.nat({ max: USERS - 1 }) },
  { weight: 1, arbitrary: fc.nat({ max: 1 }) },
);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('call'),
      // Rare, because it makes processes wait for each other's people.
      twin: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: process }),
      ...{ process, payer: person, place: fc.nat({ max: 3 }) },
      wanted: fc.integer({ min: 1, max: 150 }),
      leastShare: fc.constantFrom(0.2, 1),
      used: fc.integer({ min: 0, max: 160 }),
      end: fc.constantFrom('settle', 'settle', 'settle', 'release', 'lose', 'refund', 'leave', 'recover'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('admit'), process, payer: person, place: fc.nat({ max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('grant'),
      ...{ process, payer: person },
      amount: fc.integer({ min: -100, max: 200 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('jump'), process, hours: fc.constantFrom(0, 0.5, 2, 20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire'), process }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type CallStep = Extract<Step, { do: 'call' }>;

/** Names, caps and time of one round. */
class Round {
  readonly #name: string;
  readonly #startMs: number;
  readonly #nowMs: number[];
  readonly #ledgers: Ledger[];
  readonly #cap: number;
  #made = 0;

  /** `cap` is the smallest cap of its pools. */
  constructor(number: number, processes: number, cap: number) {
    this.#cap = cap;
    this.#name = `r${number}`;
    this.#startMs = SUNDAY_MS + number * 7 * 400 * 24 * HOUR_MS;
    this.#nowMs = Array.from({ length: processes }, () => this.#startMs);
    this.#ledgers = this.#nowMs.map((_, at) => {
      const clock: Clock = { ...systemClock, now: () => this.#nowMs[at] ?? this.#startMs };
      return createLedger({ postgres: this.#postgres(at), clock, ids: systemIds, logger: silentLogger });
    });
  }

  async take(each: Step): Promise<void> {
    const { ledger, at } = this.#at(each.process);
    if (each.do === 'call') await this.#call(each);
    else if (each.do === 'jump') this.#nowMs[at] = this.#startMs + each.hours * HOUR_MS;
    else if (each.do === 'expire') await ledger.expire();
    else if (each.do === 'admit') await this.#admit(ledger, this.#postgres(at), each);
    else await this.#grant(ledger, this.#postgres(at), each);
  }

  /** Some calls are reserved by two processes at once, and ended by two at once. */
  async #call(each: CallStep): Promise<void> {
    const asked = this.#asked(each.payer, each.place, each.wanted, Math.ceil(each.wanted * each.leastShare));
    const both = [each.process, ...(each.twin === undefined ? [] : [each.twin])].map((at) => this.#at(at).ledger);
    const results = await Promise.all(both.map((ledger) => ledger.reserve(asked)));
    const held = results.flatMap((result) => (result.status === 'held' ? [result.hold] : []));
    for (const result of results) {
      if (result.status === 'held') continue;
      const { spent, held: inTheWay, needed, cap } = result.refusal;
      expect(spent + inTheWay + needed, 'a refused call would not have fit').toBeGreaterThan(cap);
    }
    const [hold] = held;
    if (!hold) return;
    for (const other of held) expect(other.held).toEqual(hold.held);
    expect(hold.held.micros).toBeLessThanOrEqual(each.wanted);
    expect(hold.held.micros).toBeGreaterThanOrEqual(each.wanted * each.leastShare);
    await this.#end(each, both, asked);
  }

  async #end({ end, used }: CallStep, both: Ledger[], { key, request }: HoldRequest): Promise<void> {
    const [first] = both;
    if (end === 'release') await Promise.all(both.map((ledger) => ledger.release(key)));
    if (end === 'lose') await Promise.all(both.map((ledger) => ledger.lose(key, { micros: used })));
    if (end === 'recover') await Promise.all(both.map((ledger) => ledger.recover(request)));
    if (end !== 'settle' && end !== 'refund') return;
    const settlements = await Promise.all(both.map((ledger) => ledger.settle(key, { micros: used })));
    expect(settlements.filter(({ ended }) => ended).length, 'a hold ends once').toBeLessThanOrEqual(1);
    for (const { hold } of settlements) expect(hold).toEqual(settlements[0]?.hold);
    if (end === 'settle' || !first) return;
    const refund = { key, actorId: 'admin', reason: 'test', amounts: { micros: Math.ceil(used / 2) } };
    const refunded = await Promise.all(both.map((ledger) => ledger.refund(key, refund)));
    for (const { charged, refunded: back } of refunded) {
      expect(back.micros ?? 0).toBeLessThanOrEqual(charged.micros ?? 0);
      expect(back.micros ?? 0, 'the same refund twice is one refund').toBeLessThanOrEqual(refund.amounts.micros);
    }
  }

  async #admit(ledger: Ledger, postgres: Postgres, { payer, place }: { payer: number; place: number }) {
    const asked = this.#asked(payer, place, 20, 20);
    await postgres.transaction((tx) => ledger.admit(tx, asked));
    await ledger.reserve({ ...asked, key: `${asked.key}/call` });
    await Promise.all([ledger.dismiss(asked.request), ledger.recover(asked.request)]);
  }

  async #grant(ledger: Ledger, postgres: Postgres, { payer, amount }: { payer: number; amount: number }) {
    const key = `${this.#name}/${(this.#made += 1)}`;
    const grant = { key, userId: this.#userId(payer), unit: 'micros' as const, amount, actorId: 'a', reason: '' };
    const answers = await Promise.allSettled([ledger.grant(postgres.db, grant), ledger.grant(postgres.db, grant)]);
    const changed = answers.filter((answer) => answer.status === 'fulfilled' && answer.value.changed);
    expect(changed.length, 'the same grant twice is one grant').toBeLessThanOrEqual(1);
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'ledger/too-little' });
    }
  }

  /** Looks from outside, by its own statements, until `done`; returns how often. */
  async watch(done: () => boolean): Promise<number> {
    for (let looks = 0; ; looks += 1) {
      const ended = done();
      await this.look();
      if (ended) return looks + 1;
    }
  }

  async look(): Promise<void> {
    const { rows } = await sql<{ holder: string; day: string; used: number; source: string }>`
      WITH used AS (
        SELECT 'instance' AS holder, 'pool' AS source, h.day, amounts.pool + amounts.lost AS used FROM ${amountsOfHolds}
        UNION ALL SELECT 'guild:' || guild_id, 'pool', h.day, amounts.pool FROM ${amountsOfHolds}
        UNION ALL SELECT 'channel:' || channel_id, 'pool', h.day, amounts.pool FROM ${amountsOfHolds}
        UNION ALL SELECT 'user:' || payer_id, 'all', h.day, amounts.pool FROM ${amountsOfHolds}
        UNION ALL SELECT each.holder, 'meter', h.day, -amounts.overrun FROM ${amountsOfHolds} CROSS JOIN LATERAL (
          VALUES ('instance'), ('guild:' || guild_id), ('channel:' || channel_id), ('user:' || payer_id)
        ) AS each(holder)
      ),
      meters AS (
        SELECT holder, 'meter' AS source, day, spent + held AS used FROM ledger_meter WHERE unit = 'micros'
        UNION ALL
        SELECT holder, 'allowance', day, spent + held FROM ledger_meter WHERE source = 'allowance' AND unit = 'micros'
      )
      SELECT holder, source, day::text, sum(used)::bigint AS used FROM (
        SELECT * FROM used UNION ALL SELECT * FROM meters
      ) AS each
      WHERE holder IS NOT NULL AND day BETWEEN ${this.#dayAfter(-1)}::date AND ${this.#dayAfter(2)}::date
      GROUP BY holder, source, day
    `.execute(database.postgres.db);
    const usedOf = (name: string, source: string, days: { first: string; last: string }) =>
      rows
        .filter((row) => row.holder === name && row.source === source && row.day >= days.first && row.day <= days.last)
        .reduce((sum, row) => sum + row.used, 0);
    for (const nowMs of [this.#startMs, this.#startMs + 2 * HOUR_MS]) {
      for (const { holder, period, cap } of this.#limits()) {
        const name = holder.kind === 'instance' ? 'instance' : `${holder.kind}:${holder.id}`;
        const days = daysOf(period, nowMs);
        expect(usedOf(name, 'meter', days), `${name} by its meter, without overruns`).toBeLessThanOrEqual(cap);
        const source = holder.kind === 'user' ? 'all' : 'pool';
        expect(usedOf(name, source, days), `${name} by its holds`).toBeLessThanOrEqual(cap);
      }
      for (let payer = 0; payer < USERS; payer += 1) {
        const name = `user:${this.#userId(payer)}`;
        expect(usedOf(name, 'allowance', daysOf('day', nowMs)), name).toBeLessThanOrEqual(ALLOWANCE);
      }
    }
  }

  /** At rest, exactly what is left can be reserved. */
  async checkRest(): Promise<void> {
    const { ledger } = this.#at(0);
    this.#nowMs[0] = this.#startMs + 7 * HOUR_MS;
    await ledger.expire();
    this.#nowMs[0] = this.#startMs;
    const asked = this.#asked(0, 0, 1_000_000, 1);
    const all = await ledger.reserve(asked);
    const rest = all.status === 'held' ? (all.hold.held.micros ?? 0) : 0;
    const { allowances, limits } = asked.terms;
    const [balance] = await ledger.balances(asked.terms.payerId, allowances);
    const levels = await ledger.levels(limits);
    const free = levels.map(({ limit: { cap }, spent, held }) => cap - spent - held);
    const { granted = 0, spent = 0, held = 0 } = balance?.savings ?? {};
    const allowed = ALLOWANCE - (balance?.spent ?? 0) - (balance?.held ?? 0) + granted - spent - held;
    const left = Math.min(allowed - (balance?.overrun ?? 0), ...free);
    if (rest > 0) expect(left, 'nothing fits any more').toBe(0);
    else expect(left, 'nothing fits any more').toBeLessThanOrEqual(0);
    const more = await ledger.reserve(this.#asked(0, 0, 1, 1));
    expect(more.status).toBe('refused');
    if (rest > 0) await ledger.release(asked.key);
  }

  #postgres(at: number): Postgres {
    return connections[at] ?? database.postgres;
  }

  #at(process: number): { ledger: Ledger; at: number } {
    const at = process % this.#ledgers.length;
    const ledger = this.#ledgers[at];
    if (!ledger) throw new Error(`There is no process ${at}`);
    return { ledger, at };
  }

  #dayAfter = (days: number): string => daysOf('day', this.#startMs + days * 24 * HOUR_MS).first;
  #userId = (payer: number): string => `${this.#name}-u${payer}`;
  #guildId = (place: number): string => `${this.#name}-g${place >> 1}`;
  #channelId = (place: number): string => `${this.#name}-c${place}`;

  #limits(): Limit[] {
    return [
      limit(instance, 2.5 * this.#cap),
      limit(instance, 4 * this.#cap, { period: 'week' }),
      ...[0, 2].map((place) => limit(guild(this.#guildId(place)), 2 * this.#cap, { period: 'week' })),
      ...[0, 1, 2].map((place) => limit(channel(this.#channelId(place)), this.#cap)),
      ...[0, 1].map((payer) => limit(user(this.#userId(payer)), 1_000, { period: 'month' })),
    ];
  }

  #asked(payer: number, place: number, wanted: number, least: number): HoldRequest {
    const ids = [this.#guildId(place), this.#channelId(place), this.#userId(payer), ''];
    const terms: Terms = {
      ...{ payerId: this.#userId(payer), guildId: this.#guildId(place), channelId: this.#channelId(place) },
      limits: this.#limits().filter(({ holder }) => ids.includes(holder.id)),
      allowances: [{ unit: 'micros', period: 'day', amount: ALLOWANCE, rule: 'allowance' }],
    };
    const key = `${this.#name}/${(this.#made += 1)}`;
    return {
      ...{ key, request: `chat/${key}`, step: 'answer', attempt: 1, terms },
      ...{ wanted: { micros: wanted }, least: { micros: least }, expiresAtMs: this.#startMs + 6 * HOUR_MS },
    };
  }
}

/** The use of each held call, read from the holds alone. */
const amountsOfHolds = sql`(SELECT * FROM ledger_hold WHERE kind = 'call') AS h CROSS JOIN LATERAL (
  SELECT
    CASE state WHEN 'open' THEN coalesce((held->>'micros')::bigint, 0)
      ELSE coalesce((charged->>'micros')::bigint, 0) - coalesce((refunded->>'micros')::bigint, 0) END AS pool,
    CASE WHEN state IN ('lost', 'expired')
      THEN least(coalesce((on_instance->>'micros')::bigint, 0), coalesce((held->>'micros')::bigint, 0))
      ELSE 0 END AS lost,
    greatest(0, coalesce((charged->>'micros')::bigint, 0) + coalesce((on_instance->>'micros')::bigint, 0)
      - coalesce((held->>'micros')::bigint, 0)) AS overrun
) AS amounts`;

/** Runs the steps, up to `atOnce` at a time. */
async function together(round: Round, steps: readonly Step[], atOnce: number): Promise<void> {
  const queue = [...steps];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await round.take(next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

let rounds = 0;

describe('the ledger under concurrent operations', () => {
  it.each(LEVELS)(
    'at $atOnce in $processes processes never passes a cap and ends every hold once',
    { timeout: longTests() ? 1_800_000 : 60_000 },
    async ({ atOnce, processes, rounds: numRuns }) => {
      const counted = { sequences: 0, operations: 0, looks: 0 };
      const length = atOnce * STEPS_EACH;
      // Without a bias to small values, which would pick the same few people every time.
      const steps = fc.noBias(fc.array(step, { minLength: length, maxLength: length, size: 'max' }));
      const property = fc.asyncProperty(steps, async (each) => {
        await emptyBooks(database.postgres);
        const round = new Round((rounds += 1), processes, 200 + 2 * length);
        let done = false;
        const work = together(round, each, atOnce).finally(() => (done = true));
        const [looks] = await Promise.all([round.watch(() => done), work]);
        await round.checkRest();
        expect(await createLedger({ postgres: database.postgres, ...fixed }).verify()).toEqual([]);
        counted.sequences += 1;
        counted.operations += each.length;
        counted.looks += looks;
      });
      const parameters = { numRuns, endOnFailure: true };
      await fc.assert(property, longTests() ? parameters : { ...parameters, seed: 20261121 });
      tellCases('ledger-races', counted.sequences);
      console.log(
        `ledger: ${counted.sequences} sequences at ${atOnce} with ${counted.operations} operations, looked at ${counted.looks} times`,
      );
    },
  );
});

const fixed = { clock: systemClock, ids: systemIds, logger: silentLogger };
