-- The files that came with an answer. A row goes with its file, and the file with its row.
CREATE TABLE chat_answer_file (
  id uuid PRIMARY KEY REFERENCES files_file ON DELETE CASCADE,
  answer_id uuid NOT NULL REFERENCES chat_answer ON DELETE CASCADE,
  -- Their order within the answer.
  position bigint GENERATED ALWAYS AS IDENTITY,
  -- What made it, in which try: a call of a tool, or a step.
  source text NOT NULL,
  -- Its name, type and description as JSON, under the asker's key.
  ciphertext bytea NOT NULL,
  -- Where it was shown last; another version of the answer may stand there by now.
  message_id text,
  attachment_id text
);
CREATE INDEX chat_answer_file_answer ON chat_answer_file (answer_id);
CREATE TRIGGER chat_answer_file_deleted AFTER DELETE ON chat_answer_file FOR EACH ROW
EXECUTE FUNCTION files_delete_with_row();
