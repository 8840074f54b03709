-- The last takes of each key, numbered without gaps by the holder of the key's advisory lock, times never falling.
CREATE TABLE limits_take (
  -- Compared by bytes, so that all keys of a user are one stretch of the index.
  key text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  at_ms bigint NOT NULL,
  -- When it stops counting; for the sweep alone.
  until_ms bigint NOT NULL,
  PRIMARY KEY (key, number)
);
CREATE INDEX limits_take_until ON limits_take (until_ms);
