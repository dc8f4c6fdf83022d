-- A tombstone whose account is still to be cut off at the marketplace.
ALTER TABLE connections ADD COLUMN revoke INTEGER NOT NULL DEFAULT 0 CHECK (revoke IN (0, 1));

-- A credential that its last connection has left for a newer one: its secret is still to be destroyed.
ALTER TABLE credentials ADD COLUMN abandoned_at INTEGER;
CREATE INDEX credentials_abandoned ON credentials (abandoned_at) WHERE abandoned_at IS NOT NULL;
