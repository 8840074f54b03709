-- What is known of the guilds the bot is in, for permissions and for processes without a gateway.
CREATE TABLE discord_guild (
  id text PRIMARY KEY,
  name text NOT NULL,
  owner_id text NOT NULL,
  system_channel_id text,
  self_role_ids jsonb NOT NULL,
  -- Until when the bot is timed out; 0 when it is not.
  self_muted_until_ms bigint NOT NULL DEFAULT 0,
  -- [{ id, name, permissions, position }]
  roles jsonb NOT NULL
);

-- Channels and threads of those guilds, and DM channels (guild_id null).
CREATE TABLE discord_channel (
  id text PRIMARY KEY,
  guild_id text,
  type integer NOT NULL,
  name text,
  parent_id text,
  nsfw boolean NOT NULL,
  -- [{ id, type, allow, deny }]
  overwrites jsonb NOT NULL
);

CREATE INDEX discord_channel_guild ON discord_channel (guild_id);

-- Where each shard's session stands: everything up to `sequence` has been handled.
CREATE TABLE discord_session (
  application_id text NOT NULL,
  shard_id integer NOT NULL,
  shard_count integer NOT NULL,
  session_id text NOT NULL,
  resume_url text NOT NULL,
  sequence bigint NOT NULL,
  -- Gateway intents the session was opened with.
  intents bigint NOT NULL,
  -- Messages made before this time have been handled.
  handled_until_ms bigint NOT NULL,
  PRIMARY KEY (application_id, shard_id)
);

-- Processes that share the bot's global rate limit.
CREATE TABLE discord_process (
  id uuid PRIMARY KEY,
  application_id text NOT NULL,
  seen_at_ms bigint NOT NULL
);
