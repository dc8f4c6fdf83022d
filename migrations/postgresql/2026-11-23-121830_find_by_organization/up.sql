-- Whose a connection is, and the pages of what everybody in an organization has.
CREATE INDEX connections_of_organization ON connections (organization_id, id) WHERE deleted_at IS NULL;

-- The trail of an organization, and of a connection that changed hands.
CREATE INDEX audit_events_of_organization ON audit_events (organization_id, id);
CREATE INDEX audit_events_of_connection ON audit_events (organization_id, connection_id, id);
