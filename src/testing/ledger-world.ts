import fc from 'fast-check';
import { expect } from 'vitest';
import type { Period } from '../kernel/calendar.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import type { Amounts, Hold, Holder, HoldRequest, HoldResult, Ledger, Terms, Unit } from '../services/ledger/index.ts';
import { units } from '../services/ledger/index.ts';
import { channel, guild, HOUR_MS, instance, user } from './ledger-bench.ts';
import { full, fullOf, LedgerModel, type ModelHold } from './ledger-model.ts';

const PROCESSES = 2;
const USERS = 3;
const REQUESTS = 8;
const HOLD_MS = 6 * HOUR_MS;

/** The possible caps. */
const SLOTS: readonly { kind: Holder['kind']; unit: Unit; period: Period }[] = [
  { kind: 'instance', unit: 'micros', period: 'day' },
  { kind: 'instance', unit: 'micros', period: 'month' },
  { kind: 'guild', unit: 'micros', period: 'day' },
  { kind: 'guild', unit: 'tokens', period: 'week' },
  { kind: 'channel', unit: 'micros', period: 'week' },
  { kind: 'user', unit: 'micros', period: 'month' },
];

const index = (size: number) => fc.nat({ max: size - 1 });
const which = fc.nat({ max: 1_000 });
const amount = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 400 }));
const amounts = fc.record({ micros: amount, tokens: amount });
const process = index(PROCESSES);

/** Everything that people, workers and administrators may do, in any order. */
export const operation = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constantFrom('reserve', 'reserve', 'reserve', 'admit'),
      process,
      payer: index(USERS),
      place: index(5),
      request: index(REQUESTS),
      wanted: amounts,
      leastShare: fc.constantFrom(0, 0.3, 1, 1),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constantFrom('settle', 'settle', 'settle', 'settle', 'release', 'lose', 'repeat', 'write-off'),
      ...{ process, which },
      actual: fc.option(amounts, { nil: undefined }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('refund'),
      ...{ process, which, key: index(40) },
      back: fc.option(amounts, { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('grant'),
      ...{ process, payer: index(USERS), key: index(12) },
      unit: fc.constantFrom<Unit>('micros', 'tokens'),
      amount: fc.integer({ min: -200, max: 600 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('dismiss', 'recover', 'expire'),
      ...{ process, request: index(REQUESTS) },
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('jump'),
      process,
      hours: fc.constantFrom(1, 1, 7, 13, 24, 70, 200, 750, -1, -5, -24, -80),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('cap'),
      slot: index(SLOTS.length + 2),
      cap: fc.option(fc.integer({ min: 0, max: 900 }), { nil: null, freq: 3 }),
    }),
  },
);

export type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
type Of<Do extends Operation['do']> = Operation extends infer Each
  ? Each extends { do: infer Own }
    ? Do extends Own
      ? Each
      : never
    : never
  : never;

/** One process, with its own clock. */
export interface WorldProcess {
  ledger: Ledger;
  postgres: Postgres;
  setTime(nowMs: number): void;
}

/** Checks the guarantees of the ledger against the model after every operation. Names are unique to this world. */
export class LedgerWorld {
  readonly #model = new LedgerModel();
  readonly #name: string;
  readonly #processes: readonly WorldProcess[];
  readonly #nowMs: number[];
  readonly #caps: (number | null)[] = [900, 3_000, 600, 700, 900, null, 50, 80];
  #asked = 0;

  constructor(name: string, startMs: number, processes: readonly WorldProcess[]) {
    this.#name = name;
    this.#processes = processes;
    this.#nowMs = processes.map(() => startMs);
    for (const each of processes) each.setTime(startMs);
  }

  async take(step: Operation): Promise<void> {
    if (step.do === 'cap') this.#caps[step.slot] = step.cap;
    else if (step.do === 'jump') this.#jump(step);
    else if (step.do === 'grant') await this.#grant(step);
    else if (step.do === 'refund') await this.#refund(step);
    else if ('wanted' in step) await this.#hold(step);
    else if ('actual' in step) await this.#end(step);
    else await this.#sweep(step);
  }

  /** Every figure, and the consistency of the books. */
  async check(): Promise<void> {
    const { ledger, nowMs } = this.#process(0);
    const holds = await Promise.all(this.#requests().map((request) => ledger.holds(request)));
    for (const hold of holds.flat()) this.#checkHold(hold);
    expect(holds.flat()).toHaveLength(this.#model.holds.size);
    const places = Array.from({ length: 5 }, (_, place) => this.#terms(0, place));
    const guilds = new Set(places.flatMap(({ guildId }) => guildId ?? []));
    const channels = new Set(places.flatMap(({ channelId }) => channelId ?? []));
    const people = Array.from({ length: USERS }, (_, payer) => this.#userId(payer));
    const holders = [instance, ...[...guilds].map(guild), ...[...channels].map(channel), ...people.map(user)];
    const limits = holders.flatMap((holder) =>
      SLOTS.map(({ unit, period }) => ({ holder, unit, period, cap: 1, rule: 'any' })),
    );
    for (const { limit, spent, held } of await ledger.levels(limits)) {
      const expected = this.#model.level(limit, nowMs);
      expect({ spent, held }).toEqual({ spent: expected.spent, held: expected.held });
    }
    await Promise.all(people.map((userId) => this.#checkBalance(userId)));
  }

  /** Ends every open hold at once. */
  async close(): Promise<void> {
    const { ledger } = this.#process(0);
    const ends = this.#requests().map(async (request) => {
      expect(await ledger.recover(request)).toBe(this.#model.recover(request));
      await ledger.dismiss(request);
    });
    await Promise.all(ends);
  }

  #process(at: number): WorldProcess & { nowMs: number } {
    const [found, nowMs] = [this.#processes[at], this.#nowMs[at]];
    if (!found || nowMs === undefined) throw new Error(`There is no process ${at}`);
    return { ...found, nowMs };
  }

  #userId = (payer: number): string => `${this.#name}-u${payer}`;
  #request = (request: number): string => `chat/${this.#name}/${request}`;
  #requests = (): string[] => Array.from({ length: REQUESTS }, (_, request) => this.#request(request));

  #terms(payer: number, place: number): Terms {
    const name = this.#name;
    const places = [
      { guildId: `${name}-g0`, channelId: `${name}-c0` },
      { guildId: `${name}-g0`, channelId: `${name}-c1` },
      { guildId: `${name}-g1`, channelId: `${name}-c2` },
      { guildId: null, channelId: `${name}-d${payer}` },
      { guildId: null, channelId: null },
    ];
    const { guildId, channelId } = places[place] ?? { guildId: null, channelId: null };
    const payerId = this.#userId(payer);
    const ids = { instance: '', guild: guildId, channel: channelId, user: payerId };
    const limits = SLOTS.flatMap(({ kind, unit, period }, slot) => {
      const [id, cap] = [ids[kind], this.#caps[slot] ?? null];
      return id === null || cap === null ? [] : [{ holder: { kind, id }, unit, period, cap, rule: `slot ${slot}` }];
    });
    const [ofMoney = null, ofTokens = null] = this.#caps.slice(SLOTS.length);
    const allowances = [
      { unit: 'micros' as const, period: 'day' as const, amount: ofMoney, rule: 'allowance' },
      { unit: 'tokens' as const, period: 'week' as const, amount: ofTokens, rule: 'allowance' },
    ];
    return { payerId, guildId, channelId, limits, allowances };
  }

  async #hold(step: Of<'reserve'>): Promise<void> {
    const kind = step.do === 'admit' ? 'admission' : 'call';
    const { ledger, nowMs } = this.#process(step.process);
    const key = `${this.#name}/${(this.#asked += 1)}`;
    const least = full((unit) => Math.floor((fullOf(step.wanted)[unit] ?? 0) * step.leastShare));
    const asked: HoldRequest = {
      ...{ key, request: this.#request(step.request), step: kind, attempt: 1, wanted: step.wanted, least },
      ...{ terms: this.#terms(step.payer, step.place), expiresAtMs: nowMs + HOLD_MS },
    };
    const expected = this.#model.predict(asked, kind, nowMs);
    const result = await this.#ask(asked, kind, step.process);
    expect(result.status).toBe(expected.status);
    if (expected.status === 'held' && result.status === 'held') {
      expect(fullOf(result.hold.held)).toEqual(expected.held);
      this.#model.add(asked, kind, expected.held, nowMs);
      if (kind === 'call') await this.#checkCaps(ledger, asked);
    } else if (expected.status === 'refused' && result.status === 'refused') {
      const { rule, unit, cap, spent, held, passing } = result.refusal;
      expect(passing).toBe(expected.passing);
      expect(expected.by.get(`${rule} ${unit}`)).toMatchObject({ cap, spent, held });
    }
  }

  #ask(asked: HoldRequest, kind: ModelHold['kind'], at: number): Promise<HoldResult> {
    const { ledger, postgres } = this.#process(at);
    return kind === 'call' ? ledger.reserve(asked) : postgres.transaction((tx) => ledger.admit(tx, asked));
  }

  /** What was just granted is within every cap that it was granted under, by the ledger's own figures. */
  async #checkCaps(ledger: Ledger, { terms, wanted }: HoldRequest): Promise<void> {
    const concerned = terms.limits.filter((limit) => (wanted[limit.unit] ?? 0) > 0);
    for (const { limit, spent, held } of await ledger.levels(concerned)) {
      const granted = this.#model.level(limit, this.#nowOf(ledger));
      expect({ spent, held }).toEqual({ spent: granted.spent, held: granted.held });
      // A cap lowered below its use stays exceeded until its period ends, but nothing is added.
      const last = [...this.#model.holds.values()].at(-1)?.held[limit.unit] ?? 0;
      if (last > 0) expect(spent + held).toBeLessThanOrEqual(limit.cap);
    }
  }

  #nowOf(ledger: Ledger): number {
    return this.#nowMs[this.#processes.findIndex((each) => each.ledger === ledger)] ?? Number.NaN;
  }

  /** A random hold, one that `prefer` accepts if there is any. */
  #pick(at: number, prefer: (hold: ModelHold) => boolean): [string, ModelHold] | undefined {
    const all = [...this.#model.holds];
    const preferred = all.filter(([, hold]) => prefer(hold));
    const from = preferred.length > 0 && at % 4 !== 0 ? preferred : all;
    return from[at % Math.max(1, from.length)];
  }

  async #end(step: Of<'settle'>): Promise<void> {
    const [key, hold] = this.#pick(step.which, ({ state }) => state === 'open') ?? [];
    if (key === undefined || !hold) return;
    const { ledger } = this.#process(step.process);
    const actual: Amounts | undefined = step.actual;
    if (step.do === 'write-off') return this.#writeOff(step);
    if (step.do === 'repeat') {
      const again = await this.#ask(hold.request, hold.kind, step.process);
      if (again.status === 'refused') throw new Error('a repeated key was refused');
      this.#checkHold(again.hold);
    } else if (step.do === 'settle') {
      if (hold.kind === 'admission') return;
      const used = actual ?? hold.held;
      const { ended, hold: after } = await ledger.settle(key, used);
      expect(ended).toBe(this.#model.end(key, 'settled', fullOf(used)));
      this.#checkHold(after);
    } else {
      const lost = actual && fullOf(actual);
      this.#model.end(key, step.do === 'lose' ? 'lost' : 'released', lost);
      const after = await (step.do === 'lose' ? ledger.lose(key, actual) : ledger.release(key));
      if (!after) throw new Error('a hold was not found');
      this.#checkHold(after);
    }
  }

  async #writeOff(step: Of<'write-off'>): Promise<void> {
    const [key] = this.#pick(step.which, ({ state }) => state === 'settled') ?? [];
    if (key === undefined) return;
    this.#model.writeOff(key);
    const after = await this.#process(step.process).ledger.writeOff(key);
    if (!after) throw new Error('a hold was not found');
    this.#checkHold(after);
  }

  async #refund(step: Of<'refund'>): Promise<void> {
    const [holdKey] = this.#pick(step.which, ({ state }) => state === 'settled') ?? [];
    if (holdKey === undefined) return;
    const key = `${this.#name}/${step.key}`;
    this.#model.refund(holdKey, key, step.back && fullOf(step.back));
    const asked = { key, actorId: 'admin', reason: 'test', ...(step.back ? { amounts: step.back } : {}) };
    const hold = await this.#process(step.process).ledger.refund(holdKey, asked);
    this.#checkHold(hold);
    for (const unit of units) expect(hold.refunded[unit] ?? 0).toBeLessThanOrEqual(hold.charged[unit] ?? 0);
  }

  async #grant(step: Of<'grant'>): Promise<void> {
    const [key, userId] = [`${this.#name}/${step.key}`, this.#userId(step.payer)];
    const { ledger, postgres } = this.#process(step.process);
    const { savings, changed, most } = this.#model.grant(key, userId, step.unit, step.amount);
    const { unit, amount: given } = step;
    const answer = ledger.grant(postgres.db, { key, userId, unit, amount: given, actorId: 'admin', reason: 'test' });
    if (changed === undefined)
      await expect(answer).rejects.toMatchObject({ code: 'ledger/too-little', data: { most } });
    else expect(await answer).toEqual({ savings, changed });
  }

  async #sweep(step: Of<'dismiss'>): Promise<void> {
    const { ledger, nowMs } = this.#process(step.process);
    const request = this.#request(step.request);
    if (step.do === 'expire') expect(await ledger.expire()).toBe(this.#model.expire(nowMs));
    else if (step.do === 'recover') expect(await ledger.recover(request)).toBe(this.#model.recover(request));
    else {
      this.#model.dismiss(request);
      await ledger.dismiss(request);
    }
  }

  #jump({ process: at, hours }: Of<'jump'>): void {
    const nowMs = this.#process(at).nowMs + hours * HOUR_MS;
    this.#nowMs[at] = nowMs;
    this.#processes[at]?.setTime(nowMs);
  }

  #checkHold(hold: Hold): void {
    const expected = this.#model.holds.get(hold.key);
    if (!expected) throw new Error(`${hold.key} is not known to the model`);
    expect({
      ...{ state: hold.state, held: fullOf(hold.held), charged: fullOf(hold.charged) },
      ...{ fromSavings: fullOf(hold.fromSavings), refunded: fullOf(hold.refunded) },
      onInstance: fullOf(hold.onInstance),
    }).toEqual({
      ...{ state: expected.state, held: expected.held, charged: expected.charged },
      ...{ fromSavings: expected.fromSavings, refunded: expected.refunded },
      onInstance: full((unit) => expected.lost[unit] + expected.overrun[unit]),
    });
    expect(hold.endedAtMs === null).toBe(hold.state === 'open');
  }

  async #checkBalance(userId: string): Promise<void> {
    const { ledger, nowMs } = this.#process(0);
    const { allowances } = this.#terms(0, 0);
    for (const { allowance, spent, held, overrun, savings } of await ledger.balances(userId, allowances)) {
      const expected = this.#model.allowance(userId, allowance, nowMs);
      expect(overrun).toBe(this.#model.overrun(userId, allowance, nowMs));
      expect({ spent, held }).toEqual({ spent: expected.spent, held: expected.held });
      expect(savings).toEqual(this.#model.savings(userId, allowance.unit));
    }
  }
}
