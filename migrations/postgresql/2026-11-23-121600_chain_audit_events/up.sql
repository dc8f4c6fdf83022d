-- How the audit events of an organization hang together: each stands for itself and for all before it.
CREATE TABLE audit_chains (
    organization_id text   COLLATE "C" PRIMARY KEY,
    -- Events from before this migration, which have no place in the chain.
    events_before   bigint NOT NULL DEFAULT 0 CHECK (events_before >= 0),
    -- The last event that was deleted for its age, and what it stood for.
    pruned_through  bigint NOT NULL DEFAULT 0 CHECK (pruned_through >= 0),
    pruned_hash     bytea  NOT NULL CHECK (octet_length(pruned_hash) = 32),
    -- The newest event, and what it stands for.
    sequence        bigint NOT NULL DEFAULT 0 CHECK (sequence >= 0),
    hash            bytea  NOT NULL CHECK (octet_length(hash) = 32)
) WITH (fillfactor = 70);

ALTER TABLE audit_events ADD COLUMN sequence bigint;
ALTER TABLE audit_events ADD COLUMN hash bytea;
CREATE UNIQUE INDEX audit_events_chain ON audit_events (organization_id, sequence);

INSERT INTO audit_chains (organization_id, events_before, pruned_hash, hash)
SELECT organization_id, count(*), decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex')
FROM audit_events GROUP BY organization_id;
