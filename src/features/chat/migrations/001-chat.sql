-- What people asked. `sealed` is the question as JSON under its author's key.
CREATE TABLE chat_question (
  id uuid PRIMARY KEY,
  channel_id text NOT NULL,
  guild_id text,
  author_id text NOT NULL,
  message_id text NOT NULL,
  sealed bytea NOT NULL,
  asked_at timestamptz NOT NULL
);
CREATE INDEX chat_question_channel ON chat_question (channel_id, asked_at DESC);
CREATE INDEX chat_question_author ON chat_question (author_id);

-- What the bot answered. `sealed` is the text under the key of the one who asked, so that forgetting them takes the
-- answer along. `parts` are the Discord messages that show it, in order.
CREATE TABLE chat_answer (
  id uuid PRIMARY KEY,
  question_id uuid NOT NULL REFERENCES chat_question ON DELETE CASCADE,
  state text NOT NULL CHECK (state IN ('waiting', 'written', 'done', 'stopped', 'failed')),
  job_id uuid,
  tries integer NOT NULL DEFAULT 0,
  parts text[] NOT NULL DEFAULT '{}',
  model_id text,
  error_code text,
  sealed bytea,
  finished_at timestamptz
);
CREATE INDEX chat_answer_question ON chat_answer (question_id);
