-- An event is found by its own name, or by its connection. The key of both and the user was written with every event too,
-- and found nothing more.
ALTER TABLE audit_events DROP CONSTRAINT audit_events_pkey, ADD PRIMARY KEY (organization_id, id);
DROP INDEX audit_events_of_organization;
