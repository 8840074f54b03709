-- For files that belong to rows of a feature under the same id, so that a file goes with its row, in the same transaction,
-- however that comes about: CREATE TRIGGER … AFTER DELETE ON … FOR EACH ROW EXECUTE FUNCTION files_delete_with_row();
CREATE FUNCTION files_delete_with_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM files_file WHERE id = OLD.id;
  RETURN NULL;
END
$$;
