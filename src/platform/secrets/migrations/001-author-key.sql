-- The data key of each author, wrapped by the instance key, which is not in the database. Deleting a row makes all that
-- was sealed under it unreadable.
CREATE TABLE secrets_author_key (
  author_id text PRIMARY KEY,
  -- Random. What is sealed names its key, so that an author who comes back after being forgotten gets a new one and the
  -- old texts are known to be gone rather than thought to be damaged.
  key_id bytea NOT NULL CHECK (length(key_id) = 8),
  wrapped_key bytea NOT NULL
);
