-- Prompts were a part of chat before.
ALTER TABLE chat_prompt RENAME TO prompts_prompt;
ALTER TABLE prompts_prompt RENAME COLUMN sealed TO ciphertext;
ALTER TABLE prompts_prompt RENAME COLUMN name_sealed TO name_ciphertext;
ALTER INDEX chat_prompt_author RENAME TO prompts_prompt_author;
ALTER INDEX chat_prompt_guild RENAME TO prompts_prompt_guild;
ALTER TABLE chat_prompt_choice RENAME TO prompts_choice;
ALTER INDEX chat_prompt_choice_prompt RENAME TO prompts_choice_prompt;
ALTER INDEX chat_prompt_choice_guild RENAME TO prompts_choice_guild;
ALTER INDEX chat_prompt_choice_parent RENAME TO prompts_choice_parent;
