-- Who answers a question in place of the bot, decided once.
CREATE TABLE chat_speaker (
  question_id uuid PRIMARY KEY REFERENCES chat_question ON DELETE CASCADE,
  -- The speaker as JSON, under the key of the asker.
  ciphertext bytea NOT NULL,
  -- False where the channel has no webhook for it: the bot writes the name above its own words.
  by_webhook boolean NOT NULL,
  -- Set before a message is sent through the webhook, null once its id is stored: after a crash, it may be there unknown.
  intended_at timestamptz
);
