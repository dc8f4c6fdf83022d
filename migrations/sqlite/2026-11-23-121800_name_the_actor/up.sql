-- The user who acted, where that was not the owner of the connection.
ALTER TABLE audit_events ADD COLUMN actor TEXT;
