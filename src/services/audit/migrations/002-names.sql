-- How people in the audit were called when they last acted or were refused, encrypted under their own key.
CREATE TABLE audit_name (
  user_id text PRIMARY KEY,
  ciphertext bytea NOT NULL
);
