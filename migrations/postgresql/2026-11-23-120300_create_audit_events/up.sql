-- Who did what, when, and how it ended. Outlives the connection, hence no foreign key.
-- The primary key is also what the trail of a connection is paged by.
CREATE TABLE audit_events (
    organization_id text        COLLATE "C" NOT NULL,
    user_id         text        COLLATE "C" NOT NULL,
    connection_id   uuid        NOT NULL,
    id              uuid        NOT NULL,
    marketplace     text        COLLATE "C" NOT NULL,
    kind            text        COLLATE "C" NOT NULL,
    service         text        NOT NULL,
    purpose         text,
    generation      bigint,
    outcome         text        COLLATE "C",
    request_id      text,
    at              timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id, connection_id, id)
);
