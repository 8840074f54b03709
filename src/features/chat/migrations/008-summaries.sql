-- What a model made of the older part of a conversation, which is no longer sent word for word. Each summary builds on the
-- one before it and covers everything that covers. `sealed` is the text under the keys of all `author_ids` together: those
-- who asked what it covers.
CREATE TABLE chat_summary (
  id uuid PRIMARY KEY,
  channel_id text NOT NULL,
  guild_id text,
  sealed bytea NOT NULL,
  author_ids text[] NOT NULL,
  -- Others of whose words something may be in it, because a model had them before it when it answered.
  told_ids text[] NOT NULL,
  -- The messages that asked and answered what it adds to the summary before it: what becomes of them is followed also when
  -- the history has long dropped them.
  message_ids text[] NOT NULL,
  -- When the first and the last question that it covers were asked, and how many they are.
  covers_from timestamptz NOT NULL,
  covers_until timestamptz NOT NULL,
  exchanges integer NOT NULL,
  model_id text NOT NULL,
  made_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX chat_summary_channel ON chat_summary (channel_id, covers_until);
CREATE INDEX chat_summary_authors ON chat_summary USING gin (author_ids);
CREATE INDEX chat_summary_told ON chat_summary USING gin (told_ids);
CREATE INDEX chat_summary_messages ON chat_summary USING gin (message_ids);

ALTER TABLE chat_answer
  -- Others than the asker whose words the model had before it; `forgotten` stands for those who were forgotten.
  ADD COLUMN told_ids text[] NOT NULL DEFAULT '{}';
CREATE INDEX chat_answer_told ON chat_answer USING gin (told_ids);
