-- Use is counted twice: in meters, which are the running sums that decisions read, and in entries, which are the
-- record that never changes. What is held is no movement yet: it is in ledger_hold and the meters alone. `verify` folds
-- entries and open holds and compares them with the meters.

-- The order in which holders are locked, everywhere: instance, guild, channel, user.
CREATE FUNCTION ledger_rank(holder text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_position(ARRAY['instance', 'guild', 'channel', 'user'], split_part(holder, ':', 1))
$$;

-- Sums of one UTC day; weeks and months are sums over days, so a cap that is set today counts what was used before.
CREATE TABLE ledger_meter (
  -- 'instance', 'guild:<id>', 'channel:<id>' or 'user:<id>'.
  holder text NOT NULL,
  unit text NOT NULL CHECK (unit IN ('micros', 'tokens', 'images')),
  -- Instance, guild and channel are pools. What a person uses is the sum of their allowance and savings.
  source text NOT NULL CHECK (source IN ('pool', 'allowance', 'savings')),
  day date NOT NULL,
  spent bigint NOT NULL DEFAULT 0 CHECK (spent >= 0),
  held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
  -- Of admissions: places in line, which give way to what is held. A person's are all counted under their allowance.
  admitted bigint NOT NULL DEFAULT 0 CHECK (admitted >= 0),
  PRIMARY KEY (holder, unit, source, day)
) WITH (fillfactor = 70);

-- What a person has beside their allowances; it never expires.
CREATE TABLE ledger_savings (
  user_id text NOT NULL,
  unit text NOT NULL CHECK (unit IN ('micros', 'tokens', 'images')),
  granted bigint NOT NULL DEFAULT 0,
  spent bigint NOT NULL DEFAULT 0 CHECK (spent >= 0),
  held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
  PRIMARY KEY (user_id, unit),
  CHECK (granted - spent - held >= 0)
) WITH (fillfactor = 70);

-- Amounts are objects of whole numbers by unit; a missing unit is 0.
CREATE TABLE ledger_hold (
  key text PRIMARY KEY,
  request text NOT NULL,
  step text NOT NULL,
  attempt integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('admission', 'call')),
  payer_id text NOT NULL,
  guild_id text,
  channel_id text,
  terms jsonb NOT NULL,
  -- The holders whose figures decided, which are locked whenever this hold changes.
  locks text[] NOT NULL,
  -- The sums that its settlement adds to and compares with their caps.
  windows jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'settled', 'released', 'expired', 'lost')),
  -- Whose meters count it, whenever it ends.
  day date NOT NULL,
  held jsonb NOT NULL,
  held_savings jsonb NOT NULL,
  charged jsonb NOT NULL DEFAULT '{}',
  from_savings jsonb NOT NULL DEFAULT '{}',
  refunded jsonb NOT NULL DEFAULT '{}',
  on_instance jsonb NOT NULL DEFAULT '{}',
  facts jsonb NOT NULL DEFAULT '{}',
  created_at_ms bigint NOT NULL,
  ended_at_ms bigint,
  expires_at_ms bigint NOT NULL,
  CHECK ((state = 'open') = (ended_at_ms IS NULL))
);

CREATE INDEX ledger_hold_request ON ledger_hold (request);
CREATE INDEX ledger_hold_expires ON ledger_hold (expires_at_ms) WHERE state = 'open';
CREATE INDEX ledger_hold_created ON ledger_hold (created_at_ms);
CREATE INDEX ledger_hold_payer ON ledger_hold (payer_id, created_at_ms);
CREATE INDEX ledger_hold_guild ON ledger_hold (guild_id, created_at_ms);
CREATE INDEX ledger_hold_channel ON ledger_hold (channel_id, created_at_ms);

CREATE TABLE ledger_transaction (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- What must not be done twice: 'settle/<hold>', 'lose/<hold>', 'refund/<key>', 'grant/<key>', 'forget/<name>'.
  key text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('settle', 'lose', 'refund', 'grant', 'forget')),
  hold_key text,
  payer_id text NOT NULL,
  guild_id text,
  channel_id text,
  -- The day whose meters it changed.
  day date NOT NULL,
  actor_id text,
  reason text,
  at_ms bigint NOT NULL,
  CHECK ((hold_key IS NULL) = (kind IN ('grant', 'forget')))
);

CREATE INDEX ledger_transaction_hold ON ledger_transaction (hold_key);
CREATE INDEX ledger_transaction_payer ON ledger_transaction (payer_id);
CREATE INDEX ledger_transaction_actor ON ledger_transaction (actor_id) WHERE actor_id IS NOT NULL;

CREATE TABLE ledger_entry (
  -- No foreign key: both are written by one statement of ledger_write, and neither is ever deleted.
  transaction_id bigint NOT NULL,
  -- 'user:<id>/allowance', 'user:<id>/savings', 'instance/lost', 'instance/overrun', 'used/<feature>', 'mint'.
  account text NOT NULL,
  unit text NOT NULL CHECK (unit IN ('micros', 'tokens', 'images')),
  amount bigint NOT NULL CHECK (amount <> 0),
  PRIMARY KEY (transaction_id, account, unit)
);

CREATE INDEX ledger_entry_account ON ledger_entry (account);

-- Entries of a transaction come in one statement. Since each statement sums to zero, so does every transaction, always.
CREATE FUNCTION ledger_refuse_imbalance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong record;
BEGIN
  SELECT transaction_id, unit, sum(amount) AS total INTO wrong
    FROM fresh GROUP BY transaction_id, unit HAVING sum(amount) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'Entries of transaction % sum to % % instead of zero', wrong.transaction_id, wrong.total, wrong.unit;
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER ledger_entry_balance AFTER INSERT ON ledger_entry
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_imbalance();

-- Nothing is changed or deleted, but that forgetting a person takes their name off. A transaction that means to do that
-- says so for itself with set_config('familiar.ledger_forgets', 'on', true).
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  names CONSTANT text[] := ARRAY['account', 'payer_id', 'channel_id', 'actor_id', 'reason'];
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('familiar.ledger_forgets', true) = 'on' THEN
    IF to_jsonb(NEW) - names = to_jsonb(OLD) - names THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'The ledger is append-only: % of % is refused', TG_OP, TG_TABLE_NAME;
END
$$;

CREATE TRIGGER ledger_transaction_append_only BEFORE UPDATE OR DELETE ON ledger_transaction
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_transaction_no_truncate BEFORE TRUNCATE ON ledger_transaction
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
