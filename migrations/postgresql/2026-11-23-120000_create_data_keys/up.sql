-- Data keys of organizations, wrapped by a master key. One of them seals new values; the others still open old ones.
CREATE TABLE data_keys (
    organization_id text        COLLATE "C" NOT NULL,
    id              text        COLLATE "C" NOT NULL,
    master_key_id   text        COLLATE "C" NOT NULL,
    wrapped         text        NOT NULL,
    is_active       boolean     NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);

CREATE UNIQUE INDEX data_keys_active ON data_keys (organization_id) WHERE is_active;
