-- What a model said in each step of an answer before it called tools, so that no run asks for it again. `ciphertext` is the
-- message as it is sent back, under the asker's key.
CREATE TABLE chat_answer_step (
  answer_id uuid NOT NULL REFERENCES chat_answer ON DELETE CASCADE,
  tries integer NOT NULL,
  step integer NOT NULL,
  ciphertext bytea NOT NULL,
  PRIMARY KEY (answer_id, tries, step)
);

-- A call of a tool, which runs at most once. `ciphertext` is its result, under the asker's key.
CREATE TABLE chat_tool_call (
  id uuid PRIMARY KEY,
  answer_id uuid NOT NULL REFERENCES chat_answer ON DELETE CASCADE,
  tries integer NOT NULL,
  step integer NOT NULL,
  -- Its place among the calls of the step.
  place integer NOT NULL,
  tool text NOT NULL,
  state text NOT NULL CHECK (state IN ('asked', 'allowed', 'denied', 'running', 'done')),
  -- Who decides about it, until when.
  asker_id text NOT NULL,
  asked_until timestamptz,
  ciphertext bytea,
  UNIQUE (answer_id, tries, step, place)
);
