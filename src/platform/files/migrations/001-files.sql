-- What is known of each file; its bytes are in the folder of files, under its id, encrypted with the key of its owner.
CREATE TABLE files_file (
  id uuid PRIMARY KEY,
  feature text NOT NULL,
  kind text NOT NULL,
  owner_kind text NOT NULL CHECK (owner_kind IN ('user', 'guild', 'instance')),
  -- Empty for the instance.
  owner_id text NOT NULL,
  -- Before encryption, as are the hash and the type.
  size_bytes bigint NOT NULL,
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  mime text NOT NULL,
  created_at_ms bigint NOT NULL,
  expires_at_ms bigint
);
CREATE INDEX files_file_owner ON files_file (owner_kind, owner_id);
CREATE INDEX files_file_expires ON files_file (expires_at_ms) WHERE expires_at_ms IS NOT NULL;
