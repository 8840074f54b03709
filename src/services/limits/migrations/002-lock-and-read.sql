-- Locks the keys until the end of the transaction, in one order, so that two takes of several rates never wait for each
-- other; then reads where each stands, in the order given. In one round trip: each statement of a function sees what was
-- committed before it began, so that nothing is read from before the wait for the locks.
CREATE FUNCTION limits_lock_and_read(keys text[], counts bigint[])
RETURNS TABLE (last_number bigint, last_at_ms bigint, displaced_at_ms bigint)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(lock)
  FROM (
    SELECT DISTINCT hashtextextended('limits/' || key, 0) AS lock
    FROM unnest(keys) AS key
    ORDER BY lock
  ) AS sorted;
  RETURN QUERY
    SELECT last.number, last.at_ms, displaced.at_ms
    FROM unnest(keys, counts) WITH ORDINALITY AS rate (key, count, place)
    LEFT JOIN LATERAL (
      SELECT number, at_ms FROM limits_take WHERE limits_take.key = rate.key ORDER BY number DESC LIMIT 1
    ) AS last ON true
    LEFT JOIN limits_take AS displaced
      ON displaced.key = rate.key AND displaced.number = last.number + 1 - rate.count
    ORDER BY rate.place;
END
$$;
