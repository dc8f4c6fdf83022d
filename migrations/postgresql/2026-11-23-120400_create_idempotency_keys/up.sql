-- Keys that callers gave to their requests, and the connection that the request made.
CREATE TABLE idempotency_keys (
    organization_id text        COLLATE "C" NOT NULL,
    user_id         text        COLLATE "C" NOT NULL,
    key             text        COLLATE "C" NOT NULL,
    fingerprint     bytea       NOT NULL CHECK (length(fingerprint) = 32),
    connection_id   uuid,
    expires_at      timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id, key)
);

CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
