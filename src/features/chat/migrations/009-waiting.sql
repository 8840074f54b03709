ALTER TABLE chat_question
  -- The question that it is answered together with, whose answer is below that.
  ADD COLUMN merged_into uuid REFERENCES chat_question ON DELETE SET NULL;
CREATE INDEX chat_question_merged ON chat_question (merged_into) WHERE merged_into IS NOT NULL;

CREATE INDEX chat_answer_waiting ON chat_answer (question_id) WHERE state = 'waiting';

-- What an asker is told while an answer waits, in the message that will show the answer. The row comes before the message
-- and goes when a worker has taken that over, or it says how the wait ended.
CREATE TABLE chat_notice (
  answer_id uuid PRIMARY KEY REFERENCES chat_answer ON DELETE CASCADE,
  -- How many were before it, as the message says; null: it says nothing yet.
  ahead integer,
  -- Who writes into the message has set this first, so that of several processes one does.
  written_at timestamptz NOT NULL
);
