-- The user who asks for a consent, where that is not the owner of the connection.
ALTER TABLE oauth_flows ADD COLUMN actor TEXT;
