-- An animation that somebody asked for. Holds ids alone, no words and no images.
CREATE TABLE reply_chain_gif_request (
  id uuid PRIMARY KEY,
  guild_id text,
  channel_id text NOT NULL,
  author_id text NOT NULL,
  -- The message that asked; null for commands and buttons.
  message_id text,
  -- The message whose chain it is.
  target_id text NOT NULL,
  job_id uuid NOT NULL,
  options jsonb NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed', 'cancelled')),
  -- Where the result, and before that its progress, is shown.
  shown_message_id text,
  asked_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX reply_chain_gif_request_author ON reply_chain_gif_request (author_id);
CREATE INDEX reply_chain_gif_request_guild ON reply_chain_gif_request (guild_id, asked_at);
