ALTER TABLE chat_answer
  -- The model that was asked for with this version, in place of the one that the settings choose.
  ADD COLUMN wanted_model_id text,
  -- Its job goes on after the text that is stored.
  ADD COLUMN continued boolean NOT NULL DEFAULT false;
