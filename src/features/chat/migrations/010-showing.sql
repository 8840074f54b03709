ALTER TABLE chat_question
  -- The emoji with which the bot has marked the question's message: how far its answer is.
  ADD COLUMN reaction text;
