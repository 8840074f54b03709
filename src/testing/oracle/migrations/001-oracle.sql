CREATE TABLE oracle_saying (
  id integer PRIMARY KEY,
  saying text NOT NULL
);

CREATE TABLE oracle_prophecy (
  turn_id text PRIMARY KEY,
  guild_id text,
  words text NOT NULL
);
