-- Background work that one process at a time does. Not tenants' rows.
CREATE TABLE worker_leases (
    name         TEXT    NOT NULL,
    owner        BLOB    NOT NULL CHECK (length(owner) = 16),
    -- By the database's clock.
    leased_until INTEGER NOT NULL,
    PRIMARY KEY (name)
) STRICT;

-- Connections that nobody has tested for long.
CREATE INDEX connections_checked ON connections (checked_at) WHERE deleted_at IS NULL;
