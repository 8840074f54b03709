-- A list that somebody turns the pages of. What it shows is in the ciphertext, under their key: it may hold words that they search.
CREATE TABLE images_view (
  id uuid PRIMARY KEY,
  author_id text NOT NULL,
  ciphertext bytea NOT NULL,
  -- From 0; beyond the last is the last.
  page integer NOT NULL DEFAULT 0,
  used_at timestamptz NOT NULL
);
CREATE INDEX images_view_author ON images_view (author_id);
CREATE INDEX images_view_used ON images_view (used_at);

-- An address that shows an image to everybody who has it, until it expires or is revoked by deleting the row.
CREATE TABLE images_share (
  id uuid PRIMARY KEY,
  result_id uuid NOT NULL REFERENCES images_result ON DELETE CASCADE,
  author_id text NOT NULL,
  made_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX images_share_author ON images_share (author_id, made_at);
CREATE INDEX images_share_result ON images_share (result_id);
CREATE INDEX images_share_expires ON images_share (expires_at);

-- Words that a person adds to prompts by a name of their own.
CREATE TABLE images_style (
  author_id text NOT NULL,
  name text NOT NULL,
  ciphertext bytea NOT NULL,
  saved_at timestamptz NOT NULL,
  PRIMARY KEY (author_id, name)
);

-- Several prompts at once. Prompts, and who asked with which roles, are in the ciphertext.
CREATE TABLE images_batch (
  id uuid PRIMARY KEY,
  author_id text NOT NULL,
  guild_id text,
  channel_id text NOT NULL,
  model_id text NOT NULL,
  -- asked (its price is not agreed to) → running → done or cancelled
  state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'running', 'done', 'cancelled')),
  ciphertext bytea NOT NULL,
  -- The message that shows how far it is, and its bill in the end.
  message_id text,
  made_at timestamptz NOT NULL
);
CREATE INDEX images_batch_author ON images_batch (author_id);
CREATE INDEX images_batch_made ON images_batch (made_at);

-- What became of one prompt: its request, or why there is none.
CREATE TABLE images_batch_item (
  batch_id uuid NOT NULL REFERENCES images_batch ON DELETE CASCADE,
  -- From 0.
  position integer NOT NULL,
  -- No reference: the request may be deleted before the batch.
  request_id uuid,
  -- The code of the refusal.
  refusal text,
  -- Whether a sheet shows it.
  is_shown boolean NOT NULL DEFAULT false,
  PRIMARY KEY (batch_id, position)
);
CREATE INDEX images_batch_item_request ON images_batch_item (request_id);
