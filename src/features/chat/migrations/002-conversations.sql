-- A conversation is what is said with the bot in one channel, thread or direct message.
CREATE TABLE chat_conversation (
  channel_id text PRIMARY KEY,
  guild_id text,
  -- Who opened the thread by a command or a branch; null for channels and direct messages.
  owner_id text,
  -- What was set for this conversation alone, by the names of the feature's settings.
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL
);

-- A question may come without a message of its own (a command), may be edited, and shows one version of its answers.
ALTER TABLE chat_question
  ALTER COLUMN message_id DROP NOT NULL,
  ADD COLUMN origin text NOT NULL DEFAULT 'message' CHECK (origin IN ('message', 'command', 'context', 'branch')),
  ADD COLUMN edited_at timestamptz,
  -- The messages that show an answer, in order.
  ADD COLUMN parts text[] NOT NULL DEFAULT '{}',
  -- The answer that they show.
  ADD COLUMN shown_id uuid;
CREATE INDEX chat_question_message ON chat_question (message_id);
CREATE INDEX chat_question_parts ON chat_question USING gin (parts);

ALTER TABLE chat_answer
  ADD COLUMN version integer NOT NULL DEFAULT 1,
  -- Who asked for this version and pays for it; null: the asker.
  ADD COLUMN payer_id text,
  -- Why the model ended: `length` can be continued.
  ADD COLUMN finish text,
  -- What a reasoning model let see of its thoughts, under the key of the asker.
  ADD COLUMN reasoning_sealed bytea;
UPDATE chat_question q SET parts = a.parts, shown_id = a.id FROM chat_answer a WHERE a.question_id = q.id;
ALTER TABLE chat_answer DROP COLUMN parts;
CREATE UNIQUE INDEX chat_answer_version ON chat_answer (question_id, version);
DROP INDEX chat_answer_question;
