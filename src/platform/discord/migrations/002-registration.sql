-- How the last try to register the commands ended, for `familiar doctor`.
CREATE TABLE discord_registration (
  application_id text PRIMARY KEY,
  at_ms bigint NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('registered', 'partly', 'failed')),
  detail text NOT NULL,
  next_try_ms bigint
);
