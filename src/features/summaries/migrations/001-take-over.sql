-- Summaries were a part of chat before.
ALTER TABLE chat_summary RENAME TO summaries_summary;
ALTER TABLE summaries_summary RENAME COLUMN sealed TO ciphertext;
ALTER TABLE summaries_summary RENAME COLUMN told_ids TO context_author_ids;
ALTER INDEX chat_summary_channel RENAME TO summaries_summary_channel;
ALTER INDEX chat_summary_authors RENAME TO summaries_summary_authors;
ALTER INDEX chat_summary_told RENAME TO summaries_summary_context_authors;
ALTER INDEX chat_summary_messages RENAME TO summaries_summary_messages;

-- Nobody takes these jobs any more; the next answer asks for what is due.
DELETE FROM queue_job WHERE kind = 'chat/summarise' AND state = 'waiting';
