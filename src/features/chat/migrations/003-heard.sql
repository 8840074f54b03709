-- What people said to each other where the bot converses. `sealed` is the message as JSON under its author's key.
CREATE TABLE chat_heard (
  message_id text PRIMARY KEY,
  channel_id text NOT NULL,
  guild_id text NOT NULL,
  author_id text NOT NULL,
  sealed bytea NOT NULL,
  said_at timestamptz NOT NULL
);
CREATE INDEX chat_heard_channel ON chat_heard (channel_id, said_at DESC);
CREATE INDEX chat_heard_author ON chat_heard (author_id);

ALTER TABLE chat_conversation
  -- When what had been said before the first question was read; null: not yet.
  ADD COLUMN warmed_at timestamptz,
  -- The channel that a thread is in, which takes the thread along when it is deleted.
  ADD COLUMN parent_id text;
CREATE INDEX chat_conversation_guild ON chat_conversation (guild_id);
CREATE INDEX chat_conversation_parent ON chat_conversation (parent_id);
