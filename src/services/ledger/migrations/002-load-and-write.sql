-- The two steps around each decision, as functions: one round trip each, and plans that PostgreSQL keeps. They decide
-- nothing; what they are given and give is arrays of objects, whose shapes are in books.ts and hold-rows.ts. Plans are
-- made once, often while the tables are nearly empty, so they must not rest on that.

-- Sums of meters over stretches of days.
CREATE FUNCTION ledger_figures(given_windows jsonb)
RETURNS TABLE (holder text, unit text, source text, first text, last text, spent bigint, held bigint, admitted bigint)
LANGUAGE sql STABLE AS $$
  SELECT w.holder, w.unit, w.source, w.first, w.last, coalesce(sum(m.spent), 0)::bigint,
    coalesce(sum(m.held), 0)::bigint, coalesce(sum(m.admitted), 0)::bigint
  FROM (
    SELECT DISTINCT * FROM jsonb_to_recordset(given_windows)
      AS each(holder text, unit text, source text, first text, last text)
  ) AS w
  LEFT JOIN ledger_meter AS m ON m.holder = w.holder AND m.unit = w.unit AND (w.source = 'all' OR m.source = w.source)
    AND m.day BETWEEN w.first::date AND w.last::date
  GROUP BY w.holder, w.unit, w.source, w.first, w.last
$$;

-- Locks the holders, then the holds, and reads what a batch of decisions needs. Each statement sees what was committed
-- before it began, so all figures of a locked holder are the last. All advisory locks of a transaction are taken here, at
-- once and in one order, so two transactions never wait for each other.
CREATE FUNCTION ledger_load(
  given_locks text[], given_keys text[], given_requests text[], given_persons text[], given_transactions text[],
  given_windows jsonb
) RETURNS jsonb LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  found_holds jsonb;
  open_windows jsonb;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('ledger/' || ordered.holder, 0)) FROM (
    SELECT DISTINCT ledger_rank(concerned.holder) AS rank, concerned.holder FROM (
      SELECT unnest(given_locks) AS holder
      UNION ALL
      SELECT unnest(h.locks) FROM ledger_hold AS h WHERE h.key = ANY (given_keys)
    ) AS concerned
    ORDER BY rank, concerned.holder
  ) AS ordered;
  SELECT coalesce(jsonb_agg(to_jsonb(locked)), '[]') INTO found_holds FROM (
    SELECT * FROM ledger_hold AS h
    WHERE h.key = ANY (given_keys)
      OR (h.request = ANY (given_requests) AND h.kind = 'admission' AND h.state = 'open')
    ORDER BY h.key FOR UPDATE
  ) AS locked;
  SELECT coalesce(jsonb_agg(w), '[]') INTO open_windows
    FROM jsonb_array_elements(found_holds) AS h CROSS JOIN jsonb_array_elements(h->'windows') AS w
    WHERE h->>'state' = 'open';
  RETURN jsonb_build_object(
    'holds', found_holds,
    'windows', (
      SELECT coalesce(jsonb_agg(to_jsonb(figures)), '[]') FROM ledger_figures(given_windows || open_windows) AS figures
    ),
    'savings', (
      SELECT coalesce(jsonb_agg(to_jsonb(savings)), '[]') FROM ledger_savings AS savings
      WHERE savings.user_id = ANY (given_persons)
    ),
    'transactions', (
      SELECT coalesce(jsonb_agg(t.key), '[]') FROM ledger_transaction AS t WHERE t.key = ANY (given_transactions)
    )
  );
END
$$;

-- Writes what was decided. Meters come last, since every transaction of the instance waits for its meter; their rows are
-- locked in the order of their holders, and missing ones are made in that order first: until it locks, a transaction
-- keeps none but rows that no other can see.
CREATE FUNCTION ledger_write(
  new_holds jsonb, changed_holds jsonb, given_transactions jsonb, savings_changes jsonb, meter_changes jsonb
) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF new_holds <> '[]' THEN
    INSERT INTO ledger_hold SELECT * FROM jsonb_populate_recordset(NULL::ledger_hold, new_holds);
  END IF;
  IF changed_holds <> '[]' THEN
    UPDATE ledger_hold AS h SET state = c.state, charged = c.charged, from_savings = c.from_savings,
      refunded = c.refunded, on_instance = c.on_instance, facts = c.facts, ended_at_ms = c.ended_at_ms
    FROM jsonb_populate_recordset(NULL::ledger_hold, changed_holds) AS c
    WHERE h.key = c.key;
  END IF;
  IF given_transactions <> '[]' THEN
    WITH inserted AS (
      INSERT INTO ledger_transaction
        (key, kind, hold_key, payer_id, guild_id, channel_id, day, actor_id, reason, at_ms)
      SELECT t.key, t.kind, t.hold_key, t.payer_id, t.guild_id, t.channel_id, t.day, t.actor_id, t.reason, t.at_ms
      FROM jsonb_populate_recordset(NULL::ledger_transaction, given_transactions) AS t
      RETURNING id, key
    )
    INSERT INTO ledger_entry (transaction_id, account, unit, amount)
    SELECT inserted.id, e.account, e.unit, e.amount
    FROM jsonb_array_elements(given_transactions) AS t
    JOIN inserted ON inserted.key = t->>'key'
    CROSS JOIN jsonb_to_recordset(t->'entries') AS e(account text, unit text, amount bigint);
  END IF;
  IF savings_changes <> '[]' THEN
    INSERT INTO ledger_savings (user_id, unit)
    SELECT c.user_id, c.unit FROM jsonb_populate_recordset(NULL::ledger_savings, savings_changes) AS c
    ORDER BY c.user_id, c.unit ON CONFLICT DO NOTHING;
    UPDATE ledger_savings AS s
    SET granted = s.granted + c.granted, spent = s.spent + c.spent, held = s.held + c.held
    FROM jsonb_populate_recordset(NULL::ledger_savings, savings_changes) AS c
    WHERE s.user_id = c.user_id AND s.unit = c.unit;
  END IF;
  IF meter_changes <> '[]' THEN
    INSERT INTO ledger_meter (holder, unit, source, day)
    SELECT c.holder, c.unit, c.source, c.day FROM jsonb_populate_recordset(NULL::ledger_meter, meter_changes) AS c
    WHERE NOT EXISTS (
      SELECT FROM ledger_meter AS m
      WHERE m.holder = c.holder AND m.unit = c.unit AND m.source = c.source AND m.day = c.day
    )
    ORDER BY ledger_rank(c.holder), c.holder, c.unit, c.source, c.day
    ON CONFLICT DO NOTHING;
    PERFORM FROM jsonb_populate_recordset(NULL::ledger_meter, meter_changes) AS c
    JOIN ledger_meter AS m ON m.holder = c.holder AND m.unit = c.unit AND m.source = c.source AND m.day = c.day
    ORDER BY ledger_rank(m.holder), m.holder, m.unit, m.source, m.day
    FOR UPDATE OF m;
    UPDATE ledger_meter AS m
    SET spent = m.spent + c.spent, held = m.held + c.held, admitted = m.admitted + c.admitted
    FROM jsonb_populate_recordset(NULL::ledger_meter, meter_changes) AS c
    WHERE m.holder = c.holder AND m.unit = c.unit AND m.source = c.source AND m.day = c.day;
  END IF;
END
$$;
