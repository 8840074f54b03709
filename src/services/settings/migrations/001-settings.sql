-- Values set by command. What is not here comes from the YAML or the schema's default.
CREATE TABLE settings_value (
  feature text NOT NULL,
  scope text NOT NULL CHECK (scope IN ('guild', 'channel', 'user')),
  scope_id text NOT NULL,
  key text NOT NULL,
  value jsonb NOT NULL,
  PRIMARY KEY (scope, scope_id, feature, key)
);
