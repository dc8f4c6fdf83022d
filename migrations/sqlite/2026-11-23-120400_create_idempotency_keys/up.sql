-- Keys that callers gave to their requests, and the connection that the request made.
CREATE TABLE idempotency_keys (
    organization_id TEXT    NOT NULL,
    user_id         TEXT    NOT NULL,
    key             TEXT    NOT NULL,
    fingerprint     BLOB    NOT NULL CHECK (length(fingerprint) = 32),
    connection_id   BLOB    CHECK (length(connection_id) = 16),
    expires_at      INTEGER NOT NULL,
    PRIMARY KEY (organization_id, user_id, key)
) STRICT;

CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
