-- Data keys of organizations, wrapped by a master key. One of them seals new values; the others still open old ones.
CREATE TABLE data_keys (
    organization_id TEXT    NOT NULL,
    id              TEXT    NOT NULL,
    master_key_id   TEXT    NOT NULL,
    wrapped         TEXT    NOT NULL,
    is_active       INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id)
) STRICT;

CREATE UNIQUE INDEX data_keys_active ON data_keys (organization_id) WHERE is_active;
