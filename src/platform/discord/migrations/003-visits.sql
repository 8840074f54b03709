-- Uses of the bot where it is no member: it writes there with the token of the interaction, from whichever process. A token
-- is worth nothing after 15 minutes, and its row is deleted then.
CREATE TABLE discord_visit (
  id text PRIMARY KEY,
  application_id text NOT NULL,
  token text NOT NULL,
  expires_at_ms bigint NOT NULL,
  -- Messages may follow only after the first answer.
  answered boolean NOT NULL DEFAULT false,
  -- Message ids by the name of their send, so that a job that runs again does not say it twice.
  sent jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX discord_visit_expiry ON discord_visit (expires_at_ms);
