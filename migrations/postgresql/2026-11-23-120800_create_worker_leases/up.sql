-- Background work that one process at a time does. Not tenants' rows.
CREATE TABLE worker_leases (
    name         text        COLLATE "C" NOT NULL,
    owner        uuid        NOT NULL,
    -- By the database's clock.
    leased_until timestamptz NOT NULL,
    PRIMARY KEY (name)
);

-- Connections that nobody has tested for long.
CREATE INDEX connections_checked ON connections (checked_at) WHERE deleted_at IS NULL;
