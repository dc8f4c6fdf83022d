-- Who did what, when, and how it ended. Outlives the connection, hence no foreign key.
-- The primary key is also what the trail of a connection is paged by.
CREATE TABLE audit_events (
    organization_id TEXT    NOT NULL,
    user_id         TEXT    NOT NULL,
    connection_id   BLOB    NOT NULL CHECK (length(connection_id) = 16),
    id              BLOB    NOT NULL CHECK (length(id) = 16),
    marketplace     TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    service         TEXT    NOT NULL,
    purpose         TEXT,
    generation      INTEGER,
    outcome         TEXT,
    request_id      TEXT,
    at              INTEGER NOT NULL,
    PRIMARY KEY (organization_id, user_id, connection_id, id)
) STRICT;
