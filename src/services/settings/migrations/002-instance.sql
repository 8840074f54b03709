-- Values for the whole instance, whose scope_id is empty.
ALTER TABLE settings_value DROP CONSTRAINT settings_value_scope_check;
ALTER TABLE settings_value ADD CHECK (scope IN ('instance', 'guild', 'channel', 'user'));
