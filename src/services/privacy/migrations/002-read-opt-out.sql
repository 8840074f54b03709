ALTER TABLE privacy_unread RENAME TO privacy_read_opt_out;
ALTER INDEX privacy_unread_pkey RENAME TO privacy_read_opt_out_pkey;
