-- A lane is a line of jobs of which one runs at a time, in the order in which they were added: at most one of its living
-- jobs is not held, and only that one can be taken.
ALTER TABLE queue_job
  ADD COLUMN lane text,
  -- It waits for an earlier job of its lane to end.
  ADD COLUMN held boolean NOT NULL DEFAULT false,
  -- When its latest run began.
  ADD COLUMN begun_at_ms bigint,
  ADD CHECK (NOT held OR (lane IS NOT NULL AND state <> 'active'));

-- The living of a lane, in their order.
CREATE INDEX queue_job_lane ON queue_job (lane, sequence) WHERE lane IS NOT NULL AND state IN ('waiting', 'active');
-- What is held cannot be taken, so that however many are, nobody who looks for a job walks over them.
DROP INDEX queue_job_next;
CREATE INDEX queue_job_next ON queue_job (queue, priority DESC, turn, sequence) WHERE state = 'waiting' AND NOT held;
DROP INDEX queue_job_due;
CREATE INDEX queue_job_due ON queue_job (run_at_ms) WHERE state = 'waiting' AND NOT held AND run_at_ms > 0;

-- Lets the next job of a lane go when the one that was not held has ended, whatever ended it. Who adds a job to a lane holds
-- the lock from before it looks for others until it has committed: its job either finds the lane free, or is seen here,
-- where each statement sees what was committed before it began.
CREATE FUNCTION queue_free_lane() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  freed text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('queue/lane/' || OLD.lane, 0));
  UPDATE queue_job SET held = false WHERE id = (
    SELECT id FROM queue_job WHERE lane = OLD.lane AND state = 'waiting' AND held ORDER BY sequence LIMIT 1
    -- One that is just being cancelled needs its lane no more; one that must only not be begun yet is not passed over.
    FOR NO KEY UPDATE SKIP LOCKED
  ) RETURNING queue INTO freed;
  IF freed IS NOT NULL THEN
    PERFORM pg_notify('queue_wake', freed);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER queue_job_ended AFTER UPDATE OF state ON queue_job FOR EACH ROW
  WHEN (OLD.lane IS NOT NULL AND NOT OLD.held
    AND OLD.state IN ('waiting', 'active') AND NEW.state NOT IN ('waiting', 'active'))
  EXECUTE FUNCTION queue_free_lane();
CREATE TRIGGER queue_job_deleted AFTER DELETE ON queue_job FOR EACH ROW
  WHEN (OLD.lane IS NOT NULL AND NOT OLD.held AND OLD.state IN ('waiting', 'active'))
  EXECUTE FUNCTION queue_free_lane();
