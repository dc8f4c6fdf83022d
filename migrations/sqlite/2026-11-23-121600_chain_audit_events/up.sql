-- How the audit events of an organization hang together: each stands for itself and for all before it.
CREATE TABLE audit_chains (
    organization_id TEXT    NOT NULL PRIMARY KEY,
    -- Events from before this migration, which have no place in the chain.
    events_before   INTEGER NOT NULL DEFAULT 0 CHECK (events_before >= 0),
    -- The last event that was deleted for its age, and what it stood for.
    pruned_through  INTEGER NOT NULL DEFAULT 0 CHECK (pruned_through >= 0),
    pruned_hash     BLOB    NOT NULL CHECK (length(pruned_hash) = 32),
    -- The newest event, and what it stands for.
    sequence        INTEGER NOT NULL DEFAULT 0 CHECK (sequence >= 0),
    hash            BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

ALTER TABLE audit_events ADD COLUMN sequence INTEGER;
ALTER TABLE audit_events ADD COLUMN hash BLOB;
CREATE UNIQUE INDEX audit_events_chain ON audit_events (organization_id, sequence);

INSERT INTO audit_chains (organization_id, events_before, pruned_hash, hash)
SELECT organization_id, count(*), zeroblob(32), zeroblob(32) FROM audit_events GROUP BY organization_id;
