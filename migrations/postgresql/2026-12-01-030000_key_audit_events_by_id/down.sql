CREATE INDEX audit_events_of_organization ON audit_events (organization_id, id);
ALTER TABLE audit_events DROP CONSTRAINT audit_events_pkey,
    ADD PRIMARY KEY (organization_id, user_id, connection_id, id);
