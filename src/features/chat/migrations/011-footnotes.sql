ALTER TABLE chat_answer
  -- What stands below the text in small print, and what is said of a failure, as JSON under the key of the asker.
  ADD COLUMN footnotes_sealed bytea;
