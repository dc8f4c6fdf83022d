CREATE TABLE audit_events_next (
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
    occurrences     INTEGER NOT NULL DEFAULT 1 CHECK (occurrences >= 1),
    sequence        INTEGER,
    hash            BLOB,
    actor           TEXT,
    PRIMARY KEY (organization_id, user_id, connection_id, id)
) STRICT;
INSERT INTO audit_events_next
SELECT organization_id, user_id, connection_id, id, marketplace, kind, service, purpose, generation, outcome, request_id, at,
       occurrences, sequence, hash, actor
FROM audit_events;
DROP TABLE audit_events;
ALTER TABLE audit_events_next RENAME TO audit_events;
CREATE UNIQUE INDEX audit_events_chain ON audit_events (organization_id, sequence);
CREATE INDEX audit_events_of_organization ON audit_events (organization_id, id);
CREATE INDEX audit_events_of_connection ON audit_events (organization_id, connection_id, id);
