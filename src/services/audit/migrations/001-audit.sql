-- Who did what, and who was refused what and why.
CREATE TABLE audit_entry (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at_ms bigint NOT NULL,
  actor_id text NOT NULL,
  action text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('done', 'refused')),
  target_id text,
  guild_id text,
  channel_id text,
  reason text NOT NULL,
  details jsonb NOT NULL
);
CREATE INDEX audit_entry_time ON audit_entry (at_ms);
CREATE INDEX audit_entry_actor ON audit_entry (actor_id, id);
CREATE INDEX audit_entry_target ON audit_entry (target_id, id) WHERE target_id IS NOT NULL;
CREATE INDEX audit_entry_guild ON audit_entry (guild_id, id) WHERE guild_id IS NOT NULL;
CREATE INDEX audit_entry_action ON audit_entry (action, id);

-- What is written stays. The one change let through takes a person's id out: the actor of a refusal, or a target.
CREATE FUNCTION audit_entry_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  allowed audit_entry;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    allowed := OLD;
    IF NEW.actor_id = 'forgotten' AND OLD.outcome = 'refused' THEN
      allowed.actor_id := NEW.actor_id;
    END IF;
    IF NEW.target_id = 'forgotten' AND OLD.target_id IS NOT NULL THEN
      allowed.target_id := NEW.target_id;
    END IF;
    IF NEW IS NOT DISTINCT FROM allowed THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'The audit is append-only: % of audit_entry is refused.', TG_OP;
END
$$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse_change();
CREATE TRIGGER audit_entry_never_emptied BEFORE TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse_change();
