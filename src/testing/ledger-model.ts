import { dayAt, periodAt } from '../kernel/calendar.ts';
import type {
  Amounts,
  Holder,
  HoldRequest,
  HoldState,
  Limit,
  Allowance,
  Terms,
  Unit,
} from '../services/ledger/index.ts';
import { units } from '../services/ledger/index.ts';

/** The model's state of a hold. Amounts are by unit and complete. */
export interface ModelHold {
  request: HoldRequest;
  kind: 'admission' | 'call';
  state: HoldState;
  createdAtMs: number;
  held: Full;
  heldSavings: Full;
  charged: Full;
  fromSavings: Full;
  refunded: Full;
  lost: Full;
  overrun: Full;
}

type Full = Record<Unit, number>;
export const full = (amount: (unit: Unit) => number): Full => ({
  micros: amount('micros'),
  tokens: amount('tokens'),
  images: amount('images'),
});
const none = (): Full => full(() => 0);
export const fullOf = (amounts: Amounts): Full => full((unit) => amounts[unit] ?? 0);

/** Of a pool, a person or an allowance, in a period. */
interface Sum {
  spent: number;
  held: number;
  admitted: number;
}

/** What is free under a cap, and what would be free if nothing were held. */
interface Room {
  rule: string;
  cap: number;
  spent: number;
  held: number;
  free: number;
  freeOtherwise: number;
}

type Prediction = { status: 'held'; held: Full } | { status: 'refused'; by: Map<string, Room>; passing: boolean };

/**
 * The simplest ledger: a list of holds and grants that is summed again for every question. It shares no code with the
 * real ledger except the calendar.
 */
export class LedgerModel {
  readonly holds = new Map<string, ModelHold>();
  readonly #granted = new Map<string, number>();
  readonly #done = new Set<string>();

  /** The expected result of a hold request. */
  predict(asked: HoldRequest, kind: ModelHold['kind'], nowMs: number): Prediction {
    const { wanted, least = wanted, terms } = asked;
    const held = none();
    const lacking = new Map<string, Room>();
    let passing = true;
    for (const unit of units) {
      const most = wanted[unit] ?? 0;
      if (most === 0) continue;
      const needed = Math.min(most, least[unit] ?? 0);
      const rooms = this.#rooms(terms, unit, kind, nowMs);
      held[unit] = Math.min(most, ...rooms.map((room) => Math.max(0, room.free)));
      for (const room of rooms) {
        if (Math.max(0, room.free) >= needed) continue;
        lacking.set(`${room.rule} ${unit}`, room);
        passing &&= room.freeOtherwise >= needed;
      }
    }
    return lacking.size > 0 ? { status: 'refused', by: lacking, passing } : { status: 'held', held };
  }

  add(asked: HoldRequest, kind: ModelHold['kind'], held: Full, nowMs: number): void {
    const heldSavings = full((unit) => {
      const allowance = asked.terms.allowances.find((each) => each.unit === unit);
      if (kind === 'admission' || allowance?.amount == null) return 0;
      const { spent, held: before } = this.allowance(asked.terms.payerId, allowance, nowMs);
      return Math.max(0, held[unit] - Math.max(0, allowance.amount - spent - before));
    });
    if (kind === 'call') this.dismiss(asked.request);
    this.holds.set(asked.key, {
      ...{ request: asked, kind, state: 'open', createdAtMs: nowMs, held, heldSavings },
      ...{ charged: none(), fromSavings: none(), refunded: none(), lost: none(), overrun: none() },
    });
  }

  /** `actual` undefined: the use is unknown. */
  end(key: string, state: 'settled' | 'released' | 'lost' | 'expired', actual: Full | undefined): boolean {
    const hold = this.holds.get(key);
    if (hold?.state !== 'open') return false;
    hold.state = state;
    if (hold.kind === 'admission' || state === 'released') return true;
    const used = actual ?? hold.held;
    const within = full((unit) => Math.min(used[unit], hold.held[unit]));
    hold.overrun = full((unit) => used[unit] - within[unit]);
    if (state !== 'settled') hold.lost = within;
    else {
      hold.charged = within;
      hold.fromSavings = full((unit) => Math.max(0, within[unit] - (hold.held[unit] - hold.heldSavings[unit])));
    }
    return true;
  }

  writeOff(key: string): void {
    const hold = this.holds.get(key);
    if (hold?.state !== 'settled') return;
    hold.state = 'lost';
    hold.lost = full((unit) => hold.charged[unit] - hold.refunded[unit]);
    hold.charged = hold.refunded;
    hold.fromSavings = full((unit) => Math.min(hold.fromSavings[unit], hold.refunded[unit]));
  }

  refund(key: string, refundKey: string, amounts: Full | undefined): void {
    const hold = this.holds.get(key);
    if (!hold || this.#done.has(`refund ${refundKey}`)) return;
    const back = full((unit) => Math.min(amounts?.[unit] ?? Infinity, hold.charged[unit] - hold.refunded[unit]));
    if (units.every((unit) => back[unit] === 0)) return;
    this.#done.add(`refund ${refundKey}`);
    hold.refunded = full((unit) => hold.refunded[unit] + back[unit]);
  }

  /** The expected result of a grant; with `changed` undefined it must be rejected with `most`. */
  grant(key: string, userId: string, unit: Unit, amount: number): { savings: number; changed?: boolean; most: number } {
    const { granted, spent, held } = this.savings(userId, unit);
    const most = granted - spent - held;
    if (amount === 0 || this.#done.has(`grant ${key}`)) return { savings: granted - spent, changed: false, most };
    if (most + amount < 0) return { savings: granted - spent, most };
    this.#done.add(`grant ${key}`);
    this.#granted.set(`${userId} ${unit}`, granted + amount);
    return { savings: granted + amount - spent, changed: true, most };
  }

  dismiss(request: string): void {
    for (const [key, hold] of this.holds) {
      if (hold.request.request === request && hold.kind === 'admission') this.end(key, 'released', undefined);
    }
  }

  /** Ends the holds that `recover` must end; returns their number. */
  recover(request: string): number {
    const calls = [...this.holds].filter(([, hold]) => hold.request.request === request && hold.kind === 'call');
    return calls.filter(([key]) => this.end(key, 'lost', undefined)).length;
  }

  expire(nowMs: number): number {
    const over = [...this.holds].filter(([, hold]) => hold.request.expiresAtMs <= nowMs);
    return over.filter(([key]) => this.end(key, 'expired', undefined)).length;
  }

  /** The expected level of a limit at a time. */
  level({ holder, unit, period }: Pick<Limit, 'holder' | 'unit' | 'period'>, nowMs: number): Sum {
    return this.#sum(unit, periodAt(period, nowMs), (hold) => {
      if (!concerns(holder, hold.request.terms)) return undefined;
      const lost = hold.overrun[unit] + (holder.kind === 'instance' ? hold.lost[unit] : 0);
      const inLine = holder.kind === 'user' || hold.request.terms.limits.some((each) => limits(each, holder, unit));
      return { spent: hold.charged[unit] - hold.refunded[unit] + lost, held: hold.held[unit], inLine };
    });
  }

  allowance(userId: string, { unit, period }: Pick<Allowance, 'unit' | 'period'>, nowMs: number): Sum {
    return this.#sum(unit, periodAt(period, nowMs), (hold) => {
      if (hold.request.terms.payerId !== userId) return undefined;
      const spent = hold.charged[unit] - hold.refunded[unit] - savingsSpent(hold, unit);
      return { spent, held: hold.held[unit] - hold.heldSavings[unit], inLine: true };
    });
  }

  overrun(userId: string, { unit, period }: Pick<Allowance, 'unit' | 'period'>, nowMs: number): number {
    const ofUser = ({ request, overrun }: ModelHold) =>
      request.terms.payerId === userId ? { spent: overrun[unit], held: 0, inLine: false } : undefined;
    return this.#sum(unit, periodAt(period, nowMs), ofUser).spent;
  }

  savings(userId: string, unit: Unit): { granted: number; spent: number; held: number } {
    const own = [...this.holds.values()].filter((hold) => hold.request.terms.payerId === userId);
    return {
      granted: this.#granted.get(`${userId} ${unit}`) ?? 0,
      spent: own.reduce((sum, hold) => sum + savingsSpent(hold, unit), 0),
      held: own.reduce((sum, hold) => sum + (hold.state === 'open' ? hold.heldSavings[unit] : 0), 0),
    };
  }

  #rooms(terms: Terms, unit: Unit, kind: ModelHold['kind'], nowMs: number): Room[] {
    const rooms = terms.limits
      .filter((limit) => limit.unit === unit)
      .map(({ cap, rule, ...limit }) => {
        const sum = this.level({ ...limit }, nowMs);
        const held = sum.held + (kind === 'admission' ? sum.admitted : 0);
        return { rule, cap, spent: sum.spent, held, free: cap - sum.spent - held, freeOtherwise: cap - sum.spent };
      });
    const allowance = terms.allowances.find((each) => each.unit === unit);
    if (allowance?.amount == null) return rooms;
    const sum = this.allowance(terms.payerId, allowance, nowMs);
    const { granted, spent, held } = this.savings(terms.payerId, unit);
    const inLine = kind === 'admission' ? sum.admitted : 0;
    const beyond = this.overrun(terms.payerId, allowance, nowMs);
    const ofAllowance = {
      ...{ rule: allowance.rule, cap: allowance.amount + granted - spent },
      ...{ spent: sum.spent + beyond, held: sum.held + held + inLine },
      free: Math.max(0, allowance.amount - sum.spent - sum.held) + granted - spent - held - inLine - beyond,
      freeOtherwise: Math.max(0, Math.max(0, allowance.amount - sum.spent) + granted - spent - beyond),
    };
    return [...rooms, ofAllowance];
  }

  #sum(
    unit: Unit,
    period: { startMs: number; endMs: number },
    share: (hold: ModelHold) => { spent: number; held: number; inLine: boolean } | undefined,
  ): Sum {
    const sum = { spent: 0, held: 0, admitted: 0 };
    for (const hold of this.holds.values()) {
      const dayMs = Date.parse(dayAt(hold.createdAtMs));
      if (dayMs < period.startMs || dayMs >= period.endMs) continue;
      const own = share(hold);
      if (!own) continue;
      if (hold.kind === 'admission') sum.admitted += hold.state === 'open' && own.inLine ? hold.held[unit] : 0;
      else if (hold.state === 'open') sum.held += own.held;
      else sum.spent += own.spent;
    }
    return sum;
  }
}

/** The part of a hold that savings paid, after refunds, which go to savings first. */
const savingsSpent = (hold: ModelHold, unit: Unit): number => Math.max(0, hold.fromSavings[unit] - hold.refunded[unit]);

const limits = (limit: Limit, holder: Holder, unit: Unit): boolean =>
  limit.unit === unit && limit.holder.kind === holder.kind && limit.holder.id === holder.id;

function concerns({ kind, id }: Holder, terms: Terms): boolean {
  if (kind === 'instance') return true;
  return id === { guild: terms.guildId, channel: terms.channelId, user: terms.payerId }[kind];
}
