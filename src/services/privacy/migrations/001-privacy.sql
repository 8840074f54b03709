-- What outlives a person's wish to be forgotten. Nobody is named: person_hash is the id under the instance key, which is
-- not in the database.

-- Who does not want to be read as context. It stays when they are forgotten, or they would be read again.
CREATE TABLE privacy_unread (
  person_hash text PRIMARY KEY
);

-- What somebody who was forgotten had used of the running periods, so that it is not given to them anew.
CREATE TABLE privacy_forgotten (
  person_hash text PRIMARY KEY,
  at_ms bigint NOT NULL,
  -- [{ unit, period, amount, untilMs }]
  used jsonb NOT NULL,
  -- When the last of them has ended.
  until_ms bigint NOT NULL
);

-- That a receipt was given. receipt_hash is made of its id and the person's, so it is found by who has both.
CREATE TABLE privacy_receipt (
  receipt_hash text PRIMARY KEY,
  at_ms bigint NOT NULL,
  -- How many rows went, in all.
  rows_forgotten bigint NOT NULL
);
