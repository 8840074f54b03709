import { sql } from 'kysely';
import { periodAt } from '../../kernel/calendar.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Db } from '../../platform/postgres/index.ts';
import { byUnit } from './amounts.ts';
import { publicHold } from './hold-record.ts';
import { type HoldRow, recordOf } from './hold-rows.ts';
import { allowanceWindow, holderName, limitWindow, overrunWindow, userName, windowName } from './holders.ts';
import type { Balance, DayOfUse, Hold, Holder, Level, Limit, MoneyMovement, Allowance, Unit } from './port.ts';
import { holdColumns, loadFigures, loadSavings } from './store.ts';

export async function levels(db: Db, limits: readonly Limit[], nowMs: number): Promise<Level[]> {
  const windows = limits.map((limit) => limitWindow(limit, nowMs));
  const figures = await figuresByName(db, windows);
  return limits.map((limit) => {
    const { spent, held } = figures(limitWindow(limit, nowMs));
    return { limit, spent, held, resetsAtMs: periodAt(limit.period, nowMs).endMs };
  });
}

export async function balances(
  db: Db,
  userId: string,
  allowances: readonly Allowance[],
  nowMs: number,
): Promise<Balance[]> {
  const windows = allowances.flatMap((allowance) =>
    [allowanceWindow, overrunWindow].map((window) => window(userId, allowance, nowMs)),
  );
  const figures = await figuresByName(db, windows);
  const savings = await loadSavings(db, userId);
  return allowances.map((allowance) => {
    const { spent, held } = figures(allowanceWindow(userId, allowance, nowMs));
    const { spent: overrun } = figures(overrunWindow(userId, allowance, nowMs));
    const own = savings.find(({ unit }) => unit === allowance.unit) ?? { granted: 0, spent: 0, held: 0 };
    return {
      allowance,
      ...{ spent, held, overrun },
      savings: { granted: own.granted, spent: own.spent, held: own.held },
      resetsAtMs: periodAt(allowance.period, nowMs).endMs,
    };
  });
}

async function figuresByName(db: Db, windows: Parameters<typeof loadFigures>[1]) {
  const loaded = await loadFigures(db, windows);
  const byName = new Map(loaded.map((row) => [windowName(row), row]));
  return (window: (typeof windows)[number]) => byName.get(windowName(window)) ?? { spent: 0, held: 0 };
}

/** SQL condition: the hold belongs to this holder. */
function holdsOf({ kind, id }: Holder) {
  if (kind === 'instance') return sql`true`;
  return sql`${sql.ref({ guild: 'guild_id', channel: 'channel_id', user: 'payer_id' }[kind])} = ${id}`;
}

export async function use(db: Db, holder: Holder, firstDay: string, lastDay: string): Promise<DayOfUse[]> {
  const spent = await sql<{ day: string; unit: Unit; spent: number }>`
    SELECT day::text, unit, sum(spent)::bigint AS spent FROM ledger_meter
    WHERE holder = ${holderName(holder)} AND day BETWEEN ${firstDay}::date AND ${lastDay}::date
    GROUP BY day, unit
  `.execute(db);
  const [sinceMs, untilMs] = [
    periodAt('day', Date.parse(firstDay)).startMs,
    periodAt('day', Date.parse(lastDay)).endMs,
  ];
  const calls = await sql<{ day: string; name: string; calls: number; cost: number }>`
    SELECT day::text, split_part(request, '/', 1) AS name, count(*) AS calls,
      sum(coalesce((charged->>'micros')::bigint, 0))::bigint AS cost
    FROM ledger_hold
    WHERE ${holdsOf(holder)} AND created_at_ms >= ${sinceMs} AND created_at_ms < ${untilMs}
      AND state = 'settled' AND kind = 'call'
    GROUP BY day, name
  `.execute(db);
  const days = new Set([...spent.rows.filter((row) => row.spent > 0), ...calls.rows].map((row) => row.day));
  return [...days].toSorted().map((day) => ({
    day,
    spent: byUnit((unit) => spent.rows.find((row) => row.day === day && row.unit === unit)?.spent ?? 0),
    calls: Object.fromEntries(calls.rows.filter((row) => row.day === day).map((row) => [row.name, row.calls])),
    costs: Object.fromEntries(calls.rows.filter((row) => row.day === day).map((row) => [row.name, row.cost])),
  }));
}

/**
 * The free money left is the allowance at the time of the hold, minus what was charged to it on that day until then.
 */
export async function movements(db: Db, userId: string, limit: number): Promise<MoneyMovement[]> {
  const [free, saved] = [`${userName(userId)}/allowance`, `${userName(userId)}/savings`];
  const { rows } = await sql<MovementRow>`
    WITH moved AS (
      SELECT t.id, t.kind, t.at_ms, t.day, t.hold_key,
        coalesce(sum(e.amount) FILTER (WHERE e.account = ${free}), 0) AS free,
        coalesce(sum(e.amount) FILTER (WHERE e.account = ${saved}), 0) AS saved
      FROM ledger_entry AS e JOIN ledger_transaction AS t ON t.id = e.transaction_id
      WHERE e.account IN (${free}, ${saved}) AND e.unit = 'micros' GROUP BY t.id
    ), summed AS (
      SELECT *, sum(saved) OVER (ORDER BY id) AS savings, sum(free) OVER (PARTITION BY day ORDER BY id) AS freed FROM moved
    )
    SELECT s.kind, s.at_ms AS "atMs", (s.free + s.saved)::bigint AS amount, s.savings::bigint AS savings,
      s.freed::bigint AS freed, split_part(h.request, '/', 1) AS request, h.facts->>'model' AS model,
      (SELECT (own->>'amount')::bigint FROM jsonb_array_elements(h.terms->'allowances') AS own
        WHERE own->>'unit' = 'micros' LIMIT 1) AS allowance
    FROM summed AS s LEFT JOIN ledger_hold AS h ON h.key = s.hold_key
    ORDER BY s.id DESC LIMIT ${limit}
  `.execute(db);
  return rows.map(({ kind, atMs, amount, savings, freed, request, model, allowance }) => {
    const whole = allowance === null ? null : Math.max(0, allowance + freed) + savings;
    const granted = kind === 'grant';
    return {
      kind: granted ? 'grant' : amount > 0 ? 'refund' : 'charge',
      ...{ atMs, request, model, amount },
      left: granted ? savings : whole,
    };
  });
}

interface MovementRow {
  kind: string;
  atMs: number;
  amount: number;
  savings: number;
  freed: number;
  request: string | null;
  model: string | null;
  allowance: number | null;
}

export async function requestsOf(db: Db, userId: string): Promise<string[]> {
  const { rows } = await sql<{ request: string }>`
    SELECT DISTINCT request FROM ledger_hold WHERE payer_id = ${userId}
  `.execute(db);
  return rows.map((row) => row.request);
}

export async function holds(db: Db, request: string): Promise<Hold[]> {
  const { rows } = await sql<HoldRow>`
    SELECT ${holdColumns} FROM ledger_hold WHERE request = ${request} ORDER BY created_at_ms, attempt, key
  `.execute(db);
  return rows.map((row) => publicHold(recordOf(row)));
}

/** Includes calls that failed and cost nothing, since a storm of retries is also runaway use. */
export async function recent(
  db: Db,
  sinceMs: number,
): Promise<{ guildId: string | null; micros: number; calls: number }[]> {
  const { rows } = await sql<{ guildId: string | null; micros: number; calls: number }>`
    SELECT guild_id AS "guildId", count(*) AS calls, sum(
      CASE state WHEN 'open' THEN coalesce((held->>'micros')::bigint, 0)
      ELSE coalesce((charged->>'micros')::bigint, 0) + coalesce((on_instance->>'micros')::bigint, 0) END
    )::bigint AS micros
    FROM ledger_hold WHERE created_at_ms >= ${sinceMs} AND kind = 'call' GROUP BY guild_id
  `.execute(db);
  return rows;
}

/** Everything stored about a person: savings, grants, refunds, and each hold that they paid for. */
export async function exportUser(db: Db, userId: string): Promise<JsonObject> {
  const savings = await loadSavings(db, userId);
  const { rows: given } = await sql<{ [key: string]: Json }>`
    SELECT t.kind, t.reason, t.at_ms, e.unit, e.amount, t.payer_id = ${userId} AS received
    FROM ledger_transaction AS t JOIN ledger_entry AS e ON e.transaction_id = t.id
    WHERE (t.payer_id = ${userId} AND t.kind IN ('grant', 'refund') AND e.account LIKE ${`${userName(userId)}/%`})
      OR (t.actor_id = ${userId} AND t.payer_id <> ${userId} AND e.account LIKE 'user:%')
    ORDER BY t.id
  `.execute(db);
  const { rows: paid } = await sql<{ [key: string]: Json }>`
    SELECT request, step, kind, state, guild_id, channel_id, held, charged, from_savings, refunded, on_instance, facts,
      created_at_ms, ended_at_ms
    FROM ledger_hold WHERE payer_id = ${userId} ORDER BY created_at_ms, key
  `.execute(db);
  return { savings: savings.map((row) => ({ ...row })), grantsAndRefunds: given, holds: paid };
}
