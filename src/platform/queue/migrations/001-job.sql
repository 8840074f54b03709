-- One table holds a job from its first day to its deletion. Times are Unix milliseconds of the clock that the processes
-- are given; their machines' clocks must agree within a second or two.

CREATE TABLE queue_job (
  id uuid PRIMARY KEY,
  -- Breaks ties between jobs of the same turn in the order they came.
  sequence bigint GENERATED ALWAYS AS IDENTITY,
  queue text NOT NULL,
  kind text NOT NULL,
  -- Ids only, never what people wrote.
  payload jsonb NOT NULL,
  key text UNIQUE,
  user_id text,
  guild_id text,
  priority integer NOT NULL,
  -- The place in the round between users: see store.ts, enqueue.
  turn bigint NOT NULL,
  -- 'waiting' and 'active' are the living; 'done', 'dead' and 'cancelled' are final.
  state text NOT NULL CHECK (state IN ('waiting', 'active', 'done', 'dead', 'cancelled')),
  -- 0 means at once, whatever time another machine thinks it is.
  run_at_ms bigint NOT NULL,
  -- Runs begun. Only grows, so that together with boot_id it names one run.
  attempt integer NOT NULL DEFAULT 0,
  -- Grows by one when a run is handed back, which is how that run costs nothing.
  max_attempts integer NOT NULL,
  -- Who runs it: the slot that survives a restart, and the one life of a process in it.
  instance_id text,
  boot_id uuid,
  lease_until_ms bigint,
  cancel_by text,
  -- Name and code of the last failure, never its message, which may quote what people wrote.
  error text,
  created_at_ms bigint NOT NULL,
  ended_at_ms bigint,
  CHECK ((state = 'active') = (boot_id IS NOT NULL))
) WITH (fillfactor = 80);

-- What to take next, and how many come before.
CREATE INDEX queue_job_next ON queue_job (queue, priority DESC, turn, sequence) WHERE state = 'waiting';
CREATE INDEX queue_job_due ON queue_job (run_at_ms) WHERE state = 'waiting' AND run_at_ms > 0;
-- The limits.
CREATE INDEX queue_job_waiting_user ON queue_job (user_id) WHERE state = 'waiting';
CREATE INDEX queue_job_waiting_guild ON queue_job (guild_id) WHERE state = 'waiting';
-- The turns: how far the round has come, and each user in it, nobody being one.
CREATE INDEX queue_job_started ON queue_job (queue, priority, turn) WHERE attempt > 0;
CREATE INDEX queue_job_user_turn ON queue_job (queue, priority, coalesce(user_id, ''), turn);
-- A handful of rows, so the lease is left out: a heartbeat then touches no index.
CREATE INDEX queue_job_active ON queue_job (boot_id) WHERE state = 'active';
CREATE INDEX queue_job_ended ON queue_job (ended_at_ms) WHERE ended_at_ms IS NOT NULL;
-- What administrators look at.
CREATE INDEX queue_job_dead ON queue_job (queue) WHERE state = 'dead';
