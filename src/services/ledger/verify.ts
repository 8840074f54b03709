import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db } from '../../platform/postgres/index.ts';
import type { Unit } from './port.ts';

interface Difference {
  account: string;
  unit: Unit;
  stored: number;
  folded: number;
}

/** What is held or admitted now: one row per unit of an open hold. */
const openAmounts = sql`
  SELECT h.kind, h.payer_id, h.guild_id, h.channel_id, h.terms, h.day, u.unit,
    coalesce((h.held->>u.unit)::bigint, 0) AS amount, coalesce((h.held_savings->>u.unit)::bigint, 0) AS from_savings
  FROM ledger_hold AS h CROSS JOIN unnest(ARRAY['micros', 'tokens', 'images']) AS u(unit)
  WHERE h.state = 'open'
`;

const pools = sql`(VALUES ('instance'), ('guild:' || guild_id), ('channel:' || channel_id)) AS pool(holder)`;

/** Each movement of use, once for every meter that it belongs to. */
const foldedFigures = sql`
  SELECT split_part(account, '/', 1) AS holder, unit, split_part(account, '/', 2) AS source, day, 'spent' AS figure,
    -amount AS value
  FROM moved WHERE account LIKE 'user:%'
  UNION ALL
  SELECT pool.holder, unit, 'pool', day, 'spent', -amount FROM moved CROSS JOIN LATERAL ${pools}
  WHERE pool.holder IS NOT NULL AND (
    account LIKE 'user:%' OR account IN ('instance/overrun', 'instance/waived') OR (account = 'instance/lost' AND pool.holder = 'instance')
  )
  UNION ALL
  SELECT 'user:' || payer_id, unit, 'overrun', day, 'spent', -amount FROM moved
  WHERE account IN ('instance/overrun', 'instance/waived')
  UNION ALL
  SELECT pool.holder, unit, 'pool', day, 'held', amount FROM open_amount CROSS JOIN LATERAL ${pools}
  WHERE kind = 'call' AND pool.holder IS NOT NULL
  UNION ALL
  SELECT 'user:' || payer_id, unit, part.source, day, 'held', part.value FROM open_amount
  CROSS JOIN LATERAL (VALUES ('allowance', amount - from_savings), ('savings', from_savings)) AS part(source, value)
  WHERE kind = 'call'
  UNION ALL
  SELECT 'user:' || payer_id, unit, 'allowance', day, 'admitted', amount FROM open_amount WHERE kind = 'admission'
  UNION ALL
  SELECT pool.holder, unit, 'pool', day, 'admitted', amount FROM open_amount CROSS JOIN LATERAL ${pools}
  WHERE kind = 'admission' AND EXISTS (
    SELECT FROM jsonb_array_elements(terms->'limits') AS l
    WHERE l->>'unit' = open_amount.unit
      AND pool.holder = concat_ws(':', l->'holder'->>'kind', nullif(l->'holder'->>'id', ''))
  )
`;

/**
 * The rows where `stored` and `folded` differ. Both have `unit`, `value` and the columns of `key`; `account` names the
 * place.
 */
const differing = (key: RawBuilder<unknown>, account: RawBuilder<unknown>) => sql`
  SELECT ${account} AS account, unit,
    coalesce(stored.value, 0)::bigint AS stored, coalesce(folded.value, 0)::bigint AS folded
  FROM stored FULL JOIN folded USING (${key}, unit)
  WHERE coalesce(stored.value, 0) <> coalesce(folded.value, 0)
  ORDER BY 1, 2
`;

/** Recomputes meters, savings, holds and transactions from entries and open holds; returns the differences. */
export async function verify(db: Db): Promise<Difference[]> {
  const parts = await Promise.all([verifyMeters(db), verifySavings(db), verifyHolds(db), verifyTransactions(db)]);
  return parts.flat();
}

async function verifyMeters(db: Db): Promise<Difference[]> {
  const { rows } = await sql<Difference>`
    WITH moved AS (
      SELECT t.day, t.payer_id, t.guild_id, t.channel_id, e.account, e.unit, e.amount
      FROM ledger_entry AS e JOIN ledger_transaction AS t ON t.id = e.transaction_id
      WHERE t.kind NOT IN ('grant', 'forget')
    ),
    open_amount AS (${openAmounts}),
    folded AS (
      SELECT holder, unit, source, day, figure, sum(value) AS value FROM (${foldedFigures}) AS each
      GROUP BY holder, unit, source, day, figure
    ),
    stored AS (
      SELECT holder, unit, source, day, part.figure, part.value FROM ledger_meter
      CROSS JOIN LATERAL (VALUES ('spent', spent), ('held', held), ('admitted', admitted)) AS part(figure, value)
    )
    ${differing(sql`holder, source, day, figure`, sql`concat_ws(' ', holder, source, day::text, figure)`)}
  `.execute(db);
  return rows;
}

async function verifySavings(db: Db): Promise<Difference[]> {
  const { rows } = await sql<Difference>`
    WITH open_amount AS (${openAmounts}),
    folded AS (
      SELECT substr(split_part(e.account, '/', 1), 6) AS user_id, e.unit,
        CASE WHEN t.kind IN ('grant', 'forget') THEN 'granted' ELSE 'spent' END AS figure,
        sum(CASE WHEN t.kind IN ('grant', 'forget') THEN e.amount ELSE -e.amount END) AS value
      FROM ledger_entry AS e JOIN ledger_transaction AS t ON t.id = e.transaction_id
      WHERE e.account LIKE 'user:%/savings' GROUP BY 1, 2, 3
      UNION ALL
      SELECT payer_id, unit, 'held', sum(from_savings) FROM open_amount WHERE kind = 'call' GROUP BY 1, 2
    ),
    stored AS (
      SELECT user_id, unit, part.figure, part.value FROM ledger_savings
      CROSS JOIN LATERAL (VALUES ('granted', granted), ('spent', spent), ('held', held)) AS part(figure, value)
    )
    ${differing(sql`user_id, figure`, sql`concat('user:', user_id, '/savings ', figure)`)}
  `.execute(db);
  return rows;
}

/** Compares each hold's charges (after refunds) and its part on the instance with the entries made for it. */
async function verifyHolds(db: Db): Promise<Difference[]> {
  const { rows } = await sql<Difference>`
    WITH folded AS (
      SELECT t.hold_key AS key, e.unit,
        CASE WHEN e.account LIKE 'user:%' THEN 'charged' ELSE 'on instance' END AS figure, -sum(e.amount) AS value
      FROM ledger_transaction AS t JOIN ledger_entry AS e ON e.transaction_id = t.id
      WHERE t.hold_key IS NOT NULL AND (e.account LIKE 'user:%' OR e.account LIKE 'instance/%')
      GROUP BY 1, 2, 3
    ),
    stored AS (
      SELECT h.key, u.unit, part.figure, part.value
      FROM ledger_hold AS h CROSS JOIN unnest(ARRAY['micros', 'tokens', 'images']) AS u(unit)
      CROSS JOIN LATERAL (VALUES
        ('charged', coalesce((h.charged->>u.unit)::bigint, 0) - coalesce((h.refunded->>u.unit)::bigint, 0)),
        ('on instance', coalesce((h.on_instance->>u.unit)::bigint, 0))
      ) AS part(figure, value)
    )
    ${differing(sql`key, figure`, sql`concat('hold ', key, ' ', figure)`)}
  `.execute(db);
  return rows;
}

async function verifyTransactions(db: Db): Promise<Difference[]> {
  const { rows } = await sql<Difference>`
    SELECT concat('transaction ', transaction_id) AS account, unit, sum(amount)::bigint AS stored, 0::bigint AS folded
    FROM ledger_entry GROUP BY transaction_id, unit HAVING sum(amount) <> 0 ORDER BY 1, 2
  `.execute(db);
  return rows;
}
