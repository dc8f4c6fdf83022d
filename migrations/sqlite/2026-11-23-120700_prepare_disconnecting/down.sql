DROP INDEX credentials_abandoned;
ALTER TABLE credentials DROP COLUMN abandoned_at;
ALTER TABLE connections DROP COLUMN revoke;
