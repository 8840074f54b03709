CREATE TABLE activity_day (
  guild_id text NOT NULL,
  user_id text NOT NULL,
  day date NOT NULL,
  messages integer NOT NULL CHECK (messages > 0),
  PRIMARY KEY (guild_id, user_id, day)
);
CREATE INDEX activity_day_user ON activity_day (user_id);
