-- Which request a message of the bot shows, for explaining what it cost.
CREATE TABLE spending_message (
  message_id text PRIMARY KEY,
  request text NOT NULL
);
CREATE INDEX spending_message_request ON spending_message (request);
