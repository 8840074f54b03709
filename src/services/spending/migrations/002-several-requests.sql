-- One message can show several requests: a sheet of images shows one for each prompt.
ALTER TABLE spending_message DROP CONSTRAINT spending_message_pkey;
ALTER TABLE spending_message ADD PRIMARY KEY (message_id, request);
