-- What people wrote for the bot to go by: named, in a library, or for one place alone. `sealed` is the text and
-- `name_sealed` its name, both under the author's key.
CREATE TABLE chat_prompt (
  id uuid PRIMARY KEY,
  author_id text NOT NULL,
  -- The guild whose library it is in; null: its author's own, or in none.
  guild_id text,
  -- Finds it by library and name, and leads back to neither without the instance key; null: it has no name.
  name_hash text UNIQUE,
  name_sealed bytea,
  sealed bytea NOT NULL,
  saved_at timestamptz NOT NULL,
  CHECK ((name_hash IS NULL) = (name_sealed IS NULL))
);
CREATE INDEX chat_prompt_author ON chat_prompt (author_id);
CREATE INDEX chat_prompt_guild ON chat_prompt (guild_id);

-- Which prompt holds where; a prompt that goes takes its choices along, so that the next scope counts again.
CREATE TABLE chat_prompt_choice (
  scope text NOT NULL CHECK (scope IN ('conversation', 'channel', 'user', 'guild')),
  -- Of the channel or thread, person or guild.
  scope_id text NOT NULL,
  prompt_id uuid REFERENCES chat_prompt ON DELETE CASCADE,
  -- Instead, one of the settings file, by its name there.
  configured text,
  -- What takes the choice along when it is gone: the guild, and the channel that a thread is in.
  guild_id text,
  parent_id text,
  PRIMARY KEY (scope, scope_id),
  CHECK ((prompt_id IS NULL) <> (configured IS NULL))
);
CREATE INDEX chat_prompt_choice_prompt ON chat_prompt_choice (prompt_id);
CREATE INDEX chat_prompt_choice_guild ON chat_prompt_choice (guild_id);
CREATE INDEX chat_prompt_choice_parent ON chat_prompt_choice (parent_id);

-- What a conversation is told stands in clear nowhere any more.
UPDATE chat_conversation SET settings = settings - 'systemPrompt' WHERE settings ? 'systemPrompt';
