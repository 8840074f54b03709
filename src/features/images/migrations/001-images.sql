-- What somebody wanted to have drawn. The prompt and all settings are in the ciphertext, under the asker's key.
CREATE TABLE images_request (
  id uuid PRIMARY KEY,
  guild_id text,
  channel_id text NOT NULL,
  author_id text NOT NULL,
  -- The message that asked; null for commands and buttons.
  message_id text,
  job_id uuid NOT NULL,
  -- waiting → drawn (stored, not yet charged or shown) → done, or failed, refused, cancelled
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'drawn', 'done', 'failed', 'refused', 'cancelled')),
  mode text NOT NULL,
  model_id text NOT NULL,
  ciphertext bytea NOT NULL,
  -- What became of it: `done`, `partial`, `blurred`, `refused`, or the code of a failure.
  outcome text,
  -- Where its result, and before that its progress, is shown.
  shown_channel_id text,
  shown_message_id text,
  -- Whether moderators may look it up.
  is_logged boolean NOT NULL,
  asked_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX images_request_author ON images_request (author_id, asked_at DESC);
CREATE INDEX images_request_guild ON images_request (guild_id, asked_at DESC);
CREATE INDEX images_request_channel ON images_request (channel_id, asked_at DESC);
CREATE INDEX images_request_shown ON images_request (shown_message_id);

-- One image of a request.
CREATE TABLE images_result (
  id uuid PRIMARY KEY,
  request_id uuid NOT NULL REFERENCES images_request ON DELETE CASCADE,
  -- From 0.
  position integer NOT NULL,
  -- Null where it was not kept.
  file_id uuid REFERENCES files_file ON DELETE SET NULL,
  content_type text NOT NULL,
  width integer NOT NULL,
  height integer NOT NULL,
  size_bytes integer NOT NULL,
  seed bigint,
  -- The attachment that shows it.
  attachment_id text,
  favourite_at timestamptz,
  UNIQUE (request_id, position)
);
CREATE INDEX images_result_file ON images_result (file_id);

-- What was made of what.
CREATE TABLE images_parent (
  request_id uuid NOT NULL REFERENCES images_request ON DELETE CASCADE,
  parent_id uuid NOT NULL REFERENCES images_result ON DELETE CASCADE,
  PRIMARY KEY (request_id, parent_id)
);
CREATE INDEX images_parent_parent ON images_parent (parent_id);

CREATE FUNCTION images_delete_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM files_file WHERE id = OLD.file_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER images_result_deleted AFTER DELETE ON images_result FOR EACH ROW WHEN (OLD.file_id IS NOT NULL)
EXECUTE FUNCTION images_delete_file();

-- A request whose price its asker has not agreed to yet, for some minutes.
CREATE TABLE images_draft (
  id uuid PRIMARY KEY,
  author_id text NOT NULL,
  channel_id text NOT NULL,
  message_id text,
  model_id text NOT NULL,
  ciphertext bytea NOT NULL,
  made_at timestamptz NOT NULL
);
CREATE INDEX images_draft_made ON images_draft (made_at);
