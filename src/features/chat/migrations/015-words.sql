-- Plain names: what is encrypted is `ciphertext`, whose words a model read are `context_author_ids`, and what people say to
-- each other where the bot converses are ambient messages.
ALTER TABLE chat_question RENAME COLUMN sealed TO ciphertext;

ALTER TABLE chat_answer RENAME COLUMN sealed TO ciphertext;
ALTER TABLE chat_answer RENAME COLUMN reasoning_sealed TO reasoning_ciphertext;
ALTER TABLE chat_answer RENAME COLUMN footnotes_sealed TO footnotes_ciphertext;
ALTER TABLE chat_answer RENAME COLUMN told_ids TO context_author_ids;
ALTER INDEX chat_answer_told RENAME TO chat_answer_context_authors;

ALTER TABLE chat_heard RENAME TO chat_ambient_message;
ALTER TABLE chat_ambient_message RENAME COLUMN sealed TO ciphertext;
ALTER INDEX chat_heard_pkey RENAME TO chat_ambient_message_pkey;
ALTER INDEX chat_heard_channel RENAME TO chat_ambient_message_channel;
ALTER INDEX chat_heard_author RENAME TO chat_ambient_message_author;

-- When the messages before the first question were backfilled; null: not yet.
ALTER TABLE chat_conversation RENAME COLUMN warmed_at TO backfilled_at;

ALTER TABLE chat_question
  -- Emojis that the bot has put on the question's message earlier, and that may still be there although they should be gone.
  ADD COLUMN stale_reactions text[] NOT NULL DEFAULT '{}';
CREATE INDEX chat_question_stale_reactions ON chat_question (asked_at) WHERE stale_reactions <> '{}';
